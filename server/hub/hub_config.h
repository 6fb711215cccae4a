#ifndef ROOMCAST_SERVER_HUB_HUB_CONFIG_H_
#define ROOMCAST_SERVER_HUB_HUB_CONFIG_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/protocol/limits.h"
#include "proto/protocol/server_messages.h"
#include "proto/protocol/siphash.h"
#include "server/hub/engine.h"
#include "server/hub/presence.h"

namespace roomcast::hub {

// Who may do something in a namespace's rooms.
enum class Who { kNobody, kMember, kUser, kAnyone, kBackendOnly };

// The configuration that hangs on a namespace.
struct NamespaceConfig {
  std::string name;
  Delivery delivery = Delivery::kReliable;
  Engine::Keep keep{kHistoryBytes, kHistoryMessages, kHistoryTtl};
  Who may_join = Who::kAnyone;
  Who may_publish = Who::kMember;
  Who may_read_history = Who::kMember;
  Who may_see_presence = Who::kMember;
  PresenceConfig presence;
  // Members of one room; 0: no limit.
  std::uint32_t capacity = 0;

  [[nodiscard]] bool KeepsHistory() const {
    return keep.messages > 0 && keep.bytes > 0 && keep.ttl > Duration(0);
  }
};

// What a hub is told once; the same on every shard, and checked by who makes it (server/ops).
struct HubConfig {
  std::uint16_t shards = 1;
  // One life of the process, in 16 hexadecimal digits.
  std::string instance;
  std::string node;
  // Names that strangers choose are hashed with it; secret, and the same on every shard.
  HashKey hash_key;
  bool anonymous = false;
  Duration hello_deadline = kHelloDeadline;
  Duration ping_interval = kPingInterval;
  Duration ping_grace = kPingGrace;
  std::size_t rooms_per_connection = kRoomsPerConnection;
  std::size_t recovery_page_bytes = kRecoveryPageBytes;
  std::uint32_t publishes_per_second = kPublishesPerSecond;
  std::uint32_t publish_burst = kPublishBurst;
  std::uint32_t joins_per_second = kJoinsPerSecond;
  std::uint32_t join_burst = kJoinBurst;
  std::uint32_t commands_per_second = kCommandsPerSecond;
  std::uint32_t command_burst = kCommandBurst;
  // How long a session whose connection was lost is parked; 0: not at all. At most so many, and so
  // many bytes, in the whole hub.
  Duration resume_window = kResumeWindow;
  std::size_t parked_max = kParkedSessions;
  std::size_t parked_bytes_max = kParkedBytes;
  // Rooms with members or messages, in the whole hub.
  std::size_t rooms_max = kHubRooms;
  std::vector<NamespaceConfig> namespaces;

  // nullptr: there is no such namespace.
  const NamespaceConfig* FindNamespace(std::string_view name) const {
    for (const NamespaceConfig& candidate : namespaces) {
      if (candidate.name == name) return &candidate;
    }
    return nullptr;
  }
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_HUB_CONFIG_H_
