#ifndef ROOMCAST_SERVER_HUB_DRAIN_H_
#define ROOMCAST_SERVER_HUB_DRAIN_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "proto/protocol/instant.h"
#include "server/hub/sessions.h"
#include "server/hub/speaker.h"

namespace roomcast::hub {

// How a hub sends its clients elsewhere. `seed` decides their order.
struct DrainPlan {
  Duration notice{};  // from GoAway to the first who goes
  Duration spread{};  // they go over it
  std::uint64_t seed = 0;
};

// Sends the sessions of one shard elsewhere, so that wherever they go they come one after the
// other: each has a part of the window of its own, in random order and evenly spread, and hears of
// it by a GoAway. A client moves at a random moment of its part less the last fifth; one that has
// not gone at the end of it is closed with 3001. New sessions are refused meanwhile. Reads no
// clock.
class Drain {
 public:
  // A part of the window: long enough for a client to choose in, short enough to keep the order.
  static constexpr Duration kPart = std::chrono::seconds(1);

  Drain(Sessions& sessions, Speaker& speaker) : sessions_(sessions), speaker_(speaker) {}

  // Once; again changes nothing.
  void Begin(const DrainPlan& plan, Now now);
  [[nodiscard]] bool has_begun() const { return has_begun_; }

  // Closes who is due. Answers with them.
  [[nodiscard]] std::vector<SessionRef> OnTime(Now now);
  [[nodiscard]] Instant NextDeadline() const {
    return next_ < ends_.size() ? ends_[next_].at : kNever;
  }

 private:
  struct End {
    Instant at;
    SessionRef session;
  };

  Sessions& sessions_;
  Speaker& speaker_;
  bool has_begun_ = false;
  std::vector<End> ends_;  // by rising time
  std::size_t next_ = 0;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_DRAIN_H_
