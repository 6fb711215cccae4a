#ifndef ROOMCAST_PROTO_PROTOCOL_WATCH_MESSAGES_H_
#define ROOMCAST_PROTO_PROTOCOL_WATCH_MESSAGES_H_

#include <cstdint>
#include <optional>
#include <variant>

#include "proto/protocol/server_messages.h"

namespace roomcast {

// Hub to backend, on a Watch. See room_messages.h for how fields are listed and bridge.proto for
// what they mean. RoomBatch, Gap, Reset and Tops have the same numbers here as in ServerMessage,
// and a response of events is laid out as a frame of messages: so the bytes that a member gets are
// the bytes that a backend gets, and are encoded once for both.

struct HubError {
  std::uint32_t code = 0;
  std::uint32_t retry_after_ms = 0;
  Text message;
  bool temporary = false;
  static constexpr void Fields(auto& m, auto& v) {
    v(1, m.code), v(2, m.retry_after_ms), v(3, m.message), v(4, m.temporary);
  }
};

struct WatchOpened {
  Text instance;
  std::uint32_t beat_interval_ms = 0;
  static constexpr void Fields(auto& m, auto& v) { v(1, m.instance), v(2, m.beat_interval_ms); }
};

struct WatchJoined {
  std::uint32_t id = 0;
  Text room;
  std::uint64_t handle = 0;
  std::optional<Position> position;
  Verdict verdict = Verdict::kLive;
  std::uint64_t start = 0;
  std::optional<PresenceSnapshot> presence;
  static constexpr void Fields(auto& m, auto& v) {
    v(1, m.id), v(2, m.room), v(3, m.handle), v(4, m.position), v(5, m.verdict), v(6, m.start);
    v(7, m.presence);
  }
};

struct WatchLeft {
  std::uint32_t id = 0;
  std::uint64_t handle = 0;
  std::optional<HubError> error;
  static constexpr void Fields(auto& m, auto& v) { v(1, m.id), v(2, m.handle), v(3, m.error); }
};

struct Lifecycle {
  enum class Kind : std::int32_t {
    kUnspecified = 0,
    kRoomOpened = 1,
    kRoomClosed = 2,
    kMemberJoined = 3,
    kMemberLeft = 4,
  };
  Kind kind = Kind::kUnspecified;
  std::uint32_t id = 0;
  Text room;
  Text session;
  Text user;
  std::int64_t at = 0;
  static constexpr void Fields(auto& m, auto& v) {
    v(1, m.kind), v(2, m.id), v(3, m.room), v(4, m.session), v(5, m.user), v(6, m.at);
  }
};

struct WatchEvent {
  std::variant<std::monostate, WatchOpened, WatchJoined, WatchLeft, RoomBatch, Gap, Reset, Tops,
               Presence, Lifecycle>
      body;
  static constexpr void Fields(auto& m, auto& v) {
    v.template OneOf<1, 2, 3, 4, 5, 6, 7, 8, 9>(m.body);
  }
};

struct WatchResponse {
  Repeated<WatchEvent> events;
  static constexpr void Fields(auto& m, auto& v) { v(1, m.events); }
};

}  // namespace roomcast

#endif  // ROOMCAST_PROTO_PROTOCOL_WATCH_MESSAGES_H_
