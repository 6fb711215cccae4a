#ifndef ROOMCAST_SERVER_OPS_WATCHED_FILES_H_
#define ROOMCAST_SERVER_OPS_WATCHED_FILES_H_

#include <cstdint>
#include <string>
#include <vector>

namespace roomcast::ops {

// Whether files have changed since they were last looked at: by inode, size and times of what each
// name leads to, so that a renamed file and a link set anew count as changes. Looking costs one
// stat() a file; there is nothing to miss, as with notifications across file systems.
class WatchedFiles {
 public:
  // Empty names are left out.
  explicit WatchedFiles(const std::vector<std::string>& names);

  // Since the last call, or the constructor.
  [[nodiscard]] bool Changed();

 private:
  struct Seen {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t size = -1;  // there is no such file
    std::int64_t modified_ns = 0;
    std::int64_t changed_ns = 0;
    friend bool operator==(const Seen&, const Seen&) = default;
  };
  static Seen Look(const std::string& name);

  std::vector<std::string> names_;
  std::vector<Seen> seen_;
};

}  // namespace roomcast::ops

#endif  // ROOMCAST_SERVER_OPS_WATCHED_FILES_H_
