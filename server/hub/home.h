#ifndef ROOMCAST_SERVER_HUB_HOME_H_
#define ROOMCAST_SERVER_HUB_HOME_H_

#include <string_view>

#include "proto/protocol/siphash.h"
#include "server/hub/hub_config.h"
#include "server/hub/ids.h"
#include "server/hub/session_id.h"

namespace roomcast::hub {

// The shard that sequences a room: a keyed hash of its name, so that nobody can aim rooms at one
// shard.
inline ShardId HomeShardOf(const HubConfig& config, std::string_view room) {
  return static_cast<ShardId>(SipHash(config.hash_key, room) % config.shards);
}

// The shard that keeps account of a user's sessions. An anonymous user is a session, and is at home
// where that one is.
inline ShardId HomeShardOfUser(const HubConfig& config, std::string_view user) {
  const auto number = ParseSessionId(user);
  if (number && static_cast<std::uint16_t>(number->home) < config.shards) return number->home;
  return static_cast<ShardId>(SipHash(config.hash_key, user) % config.shards);
}

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_HOME_H_
