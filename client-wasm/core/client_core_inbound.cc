#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <variant>

#include "client-wasm/core/client_core.h"
#include "client-wasm/core/names.h"
#include "proto/protocol/codes.h"
#include "proto/protocol/frame.h"
#include "proto/protocol/limits.h"
#include "proto/protocol/wire_writer.h"

// What the hub says. A frame is decoded whole before any of it counts; its messages are then taken
// in order until one of them ends the connection.

namespace roomcast::client {
namespace {

// In the order of the variants' alternatives.
constexpr Names kServerBodies(
    "nothing known\0Welcome\0Joined\0RoomBatch\0Gap\0Reset\0Tops\0Left\0Presence\0Published\0"
    "HistoryPage\0PresencePage\0CallResult\0Ok\0Error\0Ping\0Pong\0GoAway\0Disconnect");
constexpr Names kClientBodies(
    "nothing\0Hello\0Join\0Leave\0Publish\0History\0PresenceGet\0PresenceUpdate\0Call\0Refresh\0"
    "Ping\0Pong\0Bye");
static_assert(kServerBodies.count() == std::variant_size_v<decltype(ServerMessage::body)>);
static_assert(kClientBodies.count() == std::variant_size_v<decltype(ClientMessage::body)>);

// GoAway may send us elsewhere, but not from an encrypted link to an open one.
bool MayMoveTo(std::string_view endpoint, std::string_view url) {
  const auto is_open = [](std::string_view to) { return to.substr(0, 5) == "ws://"; };
  return endpoint.substr(0, 6) == "wss://" || (is_open(endpoint) && is_open(url));
}

}  // namespace

void ClientCore::TraceText(TraceLevel level, std::string_view text) {
  if (trace_ >= level && !text.empty()) effects_.Emit(Trace{level, effects_.Keep(text)});
}

Fault ClientCore::Kept(Fault fault) {
  fault.message = effects_.Keep(fault.message);
  return fault;
}

void ClientCore::TraceMessage(const char* direction, std::size_t body) {
  if (trace_ < TraceLevel::kFrames) return;
  KeptText text(direction);
  text.Append((*direction == '<' ? kServerBodies : kClientBodies)[body]);
  TraceText(TraceLevel::kFrames, text);
}

void ClientCore::SendMessage(const ClientMessage& message) {
  TraceMessage("> ", message.body.index());
  effects_.Send(connection_->generation(), message);
}

void ClientCore::SendHello() {
  Hello hello;
  hello.protocol_version = 1;
  hello.token = token_.token();
  hello.client_name = name_.view();
  hello.client_version = version_.view();
  hello.producer = Bytes(std::string_view(producer_.data(), producer_.size()));
  if (!session_id_.empty()) {
    hello.resume = Resume{session_id_.view(), Bytes(session_key_)};
  }
  hello.sent_at = Microseconds(now_.instant);
  std::size_t bytes = wire::EncodedBytes(hello);
  auto* const joins = effects_.arena().Allocate<roomcast::Join>(rooms_.size());
  PlainVector<Connection::HelloJoin> asked;
  for (const auto& room : rooms_) {
    // Without memory for them, rooms are joined after Welcome.
    if (joins == nullptr) break;
    if (room->phase() != RoomPhase::kOffline) continue;
    const roomcast::Join& join = *::new (joins + asked.size()) roomcast::Join(room->MakeJoin());
    bytes += wire::EncodedBytes(join) + 4;
    if (bytes > kHelloBytesMax) break;
    const CallId call = asked.Add({room->id(), NextCall()}).asked;
    TakeRoomStep(*room, RoomStep::kAsk);
    room->OnAsked(call, now_);
    requests_.MarkSent(Request::Kind::kJoin, room->id(), now_);
  }
  hello.joins = {joins, asked.size()};
  connection_->OnHelloSent(hello.sent_at, std::move(asked));
  SendBody(NextCall(), hello);
}

void ClientCore::OnMessage(const Now& now, Generation generation, std::string_view bytes) {
  const bool woke = Begin(now);
  if (!connection_ || connection_->generation() != generation) return Finish();
  ++stats_.messages_in;
  stats_.bytes_in += bytes.size();
  connection_->OnHeard(now_);
  const std::optional<ServerFrame> frame = DecodeServerFrame(bytes, effects_.arena());
  if (!frame) {
    ProtocolError(ClientCode::kBadFrame, "a message that is no frame");
    return Finish();
  }
  bool only_batches = true;
  for (const ServerMessage& message : frame->messages) {
    TraceMessage("< ", message.body.index());
    only_batches = only_batches && std::holds_alternative<RoomBatch>(message.body);
    if (phase_ == Phase::kLive ? !Handle(message) : !HandleBeforeWelcome(message)) break;
  }
  // What only brings publications moves no deadline closer.
  deadlines_moved_ = woke || !only_batches || !connection_;
  Finish();
}

bool ClientCore::Handle(const ServerMessage& message) {
  return std::visit([&](const auto& body) { return On(message.id, body); }, message.body);
}

bool ClientCore::HandleBeforeWelcome(const ServerMessage& message) {
  if (phase_ == Phase::kGreeting) {
    if (const auto* welcome = std::get_if<Welcome>(&message.body)) {
      return On(message.id, *welcome);
    }
    if (const auto* end = std::get_if<roomcast::Disconnect>(&message.body)) {
      return On(message.id, *end);
    }
    if (const auto* error = std::get_if<Error>(&message.body)) {
      const bool expired = error->code == static_cast<std::uint32_t>(ErrorCode::kTokenExpired);
      if (expired) token_.OnExpired();
      const Fault fault = FaultOf(*error);
      CloseSocketAs(static_cast<std::uint16_t>(DisconnectCode::kClosed), {});
      OnLost(fault,
             {fault.retryable ? AfterClose::kReconnect : AfterClose::kStop, fault.retry_after, {}});
      return false;
    }
    if (std::holds_alternative<std::monostate>(message.body)) return true;
  }
  ProtocolError(ClientCode::kBadFrame, "a message before Welcome");
  return false;
}

bool ClientCore::On(std::uint32_t, const Welcome& welcome) {
  if (phase_ == Phase::kLive) {
    ProtocolError(ClientCode::kBadFrame, "a second Welcome");
    return false;
  }
  if (welcome.joins.size() != connection_->hello_joins()) {
    ProtocolError(ClientCode::kBadFrame, "Welcome answers other joins");
    return false;
  }
  ++stats_.connections;
  if (welcome.resumed) ++stats_.resumed;
  const bool same_instance = instance_ == welcome.instance.view;
  if (!same_instance) clock_.Forget();
  clock_.OnOurQuestion(connection_->hello_sent_at(), welcome.hello_received_at, welcome.sent_at,
                       Microseconds(now_.instant));
  instance_ = welcome.instance.view;
  session_id_ = welcome.session_id.view;
  session_key_ = welcome.session_key.view;
  token_lifetime_ = std::chrono::milliseconds(welcome.token_lifetime_ms);
  OnTokenTaken();
  connection_->OnWelcome(welcome, now_);
  backoff_.OnConnected(now_.instant);
  Enter(Step::kWelcome, {});
  effects_.Emit(SessionBegan{effects_.Keep(session_id_), effects_.Keep(welcome.user.view),
                             effects_.Keep(instance_), effects_.Keep(welcome.node.view),
                             welcome.resumed, same_instance});
  SettleAll(Request::Kind::kConnect, kNoRoom, Outcome::kDone, {});
  if (!same_instance) {
    while (const auto entry = queue_.TakeEverSent()) {
      Settle(*entry, Outcome::kUnknown, FaultOf(ClientCode::kHubChanged));
    }
  }
  const PlainVector<Connection::HelloJoin> asked = connection_->TakeHelloJoins();
  for (std::size_t i = 0; i < asked.size() && connection_; ++i) {
    ApplyHelloJoin(asked[i], welcome.joins[i]);
  }
  if (!connection_) return false;
  for (const auto& room : rooms_) {
    if (room->phase() == RoomPhase::kOffline) SendJoin(*room);
  }
  PumpQueue();
  return true;
}

bool ClientCore::On(std::uint32_t id, const Joined& joined) {
  if (id == 0) return ApplyUnasked(joined);
  for (const auto& room : rooms_) {
    if (room->asked() == static_cast<CallId>(id)) return ApplyJoined(*room, joined);
  }
  ++stats_.unknown_replies;
  return true;
}

bool ClientCore::IsOwn(const Publication& publication) const {
  return (publication.publish_id && publication.publish_id->producer == producer_public_) ||
         (publication.publisher && !session_id_.empty() &&
          publication.publisher->session.view == session_id_);
}

void ClientCore::DeliverAll(Room& room, const RoomBatch& batch, bool& hole) {
  for (const Publication& publication : batch.publications) {
    switch (room.OnPublication(publication.offset)) {
      case StreamCursor::Step::kSeen:
        ++stats_.seen;
        continue;
      case StreamCursor::Step::kHole:
        hole = true;
        return;
      case StreamCursor::Step::kDeliver:
        break;
    }
    const bool own = IsOwn(publication);
    if (own && !room.echo()) {
      ++stats_.echoes;
      continue;
    }
    ++stats_.publications;
    effects_.Emit(Delivered{room.id(), &publication, own, room.IsReplay(publication.offset)});
  }
}

bool ClientCore::On(std::uint32_t, const RoomBatch& batch) {
  // A batch that was on its way when the room was left names nothing any more.
  Room* room = FindRoom(connection_->FindHandle(batch.handle));
  if (room == nullptr) return true;
  bool hole = false;
  DeliverAll(*room, batch, hole);
  if (hole) ProtocolError(ClientCode::kBadStream, "");
  return !hole;
}

bool ClientCore::On(std::uint32_t, const Gap& gap) {
  Room* room = FindRoom(connection_->FindHandle(gap.handle));
  if (room == nullptr) return true;
  if (!room->OnGap(gap)) {
    ProtocolError(ClientCode::kBadStream, "a Gap above a hole");
    return false;
  }
  ++stats_.gaps;
  effects_.Emit(RoomGap{room->id(), gap.from, gap.to, gap.reason});
  return true;
}

bool ClientCore::On(std::uint32_t, const Reset& reset) {
  Room* room = FindRoom(connection_->FindHandle(reset.handle));
  if (room == nullptr) return true;
  if (!IsPlausible(reset.position)) {
    ProtocolError(ClientCode::kBadFrame, "a Reset without a position");
    return false;
  }
  room->OnReset(*reset.position);
  ++stats_.gaps;
  effects_.Emit(RoomReset{room->id(), *reset.position});
  return true;
}

bool ClientCore::On(std::uint32_t, const Tops& tops) {
  for (const Top& top : tops.tops) {
    const Room* room = FindRoom(connection_->FindHandle(top.handle));
    const auto position = room != nullptr ? room->position() : std::nullopt;
    if (!position || position->offset >= top.offset) continue;
    ProtocolError(ClientCode::kBadStream, "a Tops above what came");
    return false;
  }
  return true;
}

bool ClientCore::On(std::uint32_t, const Left& left) {
  Room* room = FindRoom(connection_->FindHandle(left.handle));
  if (room == nullptr) return true;
  connection_->RemoveRoom(room->id());
  const Fault fault = Kept(FaultOfLeft(left.code, left.reason.view));
  if (left.rejoin || (left.code >= 2500 && left.code < 3000)) {
    effects_.Emit(Problem{room->id(), fault});
    TakeRoomStep(*room, RoomStep::kSentBack);
    room->PauseUntil(now_, {}, random_.Next());
  } else {
    TakeRoomStep(*room, RoomStep::kRemoved);
    effects_.Emit(RoomLeft{room->id(), fault});
  }
  return true;
}

bool ClientCore::On(std::uint32_t id, const Published& published) {
  const auto entry = queue_.Take(static_cast<CallId>(id));
  if (!entry) {
    ++stats_.unknown_replies;
    return true;
  }
  Settled settled{entry->call, entry->room, Outcome::kDone, {}};
  settled.position = published.position.value_or(Position{});
  settled.counter = entry->counter;
  settled.duplicate = published.duplicate;
  effects_.Emit(settled);
  PumpQueue();
  return true;
}

bool ClientCore::On(std::uint32_t id, const Ok&) {
  const CallId call = static_cast<CallId>(id);
  if (id != 0 && call == refresh_) {
    refresh_ = kNoCall;
    // The new token is taken to last as long as the first.
    OnTokenTaken();
    return true;
  }
  if (const auto entry = queue_.Take(call)) {
    Settle(*entry, Outcome::kDone, {});
    return true;
  }
  const Request* request = requests_.Find(call);
  if (request != nullptr && request->kind == Request::Kind::kLeave) {
    Settle(*requests_.Take(call), Outcome::kDone, {});
  } else {
    ++stats_.unknown_replies;
  }
  return true;
}

bool ClientCore::On(std::uint32_t id, const Error& error) {
  const CallId call = static_cast<CallId>(id);
  Fault fault = FaultOf(error);
  if (id == 0 || call == refresh_) {
    refresh_ = kNoCall;
    effects_.Emit(Problem{kNoRoom, Kept(fault)});
    return true;
  }
  if (const auto entry = queue_.Take(call)) {
    // This refuses the last sending. What became of the ones before, nobody told: the hub refuses
    // for rate, permission or a full mailbox before anybody looks whether the id took effect.
    if (entry->resent) fault.retryable = false;
    Settle(*entry, entry->resent ? Outcome::kUnknown : Outcome::kRefused, fault);
    PumpQueue();
    return true;
  }
  for (const auto& room : rooms_) {
    if (room->presence().asked == call) {
      // Whatever change comes next is a jump, and asks again.
      room->presence() = {};
      if (error.temporary) {
        room->PauseUntil(now_, std::max<Duration>(fault.retry_after, 1s), random_.Next());
      }
      return true;
    }
    if (room->asked() != call) continue;
    OnJoinRefused(*room, error);
    return true;
  }
  if (const std::optional<Request> request = requests_.Take(call)) {
    Settle(*request, Outcome::kRefused, fault);
  } else {
    ++stats_.unknown_replies;
  }
  return true;
}

bool ClientCore::On(std::uint32_t, const roomcast::Ping& ping) {
  SendBody(kNoCall, connection_->OnPing(ping, now_, clock_));
  return true;
}

bool ClientCore::On(std::uint32_t, const Pong& pong) {
  if (!connection_->OnPong(pong, now_, clock_)) return true;
  const Duration round_trip = connection_->round_trip().value_or(Duration{});
  stats_.round_trip_us = static_cast<std::uint64_t>(round_trip.count());
  SettleAll(Request::Kind::kPing, kNoRoom, Outcome::kDone, {});
  return true;
}

bool ClientCore::On(std::uint32_t, const GoAway& go_away) {
  const std::uint64_t spread =
      go_away.spread_ms == 0 ? 0 : random_.Below(std::uint64_t{go_away.spread_ms} + 1);
  std::uint64_t after = go_away.retry_after_ms + spread;
  if (go_away.deadline_ms != 0) after = std::min<std::uint64_t>(after, go_away.deadline_ms);
  connection_->MoveAt(now_.instant + std::chrono::milliseconds(after));
  moved_to_.Clear();
  if (MayMoveTo(go_away.endpoint.view, url_)) moved_to_ = go_away.endpoint.view;
  return true;
}

bool ClientCore::On(std::uint32_t, const roomcast::Disconnect& end) {
  AfterClose after = AfterCloseCode(end.code);
  if (end.action == DisconnectAction::kStop) after = AfterClose::kStop;
  if (end.action == DisconnectAction::kFresh) session_id_.Clear(), session_key_.Clear();
  if (end.code == static_cast<std::uint32_t>(DisconnectCode::kTokenExpired)) token_.OnExpired();
  CloseSocketAs(static_cast<std::uint16_t>(DisconnectCode::kNormal), {});
  OnLost(FaultOfClose(end.code, end.reason.view),
         {after, std::chrono::milliseconds(end.retry_after_ms),
          std::chrono::milliseconds(end.spread_ms)});
  return false;
}

}  // namespace roomcast::client
