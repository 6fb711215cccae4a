#ifndef ROOMCAST_SERVER_HUB_INSPECTOR_H_
#define ROOMCAST_SERVER_HUB_INSPECTOR_H_

#include <cstddef>
#include <string_view>
#include <variant>

#include "server/hub/failure.h"
#include "server/hub/home_rooms.h"
#include "server/hub/hub_config.h"
#include "server/hub/presence.h"

namespace roomcast::hub {

// What a backend may look at of one shard: questions that are answered at once, with values, and
// change nothing. One thread, the shard's; every answer is bounded, so that nobody waits long.
class Inspector {
 public:
  template <class Value>
  using Answer = std::variant<Value, Failure>;

  // Everything outlives this.
  Inspector(const HubConfig& config, const HomeRooms& home) : config_(config), home_(home) {}

  // Who is in a room that is at home here: users after `after`, by name, at most so many. A room
  // that is not there has nobody in it.
  [[nodiscard]] Answer<PresenceState> PresenceOf(std::string_view room, std::string_view after,
                                                 std::size_t users_max) const;

 private:
  const HubConfig& config_;
  const HomeRooms& home_;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_INSPECTOR_H_
