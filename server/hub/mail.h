#ifndef ROOMCAST_SERVER_HUB_MAIL_H_
#define ROOMCAST_SERVER_HUB_MAIL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "proto/protocol/client_messages.h"
#include "proto/protocol/dedupe.h"
#include "proto/protocol/server_messages.h"
#include "server/hub/failure.h"
#include "server/hub/history_mail.h"
#include "server/hub/ids.h"
#include "server/hub/presence_mail.h"
#include "server/hub/resume_mail.h"
#include "server/hub/shared_bytes.h"
#include "server/hub/user_mail.h"
#include "server/hub/watch_mail.h"

namespace roomcast::hub {

// Everything that one shard, or the bridge, says to another shard. Values that own what they hold.

// ---- To a room's home shard
// ----------------------------------------------------------------------

struct JoinRoom {
  SessionRef session;
  std::uint32_t request = 0;  // means something to the session only
  std::string room;
  std::variant<std::monostate, Position, LastCount, LastMs> since;
  OnLost on_lost = OnLost::kContinue;
  std::string user;
  std::string member_data;
  PresenceInterest interest = PresenceInterest::kNone;
  SessionNumber number;  // of a client
  // It is no member, but a stream that reads.
  std::optional<WatchTerms> watch;
};

// A member joins again: other member data, or another interest in who is there. Answered by
// JoinAnswer.
struct RejoinRoom {
  SessionRef session;
  std::uint32_t request = 0;
  std::string room;
  RoomHandle handle{};
  std::string user;
  std::string member_data;  // empty: as it is
  PresenceInterest before = PresenceInterest::kNone;
  PresenceInterest interest = PresenceInterest::kNone;
};

struct LeaveRoom {
  SessionRef session;
  RoomHandle handle{};
  std::string user;
  PresenceInterest interest = PresenceInterest::kNone;
  // It will not be back within the grace of presence.
  bool for_good = false;
  SessionNumber number;    // of a client
  bool by_stream = false;  // it was no member
};

// The hub says something itself, and waits for no answer.
struct FromHub {};

// Who waits for the answer to a publish: a session's request, or the bridge.
struct PublishOrigin {
  std::variant<SessionRef, BridgeCall, FromHub> from;
  std::uint32_t request = 0;  // a session's; 0: no answer wanted
};

struct PublishToRoom {
  PublishOrigin origin;
  std::string room;
  std::string type;
  Encoding encoding = Encoding::kBytes;
  std::string data;
  std::string key;
  std::vector<std::pair<std::string, std::string>> tags;
  std::string publisher_session;
  std::string publisher_user;
  ProducerId producer;
  std::uint64_t counter = 0;  // 0: no publish id
  bool ephemeral = false;
  // The publish id stands for a backend's free-form key.
  bool by_key = false;
};

// "Members of mine have everything up to `after`: what comes next?"
struct CatchUp {
  ShardId from{};
  RoomHandle handle{};
  std::uint64_t after = 0;
  std::uint64_t epoch = 0;
};

// ---- To a member's or publisher's shard
// ------------------------------------------------------------

struct JoinAnswer {
  SessionRef session;
  std::uint32_t request = 0;
  std::string room;
  RoomHandle handle{};
  Position top;
  Verdict verdict = Verdict::kLive;
  std::uint64_t start = 0;
  // As JoinRoom said it, for a session that is gone meanwhile.
  std::string user;
  SessionNumber number;
  PresenceInterest interest = PresenceInterest::kNone;
  std::shared_ptr<const PresenceReport> presence;  // where it was asked for
  bool again = false;                              // to RejoinRoom: it was a member already
  bool by_stream = false;                          // it is no member, but a stream that reads
  bool refused = false;
  Failure failure;  // where refused
};

// Of who did not get to use the answer.
inline LeaveRoom LeaveAfter(const JoinAnswer& answer) {
  return {answer.session,     answer.handle, answer.user,     answer.interest,
          /*for_good=*/false, answer.number, answer.by_stream};
}

struct PublishAnswer {
  SessionRef session;
  std::uint32_t request = 0;
  Position position;
  bool duplicate = false;
  bool refused = false;
  Failure failure;
};

// What was published in a room during one turn of its home shard. first..last are its offsets; both
// 0 where it holds ephemeral publications only.
struct Batch {
  RoomHandle handle{};
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint32_t publications = 0;
  SharedBytes bytes;
};

// The room's home could not post a batch to this shard: its members are behind.
struct Behind {
  RoomHandle handle{};
  std::uint64_t top = 0;
};

// The answer to CatchUp: what follows `after`, from history. A hole before it (gap_to > 0) is
// gap_from..gap_to. What follows `last` comes when asked for.
struct Page {
  RoomHandle handle{};
  std::uint64_t epoch = 0;
  std::uint64_t after = 0;
  std::uint64_t gap_from = 0;
  std::uint64_t gap_to = 0;
  GapReason gap_reason = GapReason::kUnspecified;
  std::uint64_t last = 0;
  std::uint32_t publications = 0;
  std::uint64_t top = 0;
  SharedBytes bytes;  // may be none
};

// The room's stream begins anew; what comes next is of this one.
struct StreamReset {
  RoomHandle handle{};
  Position position;
};

using Mail = std::variant<JoinRoom, RejoinRoom, LeaveRoom, PublishToRoom, CatchUp, JoinAnswer,
                          PublishAnswer, Batch, Behind, Page, TakeSession, ParkSession, EndSession,
                          YieldSession, SessionTaken, ReadHistory, HistoryAnswer, ReadPresence,
                          UpdatePresence, PresenceAnswer, PresencePush, TrimHistory, StreamReset,
                          UserMail, WatchPrefix, UnwatchPrefix, WatchNews, WatchedRoomGone>;

// Takes mail to shards, this one excepted (a shard keeps what it says to itself). Bounded: false
// says that the mailbox is full, and then nothing was taken. What one sender posts to one shard
// arrives in the order of posting.
class PostOffice {
 public:
  virtual ~PostOffice() = default;
  [[nodiscard]] virtual bool Post(ShardId to, Mail& mail) = 0;
};

// Where answers to the bridge's questions go; called on the home shard's thread, exactly once for
// each.
class BridgeAnswers {
 public:
  struct Published {
    Position position;
    bool duplicate = false;
    bool refused = false;
    Failure failure;
  };
  virtual ~BridgeAnswers() = default;
  virtual void OnPublished(BridgeCall call, const Published& answer) = 0;

  struct Trimmed {
    Position top;
    std::uint64_t removed = 0;
    bool refused = false;
    Failure failure;
  };
  virtual void OnTrimmed(BridgeCall, const Trimmed&) {}

  // To ReadHistory; its `session` and `request` say nothing.
  virtual void OnHistory(BridgeCall, HistoryAnswer&&) {}

  // To an order about sessions: how many it concerned.
  struct Counted {
    std::uint32_t sessions = 0;
    bool refused = false;
    Failure failure;
  };
  virtual void OnCounted(BridgeCall, const Counted&) {}
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_MAIL_H_
