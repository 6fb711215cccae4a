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
  // Publications into one room, whoever they are from; 0: no limit.
  std::uint32_t publishes_per_second = 0;
  std::uint32_t publish_burst = 0;

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
  // All sessions of one user together have so many times the rates of one; 0: no limit.
  std::uint32_t user_rate_factor = kUserRateFactor;
  // How long a session whose connection was lost is parked; 0: not at all. At most so many, and so
  // many bytes, in the whole hub.
  Duration resume_window = kResumeWindow;
  std::size_t parked_max = kParkedSessions;
  std::size_t parked_bytes_max = kParkedBytes;
  // A publish id takes effect at most once within it. Producers are remembered by room, the
  // free-form keys of backends in the whole hub.
  Duration dedupe_window = kDedupeWindow;
  std::size_t dedupe_producers = kDedupeProducersPerRoom;
  std::size_t dedupe_keys = kDedupeKeys;
  // Rooms with members or messages, in the whole hub.
  std::size_t rooms_max = kHubRooms;
  // Sessions of one user with a connection; 0: no limit.
  std::uint32_t sessions_per_user = 0;
  std::size_t member_data_bytes = kMemberDataBytesMax;
  // Users whose tokens are believed no more, until they have expired.
  std::size_t revocations_max = kRevocations;
  std::vector<NamespaceConfig> namespaces;

  // nullptr: there is no such namespace.
  const NamespaceConfig* FindNamespace(std::string_view name) const {
    for (const NamespaceConfig& candidate : namespaces) {
      if (candidate.name == name) return &candidate;
    }
    return nullptr;
  }
};

// The part that may change in a running hub: who may come in, what one may ask for, namespaces. A
// namespace that `wanted` does not have stays as it is: there may be rooms of it.
inline void TakeReloadable(HubConfig& running, const HubConfig& wanted) {
  running.anonymous = wanted.anonymous;
  running.rooms_per_connection = wanted.rooms_per_connection;
  running.publishes_per_second = wanted.publishes_per_second;
  running.publish_burst = wanted.publish_burst;
  running.joins_per_second = wanted.joins_per_second;
  running.join_burst = wanted.join_burst;
  running.commands_per_second = wanted.commands_per_second;
  running.command_burst = wanted.command_burst;
  running.user_rate_factor = wanted.user_rate_factor;
  running.resume_window = wanted.resume_window;
  running.parked_max = wanted.parked_max;
  running.parked_bytes_max = wanted.parked_bytes_max;
  running.sessions_per_user = wanted.sessions_per_user;
  running.member_data_bytes = wanted.member_data_bytes;
  running.rooms_max = wanted.rooms_max;
  std::vector<NamespaceConfig> namespaces = wanted.namespaces;
  for (NamespaceConfig& old : running.namespaces) {
    if (wanted.FindNamespace(old.name) == nullptr) namespaces.push_back(std::move(old));
  }
  running.namespaces = std::move(namespaces);
}

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_HUB_CONFIG_H_
