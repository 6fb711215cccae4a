#ifndef ROOMCAST_CLIENT_WASM_CORE_CLIENT_CORE_H_
#define ROOMCAST_CLIENT_WASM_CORE_CLIENT_CORE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "client-wasm/core/connection.h"
#include "client-wasm/core/connection_table.h"
#include "client-wasm/core/effects.h"
#include "client-wasm/core/fault.h"
#include "client-wasm/core/ids.h"
#include "client-wasm/core/kept_text.h"
#include "client-wasm/core/options.h"
#include "client-wasm/core/publish_queue.h"
#include "client-wasm/core/requests.h"
#include "client-wasm/core/room.h"
#include "client-wasm/core/stats.h"
#include "client-wasm/core/token_source.h"
#include "proto/protocol/backoff.h"
#include "proto/protocol/clock_sync.h"
#include "proto/protocol/random.h"
#include "proto/protocol/server_messages.h"

namespace roomcast::client {

// One client, whole: what it wants, how it gets there, and what the hub told it. A value in the
// sense of the house: inputs come in with the time, effects go out, nothing else happens.
//
// How to drive it. Call an input; then TakeEffects(batch) and act on each effect in order:
//   OpenSocket   begin to connect; report OnSocketOpen, or OnSocketClosed(1006) if it fails
//   SendBytes    one WebSocket message
//   CloseSocket  close and forget; reports of that generation are ignored from now on
//   SetTimer     call OnTimer at that instant; early or late calls are harmless
//   NeedToken    answer with GiveToken or TokenFailed, whenever
// and pass the rest to the application. A simulation does the same with a virtual clock and a
// network of its own: it needs nothing but this header, effects.h and options.h.
//
// At most one socket is wanted at any time. Every CallId that an input answers settles exactly
// once, by one Settled, possibly in the same batch. Publications view the frame given to OnMessage:
// take the effects and use them before it goes. Effects taken stay valid while further inputs are
// made. Not thread-safe. `now` must not go back; if it does, deadlines come late.
class ClientCore {
 public:
  ClientCore(const ClientOptions& options, const Now& now);

  // ---- The application's wishes ----

  // Stay connected, until Disconnect, Close or a code that says stop. Done when connected.
  CallId Connect(const Now& now);
  // Says Bye. Calls under way are aborted; rooms stay wanted for the next Connect.
  void Disconnect(const Now& now);
  // As Disconnect, for good: rooms are left, and every later call is refused.
  void Close(const Now& now);

  // The answer to NeedToken, or with request 0 a token that nobody asked for.
  void GiveToken(const Now& now, std::uint32_t request, std::string_view token);
  void TokenFailed(const Now& now, std::uint32_t request, bool permanent);

  // kNoRoom: not a room name; a Problem says why. A room that is open already is the same one.
  RoomId OpenRoom(const Now& now, std::string_view name);
  void ReleaseRoom(const Now& now, RoomId room);
  CallId Join(const Now& now, RoomId room, const JoinOptions& options);
  CallId Leave(const Now& now, RoomId room);
  CallId Publish(const Now& now, RoomId room, const PublishOptions& options);
  // Volatile. False: dropped.
  bool Send(const Now& now, RoomId room, const PublishOptions& options);
  // A page of the room's history; it need not be joined. Its publications are told before it
  // settles.
  CallId History(const Now& now, RoomId room, const HistoryOptions& options);
  // What others see of this member, from now on; while not joined, from the next Join on.
  CallId UpdateMember(const Now& now, RoomId room, std::string_view member_data);
  CallId Ping(const Now& now);
  // The application takes a call back.
  void Abort(const Now& now, CallId call);

  // ---- What the world reports ----

  void OnSocketOpen(const Now& now, Generation generation);
  void OnMessage(const Now& now, Generation generation, std::string_view bytes);
  // A text message, which the protocol does not have.
  void OnText(const Now& now, Generation generation);
  // `code` as a browser reports it: 1006 where there was no close handshake.
  void OnSocketClosed(const Now& now, Generation generation, std::uint32_t code,
                      std::string_view reason);
  void OnTimer(const Now& now);
  void OnSignal(const Now& now, Signal signal);

