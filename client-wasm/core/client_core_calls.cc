#include <algorithm>
#include <utility>

#include "client-wasm/core/client_core.h"
#include "proto/protocol/frame.h"
#include "proto/protocol/limits.h"
#include "proto/protocol/utf8.h"

// The application's calls, and how each settles exactly once: it is in `requests_` or `queue_`, and
// settles by being taken out of there.

namespace roomcast::client {
namespace {

Publish MakePublish(std::string_view room, const PublishOptions& options) {
  Publish publish;
  publish.room = room;
  publish.type = options.type;
  publish.encoding = options.encoding;
  publish.data = Bytes(options.data);
  publish.key = options.key;
  publish.tags = Repeated<Tag>(options.tags.data(), options.tags.size());
  return publish;
}

// What the hub would refuse, refused here. nullopt: well formed.
std::optional<Fault> Check(const PublishOptions& options) {
  if (options.data.size() > kPublicationDataBytesMax) {
    return TooLarge("the data has more than 65536 bytes");
  }
  if (options.type.size() > kTypeBytesMax) return TooLarge("the type has more than 64 bytes");
  if (options.key.size() > kKeyBytesMax) return TooLarge("the key has more than 128 bytes");
  if (options.tags.size() > kTagsMax) return TooLarge("there are more than 8 tags");
  bool utf8 = IsUtf8(options.type) && IsUtf8(options.key);
  for (const Tag& tag : options.tags) {
    if (std::max(tag.name.view.size(), tag.value.view.size()) > kTagBytesMax) {
      return TooLarge("a tag has more than 64 bytes");
    }
    utf8 = utf8 && IsUtf8(tag.name.view) && IsUtf8(tag.value.view);
  }
  if (!utf8) return FaultOf(ErrorCode::kBadRequest, "type, key or tag is not UTF-8");
  return std::nullopt;
}

}  // namespace

CallId ClientCore::NextCall() {
  const std::uint32_t next = static_cast<std::uint32_t>(last_call_) + 1;
  last_call_ = static_cast<CallId>(next == 0 ? 1 : next);
  return last_call_;
}

void ClientCore::Refuse(CallId call, RoomId room, const Fault& fault) {
  effects_.Emit(Settled{call, room, Outcome::kRefused, fault});
}

CallId ClientCore::RefuseAtOnce(RoomId room, const Fault& fault) {
  const CallId call = NextCall();
  Refuse(call, room, fault);
  return call;
}

CallId ClientCore::RefuseOutside(RoomId id, const Room* room) {
  if (phase_ == Phase::kClosed) return RefuseAtOnce(id, FaultOf(ClientCode::kClosed));
  if (room == nullptr) return RefuseAtOnce(id, FaultOf(ClientCode::kNoSuchRoom));
  return kNoCall;
}

CallId ClientCore::AddRequest(Request::Kind kind, RoomId room) {
  const Request request{NextCall(), kind, room, now_};
  if (!requests_.Add(request)) {
    Refuse(request.call, room, FaultOf(ClientCode::kQueueFull));
  }
  return request.call;
}

void ClientCore::Settle(const Request& request, Outcome outcome, const Fault& fault) {
  Settled settled{request.call, request.room, outcome, Kept(fault)};
  if (request.kind == Request::Kind::kPing && outcome == Outcome::kDone && connection_) {
    settled.round_trip = connection_->round_trip().value_or(Duration{});
  }
  effects_.Emit(settled);
}

void ClientCore::Settle(const PublishQueue::Entry& entry, Outcome outcome, const Fault& fault) {
  Settled settled{entry.call, entry.room, outcome, Kept(fault)};
  settled.counter = entry.counter;
  effects_.Emit(settled);
}

void ClientCore::SettleAll(Request::Kind kind, RoomId room, Outcome outcome, const Fault& fault) {
  while (const std::optional<Request> request = requests_.TakeFirst(kind, room)) {
    Settle(*request, outcome, fault);
  }
}

void ClientCore::SettleJoins(RoomId room, Outcome outcome, const Fault& fault) {
  while (const std::optional<Request> request =
             requests_.TakeFirst(Request::Kind::kJoin, room, true)) {
    Settle(*request, outcome, fault);
  }
}

void ClientCore::SettleEverything(const Fault& fault, bool by_application) {
  const Outcome no = by_application ? Outcome::kAborted : Outcome::kRefused;
  while (const std::optional<Request> request = requests_.TakeFirst()) {
    Settle(*request, no, fault);
  }
  while (const auto entry = queue_.TakeFirst()) {
    Settle(*entry, entry->may_count() && !by_application ? Outcome::kUnknown : no, fault);
  }
}

void ClientCore::ExpireCalls() {
  while (const std::optional<Request> request = requests_.TakeExpired(now_)) {
    Settle(*request, Outcome::kTimedOut,
           FaultOf(request->sent ? ClientCode::kTimeout : ClientCode::kQueueTimeout));
  }
  while (const auto entry = queue_.TakeExpired(now_)) {
    // Sent on an earlier connection and waiting for the next: nobody will be asked any more.
    const bool unknown = entry->may_count() && !entry->sent;
    Settle(*entry, unknown ? Outcome::kUnknown : Outcome::kTimedOut,
           FaultOf(entry->ever_sent ? ClientCode::kTimeout : ClientCode::kQueueTimeout));
  }
}

void ClientCore::PumpQueue() {
  if (phase_ != Phase::kLive) return;
  ExpireCalls();
  while (PublishQueue::Entry* entry = queue_.NextToSend()) {
    if (entry->may_count()) ++stats_.resent;
    effects_.SendEncoded(connection_->generation(), entry->frame);
    queue_.MarkSent(*entry, now_);
  }
}

CallId ClientCore::Publish(const Now& now, RoomId id, const PublishOptions& options) {
  Begin(now);
  const Room* room = FindRoom(id);
  CallId call = RefuseOutside(id, room);
  if (call == kNoCall) {
    if (const std::optional<Fault> fault = Check(options)) call = RefuseAtOnce(id, *fault);
  }
  if (call == kNoCall) {
    ClientMessage message;
    roomcast::Publish publish = MakePublish(room->name(), options);
    publish.counter = last_counter_ + 1;
    message.body = publish;
    call = Enqueue(id, message, publish.counter,
                   options.timeout > 0s ? options.timeout : kCallTimeout);
  }
  Finish();
  return call;
}

CallId ClientCore::Enqueue(RoomId room, ClientMessage& message, std::uint64_t counter,
                           Duration timeout) {
  const CallId call = NextCall();
  message.id = static_cast<std::uint32_t>(call);
  auto entry = std::make_unique<PublishQueue::Entry>();
  entry->call = call;
  entry->room = room;
  entry->counter = counter;
  entry->timeout = timeout;
  entry->begun = now_;
  AppendFrame(entry->frame, message);
  if (queue_.Add(std::move(entry))) {
    if (counter != 0) last_counter_ = counter;
    PumpQueue();
  } else {
    Refuse(call, room, FaultOf(ClientCode::kQueueFull));
  }
  return call;
}

bool ClientCore::Send(const Now& now, RoomId id, const PublishOptions& options) {
  Begin(now);
  const Room* room = FindRoom(id);
  const bool sent = phase_ == Phase::kLive && room != nullptr && !Check(options);
  if (sent) {
    roomcast::Publish publish = MakePublish(room->name(), options);
    publish.ephemeral = true;
    SendBody(kNoCall, publish);
  } else {
    ++stats_.dropped;
  }
  Finish();
  return sent;
}

CallId ClientCore::Ping(const Now& now) {
  Begin(now);
  CallId call = kNoCall;
  if (phase_ == Phase::kLive) {
    call = AddRequest(Request::Kind::kPing, kNoRoom);
    requests_.MarkSent(Request::Kind::kPing, kNoRoom, now_);
    SendBody(kNoCall, connection_->MakePing(now_));
  } else {
    call = RefuseAtOnce(kNoRoom, FaultOf(phase_ == Phase::kClosed ? ClientCode::kClosed
                                                                  : ClientCode::kNotConnected));
  }
  Finish();
  return call;
}

void ClientCore::Abort(const Now& now, CallId call) {
  Begin(now);
  const Fault fault = FaultOf(ClientCode::kAborted);
  if (const std::optional<Request> request = requests_.Take(call)) {
    Settle(*request, Outcome::kAborted, fault);
  } else if (const auto entry = queue_.Take(call)) {
    Settle(*entry, Outcome::kAborted, fault);
    PumpQueue();
  }
  Finish();
}

}  // namespace roomcast::client
