#include "server/ops/watched_files.h"

#include <sys/stat.h>

#include <utility>

namespace roomcast::ops {
namespace {

std::int64_t Nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

WatchedFiles::WatchedFiles(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (name.empty()) continue;
    names_.push_back(name);
    seen_.push_back(Look(name));
  }
}

bool WatchedFiles::Changed() {
  bool changed = false;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const Seen now = Look(names_[i]);
    changed = changed || now != seen_[i];
    seen_[i] = now;
  }
  return changed;
}

WatchedFiles::Seen WatchedFiles::Look(const std::string& name) {
  struct stat found {};
  if (stat(name.c_str(), &found) != 0) return {};
  return {found.st_dev, found.st_ino, found.st_size, Nanoseconds(found.st_mtim),
          Nanoseconds(found.st_ctim)};
}

}  // namespace roomcast::ops