  void TakeEffects(EffectBatch& batch) { effects_.Take(batch); }

  // ---- Questions ----

  ConnectionState state() const { return StateOf(phase_, was_connected_); }
  Phase phase() const { return phase_; }
  // kLeft for a room that does not exist.
  RoomState room_state(RoomId room) const;
  // Empty for a room that does not exist. Valid until it is released.
  std::string_view RoomName(RoomId room) const;
  std::optional<Position> position(RoomId room) const;
  std::optional<ClockSync::Reading> HubTime(const Now& now) const;
  std::string_view session_id() const { return session_id_; }
  // The half of the producer that publications carry.
  std::uint64_t producer() const { return producer_public_; }
  Stats stats() const;
  void SetTrace(TraceLevel level) { trace_ = level; }

 private:
  // While hidden, so much from one attempt to the next.
  static constexpr Duration kHiddenInterval = 60s;
  // A wake signal leaves alone an attempt that is younger: signals come in swarms.
  static constexpr Duration kFreshAttempt = 1s;
  // One clock ran so much further than the other: the machine slept, or a clock was set.
  static constexpr Duration kClockJump = 5s;
  // client_core.cc: the connection's way
  void Enter(Step step, const Fault& fault);
  void StartAttempt();
  void OpenNow();
  struct RetryAdvice {
    AfterClose after = AfterClose::kReconnect;
    Duration retry_after{};
    Duration spread{};
  };
  void CloseSocketAs(std::uint16_t code, std::string_view reason);
  void OnLost(const Fault& fault, const RetryAdvice& advice);
  void ForgetConnection();
  void StopWith(const Fault& fault, bool by_application);
  void ProtocolError(ClientCode code, const char* text);
  void RunConnectionDeadlines();
  void Wake(bool renew_attempt);
  void Park();
  void ProbeLink();
  void AskToken(TokenReason reason);
  void OnTokenTaken();
  // True: a clock jumped, and the link is being asked after.
  bool Begin(const Now& now);
  // True: a clock jumped.
  bool TakeTime(const Now& now);
  void Finish();
  Instant NextDeadline() const;

  // client_core_calls.cc: the application's calls and how they settle
  CallId NextCall();
  // Where the room is not there, or the client is closed: refused, and which call that is.
  CallId RefuseOutside(RoomId id, const Room* room);
  CallId AddRequest(Request::Kind kind, RoomId room);
  void Refuse(CallId call, RoomId room, const Fault& fault);
  CallId RefuseAtOnce(RoomId room, const Fault& fault);
  void Settle(const Request& request, Outcome outcome, const Fault& fault);
  void Settle(const PublishQueue::Entry& entry, Outcome outcome, const Fault& fault);
  // Those that the answer to the Join under way is for; who wants more waits for the next one.
  void SettleJoins(RoomId room, Outcome outcome, const Fault& fault);
  void SettleAll(Request::Kind kind, RoomId room, Outcome outcome, const Fault& fault);
  void SettleEverything(const Fault& fault, bool by_application);
  void ExpireCalls();
  void PumpQueue();
  CallId Enqueue(RoomId room, ClientMessage& message, std::uint64_t counter, Duration timeout);

  // client_core_asks.cc: what a room is asked
  // Where there is too much: refused, and which call that is.
  CallId RefuseMemberData(RoomId id, std::string_view data);
  void TellPresence(Room& room, const PresenceSnapshot& snapshot, bool first, bool last);
  void AskPresence(Room& room, std::string_view cursor);
  bool On(std::uint32_t id, const HistoryPage& page);
  bool On(std::uint32_t id, const Presence& presence);
  bool On(std::uint32_t id, const PresencePage& page);

