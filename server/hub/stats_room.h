#ifndef ROOMCAST_SERVER_HUB_STATS_ROOM_H_
#define ROOMCAST_SERVER_HUB_STATS_ROOM_H_

#include <string_view>

#include "server/hub/hub_config.h"

namespace roomcast::hub {

// The hub's own figures: it publishes them here itself, as long as somebody reads them. For
// sessions that a token lets manage this room (access.h), and for backends that may read any room.
inline constexpr std::string_view kStatsRoom = "$sys:stats";

// Every hub has this namespace, whatever its config says.
inline NamespaceConfig StatsNamespace() {
  NamespaceConfig config;
  config.name = "$sys";
  // Two minutes, for who comes anew: a curve to begin with.
  config.keep = {std::size_t{512} << 10, 120, std::chrono::minutes(2)};
  config.may_publish = Who::kNobody;
  config.presence.mode = PresenceInterest::kNone;
  return config;
}

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_STATS_ROOM_H_
