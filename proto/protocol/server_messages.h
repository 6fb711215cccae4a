#ifndef ROOMCAST_PROTO_PROTOCOL_SERVER_MESSAGES_H_
#define ROOMCAST_PROTO_PROTOCOL_SERVER_MESSAGES_H_

#include <variant>

#include "proto/protocol/room_messages.h"

namespace roomcast {

// Hub to client. See room_messages.h for how fields are listed and client.proto for what they mean.

enum class Verdict : std::int32_t { kLive = 0, kRecovered = 1, kLost = 2 };
enum class Delivery : std::int32_t { kReliable = 0, kDroppable = 1 };

struct RoomPolicy {
  Delivery delivery = Delivery::kReliable;
  bool may_publish = false;
  bool may_read_history = false;
  PresenceInterest presence = PresenceInterest::kNone;
  bool keeps_history = false;
  static constexpr void Fields(auto& m, auto& v) {
    v(1, m.delivery), v(2, m.may_publish), v(3, m.may_read_history), v(4, m.presence);
    v(5, m.keeps_history);
  }
};

struct PresenceUser {
  Text user;
  std::uint32_t sessions = 0;
  Bytes data;
  static constexpr void Fields(auto& m, auto& v) { v(1, m.user), v(2, m.sessions), v(3, m.data); }
};

struct PresenceSnapshot {
  std::uint64_t version = 0;
  Repeated<PresenceUser> users;
  std::uint32_t user_count = 0;
  std::uint32_t session_count = 0;
  static constexpr void Fields(auto& m, auto& v) {
    v(1, m.version), v(2, m.users), v(3, m.user_count), v(4, m.session_count);
  }
};

struct Joined {
  Text room;
  std::uint64_t handle = 0;
  std::optional<Position> position;
  Verdict verdict = Verdict::kLive;
  std::uint64_t start = 0;
  std::optional<RoomPolicy> policy;
  std::optional<PresenceSnapshot> presence;
  static constexpr void Fields(auto& m, auto& v) {
    v(1, m.room), v(2, m.handle), v(3, m.position), v(4, m.verdict), v(5, m.start);
    v(6, m.policy), v(7, m.presence);
  }
};

struct JoinOutcome {
  std::variant<std::monostate, Joined, Error> outcome;
  static constexpr void Fields(auto& m, auto& v) { v.template OneOf<1, 2>(m.outcome); }
};

struct Limits {
  std::uint32_t message_bytes_max = 0;
  std::uint32_t rooms_max = 0;
  std::uint32_t publishes_per_second = 0;
  std::uint32_t publish_burst = 0;
  std::uint32_t member_data_bytes_max = 0;
  static constexpr void Fields(auto& m, auto& v) {
    v(1, m.message_bytes_max), v(2, m.rooms_max), v(3, m.publishes_per_second);
    v(4, m.publish_burst), v(5, m.member_data_bytes_max);
  }
};

struct Welcome {
  Text instance;
  Text session_id;
  Bytes session_key;
  bool resumed = false;
  Text user;
  std::uint32_t ping_interval_ms = 0;
  std::uint32_t ping_grace_ms = 0;
  std::uint32_t resume_window_ms = 0;
  std::optional<Limits> limits;
  std::int64_t hello_sent_at = 0;
  std::int64_t hello_received_at = 0;
  std::int64_t sent_at = 0;
  Text node;
  Repeated<Feature> features;
  Repeated<JoinOutcome> joins;
  std::uint32_t token_lifetime_ms = 0;
  static constexpr void Fields(auto& m, auto& v) {
    v(1, m.instance), v(2, m.session_id), v(3, m.session_key), v(4, m.resumed), v(5, m.user);
    v(6, m.ping_interval_ms), v(7, m.ping_grace_ms), v(8, m.resume_window_ms), v(9, m.limits);
    v(10, m.hello_sent_at), v(11, m.hello_received_at), v(12, m.sent_at), v(13, m.node);
    v(14, m.features), v(15, m.joins), v(16, m.token_lifetime_ms);
  }
};

struct RoomBatch {
  std::uint64_t handle = 0;
  Repeated<Publication> publications;
  static constexpr void Fields(auto& m, auto& v) { v(1, m.handle), v(2, m.publications); }
};

enum class GapReason : std::int32_t { kUnspecified = 0, kSlow = 1, kEvicted = 2, kEngine = 3 };

struct Gap {
  std::uint64_t handle = 0;
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  GapReason reason = GapReason::kUnspecified;
  static constexpr void Fields(auto& m, auto& v) {
    v(1, m.handle), v(2, m.from), v(3, m.to), v(4, m.reason);
  }
};

struct Reset {
  std::uint64_t handle = 0;
  std::optional<Position> position;
  static constexpr void Fields(auto& m, auto& v) { v(1, m.handle), v(2, m.position); }
};

struct Top {
  std::uint64_t handle = 0;
  std::uint64_t offset = 0;
  static constexpr void Fields(auto& m, auto& v) { v(1, m.handle), v(2, m.offset); }
};

struct Tops {
  Repeated<Top> tops;
  static constexpr void Fields(auto& m, auto& v) { v(1, m.tops); }
};

struct Left {
  std::uint64_t handle = 0;
  std::uint32_t code = 0;
  Text reason;
  bool rejoin = false;
  static constexpr void Fields(auto& m, auto& v) {
    v(1, m.handle), v(2, m.code), v(3, m.reason), v(4, m.rejoin);
  }
};

struct Presence {
  std::uint64_t handle = 0;
  std::uint64_t version = 0;
  Repeated<PresenceUser> joins;
  Repeated<Text> leaves;
  Repeated<PresenceUser> updates;
  std::uint32_t user_count = 0;
  std::uint32_t session_count = 0;
  static constexpr void Fields(auto& m, auto& v) {
    v(1, m.handle), v(2, m.version), v(3, m.joins), v(4, m.leaves), v(5, m.updates);
    v(6, m.user_count), v(7, m.session_count);
  }
};

struct Published {
  std::optional<Position> position;
  bool duplicate = false;
  static constexpr void Fields(auto& m, auto& v) { v(1, m.position), v(2, m.duplicate); }
};

struct HistoryPage {
  std::optional<Position> position;
  Repeated<Publication> publications;
  bool more = false;
  bool lost = false;
  static constexpr void Fields(auto& m, auto& v) {
    v(1, m.position), v(2, m.publications), v(3, m.more), v(4, m.lost);
  }
};

struct PresencePage {
  std::optional<PresenceSnapshot> snapshot;
  Text cursor;
  static constexpr void Fields(auto& m, auto& v) { v(1, m.snapshot), v(2, m.cursor); }
};

struct CallResult {
  Encoding encoding = Encoding::kBytes;
  Bytes data;
  static constexpr void Fields(auto& m, auto& v) { v(1, m.encoding), v(2, m.data); }
};

struct Ok {
  static constexpr void Fields(auto&, auto&) {}
};

struct GoAway {
  std::uint32_t deadline_ms = 0;
  std::uint32_t retry_after_ms = 0;
  std::uint32_t spread_ms = 0;
  Text endpoint;
  static constexpr void Fields(auto& m, auto& v) {
    v(1, m.deadline_ms), v(2, m.retry_after_ms), v(3, m.spread_ms), v(4, m.endpoint);
  }
};

enum class DisconnectAction : std::int32_t { kStop = 0, kResume = 1, kFresh = 2 };

struct Disconnect {
  std::uint32_t code = 0;
  Text reason;
  DisconnectAction action = DisconnectAction::kStop;
  std::uint32_t retry_after_ms = 0;
  std::uint32_t spread_ms = 0;
  static constexpr void Fields(auto& m, auto& v) {
    v(1, m.code), v(2, m.reason), v(3, m.action), v(4, m.retry_after_ms), v(5, m.spread_ms);
  }
};

struct ServerMessage {
  std::uint32_t id = 0;
  std::variant<std::monostate, Welcome, Joined, RoomBatch, Gap, Reset, Tops, Left, Presence,
               Published, HistoryPage, PresencePage, CallResult, Ok, Error, Ping, Pong, GoAway,
               Disconnect>
      body;
  static constexpr void Fields(auto& m, auto& v) {
    v(1, m.id);
    v.template OneOf<2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19>(m.body);
  }
};

struct ServerFrame {
  using Message = ServerMessage;
  Repeated<ServerMessage> messages;
  static constexpr void Fields(auto& m, auto& v) { v(1, m.messages); }
};

}  // namespace roomcast

#endif  // ROOMCAST_PROTO_PROTOCOL_SERVER_MESSAGES_H_
