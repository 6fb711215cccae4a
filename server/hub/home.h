#ifndef ROOMCAST_SERVER_HUB_HOME_H_
#define ROOMCAST_SERVER_HUB_HOME_H_

#include <string_view>

#include "proto/protocol/siphash.h"
#include "server/hub/hub_config.h"
#include "server/hub/ids.h"

namespace roomcast::hub {

// The shard that sequences a room: a keyed hash of its name, so that nobody can aim rooms at one
// shard.
inline ShardId HomeShardOf(const HubConfig& config, std::string_view room) {
  return static_cast<ShardId>(SipHash(config.hash_key, room) % config.shards);
}

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_HOME_H_
