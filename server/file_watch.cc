#include "server/file_watch.h"

#include <utility>

#include "absl/time/time.h"

namespace roomcast {

FileWatch::FileWatch(std::string path, std::function<void()> changed)
    : path_(std::move(path)),
      changed_(std::move(changed)),
      last_(LookAtIt()),
      thread_([this] { Run(); }) {}

FileWatch::~FileWatch() {
  stop_.Notify();
  thread_.join();
}

bool operator==(const FileWatch::Look& a, const FileWatch::Look& b) {
  return a.there == b.there && a.file == b.file && a.bytes == b.bytes &&
         a.changed.tv_sec == b.changed.tv_sec && a.changed.tv_nsec == b.changed.tv_nsec;
}

FileWatch::Look FileWatch::LookAtIt() const {
  struct stat found {};
  if (stat(path_.c_str(), &found) != 0) return {};
  return {true, found.st_ino, found.st_size, found.st_mtim};
}

void FileWatch::Run() {
  while (!stop_.WaitForNotificationWithTimeout(absl::FromChrono(kInterval))) {
    const Look now = LookAtIt();
    // While it is away, as between two renames, what was in it holds.
    if (!now.there || now == last_) continue;
    last_ = now;
    changed_();
  }
}

}  // namespace roomcast
