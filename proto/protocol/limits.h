#ifndef ROOMCAST_PROTO_PROTOCOL_LIMITS_H_
#define ROOMCAST_PROTO_PROTOCOL_LIMITS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "proto/protocol/instant.h"

namespace roomcast {

// Every maximum of the protocol, with its reason, and how they fit together. What an operator may
// change is in config.proto; these are its defaults, and the bounds it is checked against.

using namespace std::chrono_literals;  // NOLINT: durations below and in every includer read as such

// One WebSocket message in, and so one publication's data, from either door.
inline constexpr std::size_t kMessageBytesMax = 64 * 1024;
// What everything around a publication's data may take in the same message.
inline constexpr std::size_t kPublicationOverheadBytesMax = 2 * 1024;
inline constexpr std::size_t kPublicationDataBytesMax = kMessageBytesMax;
inline constexpr std::size_t kInboundMessageBytesMax =
    kPublicationDataBytesMax + kPublicationOverheadBytesMax;

inline constexpr std::size_t kRoomNameBytesMax = 255;
inline constexpr std::size_t kUserBytesMax = 255;
inline constexpr std::size_t kTypeBytesMax = 64;
inline constexpr std::size_t kKeyBytesMax = 128;
inline constexpr std::size_t kTagsMax = 8;
inline constexpr std::size_t kTagBytesMax = 64;  // name and value, each
inline constexpr std::size_t kClientNameBytesMax = 64;
inline constexpr std::size_t kTokenBytesMax = 8 * 1024;
// All that a connection may send before Welcome, inflated: what a stranger can make the hub hold.
inline constexpr std::size_t kBeforeWelcomeBytesMax = 16 * 1024;
// A Hello with the longest token has as much again for its joins.
static_assert(kBeforeWelcomeBytesMax >= 2 * kTokenBytesMax);
static_assert(kBeforeWelcomeBytesMax < kInboundMessageBytesMax);
// A client's Hello with its joins; rooms that do not fit are joined after Welcome.
inline constexpr std::size_t kHelloBytesMax = 15 * 1024;
static_assert(kHelloBytesMax < kBeforeWelcomeBytesMax);
inline constexpr std::size_t kMemberDataBytesMax = 1024;
inline constexpr std::size_t kProducerBytes = 16;
inline constexpr std::size_t kSessionKeyBytes = 16;
// A close frame's payload is at most 125 bytes (RFC 6455, 5.5), two of them the code.
inline constexpr std::size_t kReasonBytesMax = 96;
static_assert(kReasonBytesMax + 2 <= 125);

// Type, key, tags, room name and publisher fit beside the data, with their tags and lengths.
static_assert(kRoomNameBytesMax + kTypeBytesMax + kKeyBytesMax + kTagsMax * (2 * kTagBytesMax + 8) +
                  64 <=
              kPublicationOverheadBytesMax);

inline constexpr std::size_t kRoomsPerConnection = 256;

// What decoding one message may take besides its bytes: many small items are large structs.
inline constexpr std::size_t kInboundArenaBytesMax = 1024 * 1024;
// A hub may batch more than a client may send.
inline constexpr std::size_t kClientArenaBytesMax = 64 * 1024 * 1024;

// A member over the soft limit is behind and is caught up from history; a connection that stays at
// the hard limit for the stall time is ended with 3008.
inline constexpr std::size_t kOutboxSoftBytes = 256 * 1024;
inline constexpr std::size_t kOutboxHardBytes = 1024 * 1024;
inline constexpr Duration kOutboxStall = 10s;
inline constexpr std::size_t kRecoveryPageBytes = 64 * 1024;
inline constexpr std::size_t kJoinedBytesMax = 4 * 1024;
static_assert(kOutboxSoftBytes < kOutboxHardBytes);
// A rejoining client is sent Joined and a page of history at once: it must fit under the soft limit
// with the largest publication at its end, or it would fall behind again for ever.
static_assert(kRecoveryPageBytes + kInboundMessageBytesMax + kJoinedBytesMax < kOutboxSoftBytes);

inline constexpr std::size_t kHistoryBytes = 1024 * 1024;
inline constexpr std::size_t kHistoryMessages = 1000;
inline constexpr Duration kHistoryTtl = 300s;
inline constexpr std::size_t kHubHistoryBytes = 256 * 1024 * 1024;
// Where quiet rooms' streams stand is kept for longer than what was said in them.
inline constexpr std::size_t kKeptPositions = 1'000'000;
inline constexpr Duration kKeptPositionsTtl = std::chrono::hours(30 * 24);
// Rooms with members or messages.
inline constexpr std::size_t kHubRooms = 1'000'000;
// A member that fell behind by a whole outbox finds all of it in history.
static_assert(kHistoryBytes >= 2 * kOutboxSoftBytes);

// Rooms that one Watch of a backend reads; each costs about 100 bytes.
inline constexpr std::size_t kWatchRoomsMax = 20'000;
// A Watch is told so often that it is alive.
inline constexpr Duration kWatchBeat = 5s;

inline constexpr Duration kPingInterval = 25s;
inline constexpr Duration kPingGrace = 10s;
inline constexpr Duration kProbeDeadline = 3s;
static_assert(kPingGrace < kPingInterval);

inline constexpr Duration kUpgradeDeadline = 5s;
inline constexpr Duration kHelloDeadline = 5s;
// Resume must outlast the time until a dead link is noticed.
inline constexpr Duration kResumeWindow = 60s;
static_assert(kResumeWindow > kPingInterval + kPingGrace);
inline constexpr std::size_t kParkedSessions = 100'000;
inline constexpr std::size_t kParkedBytes = 64 * 1024 * 1024;
// Users whose tokens were revoked; every shard knows them all.
inline constexpr std::size_t kRevocations = 10'000;
// Rooms that backends keep users in, of all users together.
inline constexpr std::size_t kKeptRooms = 100'000;

// A member that was lost may be back from a reload within it.
inline constexpr Duration kPresenceGrace = 10s;
// Above so many users a room shows their number only.
inline constexpr std::size_t kPresenceMembers = 500;
// Who is there, as far as Joined says it; more is asked for in pages of this size.
inline constexpr std::size_t kPresenceSnapshotBytes = 1024;
inline constexpr std::size_t kPresencePageBytes = 32 * 1024;
inline constexpr std::size_t kPresencePageUsers = 1000;
static_assert(kPresenceSnapshotBytes + 1024 < kJoinedBytesMax);

inline constexpr Duration kDedupeWindow = 5min;
inline constexpr std::size_t kDedupeProducersPerRoom = 10'000;
// Free-form keys of backends.
inline constexpr std::size_t kDedupeKeys = 100'000;
// A client that comes back within the resume window resends into the dedupe window.
static_assert(kDedupeWindow > kResumeWindow);

inline constexpr std::uint32_t kPublishesPerSecond = 100;
inline constexpr std::uint32_t kPublishBurst = 200;
inline constexpr std::uint32_t kJoinsPerSecond = 50;
inline constexpr std::uint32_t kJoinBurst = 512;
inline constexpr std::uint32_t kCommandsPerSecond = 200;
inline constexpr std::uint32_t kCommandBurst = 1000;
// What all sessions of one user may do together is what so many may.
inline constexpr std::uint32_t kUserRateFactor = 4;
// A client with all the rooms it may have can join them one by one.
static_assert(kJoinBurst >= kRoomsPerConnection);

inline constexpr Duration kCallTimeout = 10s;
inline constexpr Duration kQueueAge = 60s;
inline constexpr std::size_t kQueueMessages = 256;
inline constexpr std::size_t kQueueBytes = 1024 * 1024;

inline constexpr Duration kBackoffFirst = 500ms;
inline constexpr Duration kBackoffMost = 20s;
inline constexpr Duration kBackoffStable = 10s;

}  // namespace roomcast

#endif  // ROOMCAST_PROTO_PROTOCOL_LIMITS_H_
