#ifndef ROOMCAST_SERVER_HUB_SESSION_H_
#define ROOMCAST_SERVER_HUB_SESSION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/protocol/dedupe.h"
#include "proto/protocol/heartbeat.h"
#include "proto/protocol/limits.h"
#include "server/hub/ids.h"
#include "server/hub/mail.h"
#include "server/hub/parked_session.h"
#include "server/hub/session_id.h"
#include "server/hub/session_rates.h"
#include "server/hub/user_rates.h"
#include "server/hub/watch_state.h"

namespace roomcast::hub {

// A place of a session in a room: where LocalRooms keeps it. Both numbers move when others leave.
struct Membership {
  std::uint32_t room = 0;
  std::uint32_t member = 0;
  PresenceInterest interest = PresenceInterest::kNone;
  // What few sessions bring into a room; null: nothing.
  struct Extras {
    std::string member_data;
    RoomTokenRights token;
  };
  std::unique_ptr<Extras> extras;

  [[nodiscard]] RoomTokenRights token() const { return extras ? extras->token : RoomTokenRights(); }
  [[nodiscard]] std::string_view member_data() const {
    return extras ? std::string_view(extras->member_data) : std::string_view();
  }
  // Made where there are none.
  Extras& MutableExtras() {
    if (!extras) extras = std::make_unique<Extras>();
    return *extras;
  }
};

// A join whose answer has not come from the room's home yet.
struct PendingJoin {
  std::uint32_t request = 0;
  std::string room;
  std::string member_data;
  RoomTokenRights token;
  PresenceInterest interest = PresenceInterest::kNone;
  // A backend ordered it: who counts.
  std::optional<TallyRef> order;
  // Orders to leave the room that came meanwhile, carried out when it is in.
  std::vector<OrderLeave> leaves;
  // Everything else of the room; a stream may ask for that.
  bool without_publications = false;
};

// Hello has come, and it is being asked who this is: the session that it names at that one's home,
// and at the user's whether there may be one more.
struct Arrival {
  WallTime hello_received_at{};
  WallTime token_issued_at{};
  SessionNumber number;
  std::optional<ParkedSession> session;
  // The rooms of the connection before, for Greeting.
  std::vector<ParkedRoom> former_rooms;
  bool admitted = false;
  // Where a backend keeps the user.
  std::vector<KeptRoom> rooms;
};

// Hello has come, and Welcome waits for the answers to its joins.
struct Greeting {
  std::int64_t hello_sent_at = 0;
  WallTime hello_received_at{};
  std::uint32_t message_id = 0;
  std::size_t unanswered = 0;
  // One for each of Hello's joins; behind them, rooms that the hub joins by itself.
  std::size_t asked = 0;
  std::vector<std::optional<JoinAnswer>> answers;
  // The rooms of the connection before, which need no rights anew.
  std::vector<ParkedRoom> former_rooms;
  // Orders to leave a room, carried out after Welcome.
  std::vector<OrderLeave> leaves;
};

// Encoded messages that wait, in order, for Welcome, for a join's answer, or for room for their
// replies. Reading is off meanwhile, so this is at most the rest of one WebSocket message.
struct WaitingMessages {
  std::string bytes;
  std::size_t begin = 0;
};

// One client as the hub knows it. Belongs to its shard; small, because a hub holds tens of
// thousands that say nothing: what few have, or only for a while, is behind a pointer.
struct Session {
  enum class State : std::uint8_t { kExpectsHello, kGreeting, kOpen, kEnded };

  SessionRef ref;
  ConnectionId connection{};
  State state = State::kExpectsHello;
  bool anonymous = false;
  // Welcome was sent.
  bool welcomed = false;
  // It had connections before this one.
  bool resumed = false;
  // What ended it lets it come back.
  bool parks = false;
  // An answer did not fit under the hard limit: end it when the sentence ends.
  bool overflowed = false;
  // Its outbox is over the soft limit, and Shard::OnDrained() is to come.
  bool over_soft = false;
  // So it is with an answer to its own request: nothing more is taken from it until then.
  bool choked = false;
  // A History or PresenceGet is not answered yet: the next one waits, because pages are large.
  bool reads = false;
  // A page of history is asked for, or waits to be (catch_ups.h): one at a time.
  bool catching_up = false;
  // `number` is known.
  bool has_number = false;
  // Its client, in ClientNames.
  std::uint16_t client = 0;
  WallTime opened_at{};
  WallTime connected_at{};
  // The one moment that Deadlines holds for it; others are out of date.
  Instant look_at{};

  // Which session this is; its id as text is FormatSessionId(number).
  SessionNumber number;
  SessionKey key{};
  std::string user;
  // Of its token.
  std::string info;
  std::vector<Grant> grants;
  Instant token_until = kNever;
  // The first moment that a token of one of its rooms expires.
  Instant room_tokens_until = kNever;
  ProducerId producer;
  std::optional<Heartbeat> heartbeat;
  // From the first command on. `user`: none for an anonymous session, and where there is no limit.
  struct Rates {
    SessionRates own;
    UserShares::Share* user = nullptr;
  };
  std::unique_ptr<Rates> rates;

  std::vector<Membership> rooms;
  // Of these, where to look first for one to be caught up: each has its turn.
  std::uint32_t catch_up_next = 0;
  std::vector<PendingJoin> joins;
  std::unique_ptr<Arrival> arrival;
  std::unique_ptr<Greeting> greeting;
  std::unique_ptr<WaitingMessages> waiting;
  // It is a stream of a backend and no client (watches.h): says no Hello, and has no number, user
  // or heartbeat.
  std::unique_ptr<WatchState> watching;
};

// Part of the 3 KiB that an idle connection may cost in all.
static_assert(sizeof(Session) <= 424);

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_SESSION_H_
