#ifndef ROOMCAST_SERVER_HUB_REVOCATIONS_H_
#define ROOMCAST_SERVER_HUB_REVOCATIONS_H_

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "proto/protocol/instant.h"

namespace roomcast::hub {

// Tokens of a user that are believed no more, though they have not expired: those that were issued
// at that moment or before, and those that do not say when they were issued.
struct Revocation {
  std::string user;
  WallTime issued_until{};
  // It is forgotten then. Longer than tokens live, or they are believed again.
  Duration lasts{};
};

// The revocations of a hub, as one shard knows them: each shard has them all, so that a token is
// held against them where it is read. Bounded in number: where there is no room, a new one is
// refused rather than an old one forgotten.
class Revocations {
 public:
  explicit Revocations(std::size_t most) : most_(most) {}

  [[nodiscard]] bool HasRoomFor(std::string_view user, Now now) {
    Forget(now);
    return by_user_.size() < most_ || by_user_.find(user) != by_user_.end();
  }

  // Joins it with what there is of the user: the later moment, and the longer time.
  void Add(const Revocation& revocation, Now now) {
    if (!HasRoomFor(revocation.user, now)) return;
    Entry& entry = by_user_[revocation.user];
    entry.issued_until = std::max(entry.issued_until, revocation.issued_until);
    const Instant until = now.instant + revocation.lasts;
    if (until <= entry.until) return;
    by_end_.erase({entry.until, revocation.user});
    entry.until = until;
    by_end_.emplace(until, revocation.user);
  }

  // 0 as `issued_at`: the token does not say.
  [[nodiscard]] bool Covers(std::string_view user, WallTime issued_at, Now now) const {
    const auto found = by_user_.find(user);
    return found != by_user_.end() && now.instant < found->second.until &&
           issued_at <= found->second.issued_until;
  }

  [[nodiscard]] std::size_t size() const { return by_user_.size(); }

 private:
  struct Entry {
    WallTime issued_until{};
    Instant until{};
  };

  void Forget(Now now) {
    while (!by_end_.empty() && by_end_.begin()->first <= now.instant) {
      by_user_.erase(by_user_.find(by_end_.begin()->second));
      by_end_.erase(by_end_.begin());
    }
  }

  const std::size_t most_;
  std::map<std::string, Entry, std::less<>> by_user_;
  std::set<std::pair<Instant, std::string>> by_end_;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_REVOCATIONS_H_
