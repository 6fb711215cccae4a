#ifndef ROOMCAST_SERVER_FILE_WATCH_H_
#define ROOMCAST_SERVER_FILE_WATCH_H_

#include <sys/stat.h>

#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "absl/synchronization/notification.h"

namespace roomcast {

// Looks at a file every few seconds and says when it is another one: other bytes in it, or another
// file in its place (as a rename or a mounted secret makes it). Has a thread of its own; its end
// waits for a `changed` that is under way.
class FileWatch {
 public:
  static constexpr std::chrono::seconds kInterval{2};

  FileWatch(std::string path, std::function<void()> changed);
  ~FileWatch();
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

 private:
  struct Look {
    bool there = false;
    ino_t file = 0;
    off_t bytes = 0;
    timespec changed{};
    friend bool operator==(const Look& a, const Look& b);
  };
  [[nodiscard]] Look LookAtIt() const;
  void Run();

  const std::string path_;
  const std::function<void()> changed_;
  Look last_;
  absl::Notification stop_;
  std::thread thread_;
};

}  // namespace roomcast

#endif  // ROOMCAST_SERVER_FILE_WATCH_H_