  // client_core_rooms.cc
  Room* FindRoom(RoomId id);
  Room& RoomNamed(std::string_view name);
  const Room* FindRoom(RoomId id) const;
  // False: the step has no meaning in the room's phase.
  bool TakeRoomStep(Room& room, RoomStep step);
  void SendJoin(Room& room);
  void SendLeave(CallId call, const Room& room);
  void LeaveRoom(Room& room);
  void OnJoinRefused(Room& room, const Error& error);
  void ShowPresence(Room& room, const PresenceSnapshot& snapshot);
  void PutOff(Room& room, Duration at_least);
  void RunRoomDeadlines();
  bool ApplyJoined(Room& room, const Joined& joined);
  bool ApplyUnasked(const Joined& joined);
  void ApplyHelloJoin(const Connection::HelloJoin& asked, const JoinOutcome& outcome);

  // client_core_inbound.cc: what the hub says. False: the connection is gone, read no further.
  bool Handle(const ServerMessage& message);
  bool HandleBeforeWelcome(const ServerMessage& message);
  bool On(std::uint32_t id, const Welcome& welcome);
  bool On(std::uint32_t id, const Joined& joined);
  bool On(std::uint32_t id, const RoomBatch& batch);
  bool On(std::uint32_t id, const Gap& gap);
  bool On(std::uint32_t id, const Reset& reset);
  bool On(std::uint32_t id, const Tops& tops);
  bool On(std::uint32_t id, const Left& left);
  bool On(std::uint32_t id, const Published& published);
  bool On(std::uint32_t id, const Ok& ok);
  bool On(std::uint32_t id, const Error& error);
  bool On(std::uint32_t id, const roomcast::Ping& ping);
  bool On(std::uint32_t id, const Pong& pong);
  bool On(std::uint32_t id, const GoAway& go_away);
  bool On(std::uint32_t id, const roomcast::Disconnect& end);
  // Bodies that this client has no use for.
  template <class Other>
  bool On(std::uint32_t, const Other&) {
    return true;
  }
  void SendHello();
  void SendMessage(const ClientMessage& message);
  template <class Body>
  void SendBody(CallId id, const Body& body) {
    ClientMessage message;
    message.id = static_cast<std::uint32_t>(id);
    message.body = body;
    SendMessage(message);
  }
  bool IsOwn(const Publication& publication) const;
  void DeliverAll(Room& room, const RoomBatch& batch, bool& hole);
  void TraceMessage(const char* direction, std::size_t body);
  void TraceText(TraceLevel level, std::string_view text);
  // With its message copied into the batch.
  Fault Kept(Fault fault);

  // Small and often used first: what lies near costs less code.

  // Time
  Now now_;  // of the input under way
  Instant told_timer_ = kNever;
  bool deadlines_moved_ = false;

  // The connection's way
  Phase phase_ = Phase::kIdle;
  bool was_connected_ = false;
  bool hidden_ = false;
  TraceLevel trace_ = TraceLevel::kOff;
  Generation last_generation_ = kNoGeneration;
  RoomId last_room_ = kNoRoom;
  CallId last_call_ = kNoCall;
  CallId refresh_ = kNoCall;
  std::vector<std::unique_ptr<Room>> rooms_;  // by rising id
  std::optional<Connection> connection_;
  Requests requests_;
  TokenSource token_;
  Instant refresh_at_ = kNever;
  Duration token_lifetime_{};  // 0: without end
  Backoff backoff_;
  Now last_attempt_{};
  Instant retry_at_ = kNever;
  Instant not_before_{};  // the hub's advice, which no wake signal overrides
  std::uint64_t last_counter_ = 0;
  Random random_;
  Stats stats_;

  // The session
  KeptText instance_;
  KeptText session_id_;
  KeptText session_key_;
  ClockSync clock_;

  // Options
  KeptText url_;
  KeptText moved_to_;  // GoAway's endpoint, for the next attempt
  KeptText name_;
  KeptText version_;
  std::array<char, kProducerBytes> producer_;
  std::uint64_t producer_public_ = 0;

  Effects effects_;
  // Large, and therefore last.
  PublishQueue queue_;
};

}  // namespace roomcast::client

#endif  // ROOMCAST_CLIENT_WASM_CORE_CLIENT_CORE_H_
