#ifndef ROOMCAST_PROTO_PROTOCOL_CLIENT_MESSAGES_H_
#define ROOMCAST_PROTO_PROTOCOL_CLIENT_MESSAGES_H_

#include <variant>

#include "proto/protocol/room_messages.h"

namespace roomcast {

// Client to hub. See room_messages.h for how fields are listed and client.proto for what they mean.

enum class OnLost : std::int32_t { kContinue = 0, kReject = 1 };

// Arms of Join.since that are plain numbers.
enum class LastCount : std::uint32_t {};
enum class LastMs : std::uint64_t {};

struct Join {
  Text room;
  Text token;
  std::variant<std::monostate, Position, LastCount, LastMs> since;
  OnLost on_lost = OnLost::kContinue;
  PresenceInterest presence = PresenceInterest::kNone;
  Bytes member_data;
  static constexpr void Fields(auto& m, auto& v) {
    v(1, m.room), v(2, m.token), v.template OneOf<3, 4, 5>(m.since), v(6, m.on_lost);
    v(7, m.presence), v(8, m.member_data);
  }
};

struct Resume {
  Text session_id;
  Bytes session_key;
  static constexpr void Fields(auto& m, auto& v) { v(1, m.session_id), v(2, m.session_key); }
};

struct Hello {
  std::uint32_t protocol_version = 0;
  Repeated<Feature> features;
  Text token;
  Text client_name;
  Text client_version;
  Bytes producer;
  std::optional<Resume> resume;
  Repeated<Join> joins;
  std::int64_t sent_at = 0;
  static constexpr void Fields(auto& m, auto& v) {
    v(1, m.protocol_version), v(2, m.features), v(3, m.token), v(4, m.client_name);
    v(5, m.client_version), v(6, m.producer), v(7, m.resume), v(8, m.joins), v(9, m.sent_at);
  }
};

struct Leave {
  Text room;
  static constexpr void Fields(auto& m, auto& v) { v(1, m.room); }
};

struct Publish {
  Text room;
  std::uint64_t counter = 0;
  Text type;
  Encoding encoding = Encoding::kBytes;
  Bytes data;
  Text key;
  Repeated<Tag> tags;
  bool ephemeral = false;
  static constexpr void Fields(auto& m, auto& v) {
    v(1, m.room), v(2, m.counter), v(3, m.type), v(4, m.encoding), v(5, m.data), v(6, m.key);
    v(7, m.tags), v(8, m.ephemeral);
  }
};

struct History {
  Text room;
  std::optional<Position> since;
  std::optional<Position> before;
  std::uint32_t limit = 0;
  bool reverse = false;
  static constexpr void Fields(auto& m, auto& v) {
    v(1, m.room), v(2, m.since), v(3, m.before), v(4, m.limit), v(5, m.reverse);
  }
};

struct PresenceGet {
  Text room;
  Text cursor;
  std::uint32_t limit = 0;
  static constexpr void Fields(auto& m, auto& v) { v(1, m.room), v(2, m.cursor), v(3, m.limit); }
};

struct PresenceUpdate {
  Text room;
  Bytes member_data;
  static constexpr void Fields(auto& m, auto& v) { v(1, m.room), v(2, m.member_data); }
};

struct Call {
  Text method;
  Encoding encoding = Encoding::kBytes;
  Bytes data;
  std::uint32_t timeout_ms = 0;
  static constexpr void Fields(auto& m, auto& v) {
    v(1, m.method), v(2, m.encoding), v(3, m.data), v(4, m.timeout_ms);
  }
};

struct Refresh {
  Text token;
  static constexpr void Fields(auto& m, auto& v) { v(1, m.token); }
};

struct Bye {
  static constexpr void Fields(auto&, auto&) {}
};

struct ClientMessage {
  std::uint32_t id = 0;
  std::variant<std::monostate, Hello, Join, Leave, Publish, History, PresenceGet, PresenceUpdate,
               Call, Refresh, Ping, Pong, Bye>
      body;
  static constexpr void Fields(auto& m, auto& v) {
    v(1, m.id), v.template OneOf<2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13>(m.body);
  }
};

struct ClientFrame {
  using Message = ClientMessage;
  Repeated<ClientMessage> messages;
  static constexpr void Fields(auto& m, auto& v) { v(1, m.messages); }
};

}  // namespace roomcast

#endif  // ROOMCAST_PROTO_PROTOCOL_CLIENT_MESSAGES_H_
