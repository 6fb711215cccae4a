#ifndef ROOMCAST_SERVER_HUB_IDS_H_
#define ROOMCAST_SERVER_HUB_IDS_H_

#include <cstdint>

namespace roomcast::hub {

// Across layers things are named by ids, never by pointers: an id that is out of date is found out.

// A shard: one event-loop thread of the hub. 0 to shards - 1.
enum class ShardId : std::uint16_t {};

// A connection of one shard. The adapter gives them out: never 0, and never again in the life of
// the process, so that what comes late for a connection that is gone finds nothing. The low 32 bits
// are small numbers that are used again (an index), the high ones tell the uses apart.
enum class ConnectionId : std::uint64_t {};
constexpr std::uint32_t IndexOf(ConnectionId id) { return static_cast<std::uint32_t>(id); }
constexpr ConnectionId MakeConnectionId(std::uint32_t index, std::uint32_t use) {
  return static_cast<ConnectionId>(static_cast<std::uint64_t>(use) << 32 | index);
}

// A stream of a backend among the connections of a shard; it has the upper half of the indices.
constexpr std::uint32_t kStreamIndexBit = 1u << 31;
constexpr bool IsStream(ConnectionId id) { return (IndexOf(id) & kStreamIndexBit) != 0; }
constexpr ConnectionId MakeStreamId(std::uint32_t index, std::uint32_t use) {
  return MakeConnectionId(index | kStreamIndexBit, use);
}

// A session, wherever its shard is; the same two halves as a connection's id.
struct SessionRef {
  ShardId shard{};
  std::uint32_t index = 0;
  std::uint32_t use = 0;
  friend bool operator==(const SessionRef&, const SessionRef&) = default;
};

// A room on the wire: a number of this hub instance, never reused, never 0. The low 16 bits name
// its home shard.
enum class RoomHandle : std::uint64_t {};
constexpr ShardId HomeOf(RoomHandle handle) {
  return static_cast<ShardId>(static_cast<std::uint64_t>(handle) & 0xffff);
}

// A question of the bridge that waits for its answer; means something to the gateway only.
enum class BridgeCall : std::uint64_t {};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_IDS_H_
