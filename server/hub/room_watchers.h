#ifndef ROOMCAST_SERVER_HUB_ROOM_WATCHERS_H_
#define ROOMCAST_SERVER_HUB_ROOM_WATCHERS_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "server/hub/ids.h"
#include "server/hub/watch_mail.h"

namespace roomcast::hub {

// The streams of backends that read one room, on its home shard. Few.
class RoomWatchers {
 public:
  struct Watcher {
    SessionRef session;
    std::uint32_t request = 0;
    WatchTerms terms;
  };

  void Add(const Watcher& watcher) {
    watchers_.push_back(watcher);
    if (!watcher.terms.by_prefix) ++holders_;
  }
  // One that it was; nullopt: it was none.
  std::optional<Watcher> Remove(const SessionRef& session) {
    const auto found = std::find_if(watchers_.begin(), watchers_.end(),
                                    [&](const Watcher& one) { return one.session == session; });
    if (found == watchers_.end()) return std::nullopt;
    const Watcher removed = *found;
    watchers_.erase(found);
    if (!removed.terms.by_prefix) --holders_;
    return removed;
  }
  [[nodiscard]] bool Has(const SessionRef& session) const {
    return std::any_of(watchers_.begin(), watchers_.end(),
                       [&](const Watcher& one) { return one.session == session; });
  }

  [[nodiscard]] const std::vector<Watcher>& all() const { return watchers_; }
  // Those that asked for this very room, which stays as long as they do.
  [[nodiscard]] std::size_t holders() const { return holders_; }

 private:
  std::vector<Watcher> watchers_;
  std::size_t holders_ = 0;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_ROOM_WATCHERS_H_
