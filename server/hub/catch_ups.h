#ifndef ROOMCAST_SERVER_HUB_CATCH_UPS_H_
#define ROOMCAST_SERVER_HUB_CATCH_UPS_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "server/hub/ids.h"

namespace roomcast::hub {

// Which pages of history this shard has asked rooms' homes for, and for whom. Members of one room
// that stand at one offset share a page, however many they are, and only so many pages are under
// way at once: a thousand slow members do not fill the mailboxes or the memory of anyone.
class CatchUps {
 public:
  // Pages under way; each is at most HubConfig::recovery_page_bytes, or one publication.
  static constexpr std::size_t kPagesMax = 64;

  struct Place {
    RoomHandle room{};
    std::uint64_t after = 0;
    friend auto operator<=>(const Place&, const Place&) = default;
  };

  // True: the room's home is to be asked now. False: it was asked already, or the session waits
  // until TakeWaiting().
  [[nodiscard]] bool Want(const SessionRef& session, const Place& place) {
    const auto found = under_way_.find(place);
    if (found != under_way_.end()) {
      found->second.push_back(session);
      return false;
    }
    if (under_way_.size() >= kPagesMax) {
      waiting_.push_back(session);
      return false;
    }
    under_way_[place].push_back(session);
    return true;
  }

  // The page came; who wanted it.
  std::vector<SessionRef> Take(const Place& place) {
    const auto node = under_way_.extract(place);
    return node.empty() ? std::vector<SessionRef>() : std::move(node.mapped());
  }

  // Who has waited longest, if a page may be asked for again. It is to say anew what it wants.
  [[nodiscard]] bool TakeWaiting(SessionRef& session) {
    if (waiting_.empty() || under_way_.size() >= kPagesMax) return false;
    session = waiting_.front();
    waiting_.pop_front();
    return true;
  }

 private:
  std::map<Place, std::vector<SessionRef>> under_way_;
  std::deque<SessionRef> waiting_;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_CATCH_UPS_H_
