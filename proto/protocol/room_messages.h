#ifndef ROOMCAST_PROTO_PROTOCOL_ROOM_MESSAGES_H_
#define ROOMCAST_PROTO_PROTOCOL_ROOM_MESSAGES_H_

#include <cstdint>
#include <optional>

#include "proto/protocol/words.h"

namespace roomcast {

// The schema's words as plain structs. What each field means is said once, in
// proto/roomcast/v1/client.proto; here each struct lists its fields once, in the order of their
// numbers, for the reader, the writer and the tests:
//
//   static constexpr void Fields(auto& m, auto& v) { v.Fixed64(1, m.epoch); v(2, m.offset); }
//
// `v(number, member)` takes integers, bool, enums, Text, Bytes, messages (std::optional) and
// Repeated of these; Fixed64 and OneOf say what the member's type does not.

struct Position {
  std::uint64_t epoch = 0;
  std::uint64_t offset = 0;
  static constexpr void Fields(auto& m, auto& v) { v.Fixed64(1, m.epoch), v(2, m.offset); }
  friend bool operator==(const Position&, const Position&) = default;
};

// Enums are open, as in Protobuf: a value of a later version is kept, not refused.
enum class Encoding : std::int32_t { kBytes = 0, kText = 1, kJson = 2 };

struct PublishId {
  std::uint64_t producer = 0;
  std::uint64_t counter = 0;
  static constexpr void Fields(auto& m, auto& v) { v.Fixed64(1, m.producer), v(2, m.counter); }
  friend bool operator==(const PublishId&, const PublishId&) = default;
};

struct Publisher {
  Text session;
  Text user;
  static constexpr void Fields(auto& m, auto& v) { v(1, m.session), v(2, m.user); }
};

struct Tag {
  Text name;
  Text value;
  static constexpr void Fields(auto& m, auto& v) { v(1, m.name), v(2, m.value); }
};

struct Publication {
  std::uint64_t offset = 0;
  std::int64_t time_at = 0;
  Text type;
  Encoding encoding = Encoding::kBytes;
  Bytes data;
  Text key;
  Repeated<Tag> tags;
  std::optional<Publisher> publisher;
  std::optional<PublishId> publish_id;
  static constexpr void Fields(auto& m, auto& v) {
    v(1, m.offset), v(2, m.time_at), v(3, m.type), v(4, m.encoding), v(5, m.data), v(6, m.key);
    v(7, m.tags), v(8, m.publisher), v(9, m.publish_id);
  }
};

struct Error {
  std::uint32_t code = 0;
  Text message;
  bool temporary = false;
  std::uint32_t retry_after_ms = 0;
  static constexpr void Fields(auto& m, auto& v) {
    v(1, m.code), v(2, m.message), v(3, m.temporary), v(4, m.retry_after_ms);
  }
};

enum class Feature : std::int32_t { kUnspecified = 0 };

enum class PresenceInterest : std::int32_t { kNone = 0, kCounts = 1, kMembers = 2 };

// Both ends send these two.
struct Ping {
  std::uint64_t sequence = 0;
  std::int64_t sent_at = 0;
  std::uint32_t round_trip_us = 0;
  std::uint64_t round_trip_of = 0;
  static constexpr void Fields(auto& m, auto& v) {
    v(1, m.sequence), v(2, m.sent_at), v(3, m.round_trip_us), v(4, m.round_trip_of);
  }
};

struct Pong {
  std::uint64_t sequence = 0;
  std::int64_t received_at = 0;
  std::int64_t sent_at = 0;
  static constexpr void Fields(auto& m, auto& v) {
    v(1, m.sequence), v(2, m.received_at), v(3, m.sent_at);
  }
};

}  // namespace roomcast

#endif  // ROOMCAST_PROTO_PROTOCOL_ROOM_MESSAGES_H_
