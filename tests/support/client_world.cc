#include "tests/support/client_world.h"

#include <algorithm>
#include <variant>

namespace roomcast::test {

using client::CallId;
using client::Generation;
using client::kNoGeneration;
using client::Outcome;
using client::RoomId;

client::ClientOptions ClientWorld::DefaultOptions() {
  client::ClientOptions options;
  options.url = "ws://hub.test/connect";
  options.name = "test";
  options.version = "1";
  options.producer = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
  options.seed = 42;
  return options;
}

ClientWorld::ClientWorld(client::ClientOptions options)
    : now_{InstantFromMicroseconds(1'000'000), WallTime{1'700'000'000'000'000}},
      core_(options, now_) {}

void ClientWorld::Break(std::string_view what) {
  if (broken.empty()) broken = what;
}

CallId ClientWorld::Called(CallId call) {
  if (!calls_.insert(call).second) Break("a call number came twice");
  Drain();
  return call;
}

CallId ClientWorld::Connect() { return Called(core_.Connect(now_)); }
RoomId ClientWorld::Open(std::string_view name) {
  const RoomId room = core_.OpenRoom(now_, name);
  Drain();
  return room;
}
CallId ClientWorld::Join(RoomId room, client::JoinOptions options) {
  return Called(core_.Join(now_, room, options));
}
CallId ClientWorld::Leave(RoomId room) { return Called(core_.Leave(now_, room)); }
CallId ClientWorld::Publish(RoomId room, std::string_view data, Duration timeout) {
  client::PublishOptions options;
  options.type = "said";
  options.encoding = Encoding::kText;
  options.data = data;
  options.timeout = timeout;
  const CallId call = core_.Publish(now_, room, options);
  publishes_.insert(call);
  return Called(call);
}
bool ClientWorld::Send(RoomId room, std::string_view data) {
  client::PublishOptions options;
  options.data = data;
  const bool sent = core_.Send(now_, room, options);
  Drain();
  return sent;
}
CallId ClientWorld::History(RoomId room, client::HistoryOptions options) {
  return Called(core_.History(now_, room, options));
}
CallId ClientWorld::UpdateMember(RoomId room, std::string_view data) {
  return Called(core_.UpdateMember(now_, room, data));
}
CallId ClientWorld::Ping() { return Called(core_.Ping(now_)); }
void ClientWorld::Abort(CallId call) { core_.Abort(now_, call), Drain(); }
void ClientWorld::Disconnect() { core_.Disconnect(now_), Drain(); }
void ClientWorld::Close() { core_.Close(now_), Drain(); }
void ClientWorld::Release(RoomId room) { core_.ReleaseRoom(now_, room), Drain(); }
void ClientWorld::GiveToken(std::uint32_t request, std::string_view token) {
  core_.GiveToken(now_, request, token), Drain();
}
void ClientWorld::FailToken(std::uint32_t request, bool permanent) {
  core_.TokenFailed(now_, request, permanent), Drain();
}
void ClientWorld::Signal(client::Signal signal) { core_.OnSignal(now_, signal), Drain(); }

void ClientWorld::Advance(Duration by) {
  const Now end{now_.instant + by, WallTime{Microseconds(now_.wall) + by.count()}};
  // A core that asks for the same moment for ever is broken, and so is the test that waits for it.
  for (int turns = 0; timer && *timer <= end.instant; ++turns) {
    if (turns > 10'000) return Break("the timer is asked for again and again");
    const Duration step = std::max(*timer - now_.instant, Duration{});
    now_ = {now_.instant + step, WallTime{Microseconds(now_.wall) + step.count()}};
    timer.reset();
    core_.OnTimer(now_);
    Drain();
  }
  now_ = end;
}

void ClientWorld::Sleep(Duration by, bool monotonic_stops) {
  now_.wall = WallTime{Microseconds(now_.wall) + by.count()};
  if (!monotonic_stops) now_.instant += by;
}

void ClientWorld::OpenSocket() {
  opened_ = true;
  core_.OnSocketOpen(now_, socket_);
  Drain();
}

void ClientWorld::LoseSocket(std::uint32_t code, std::string_view reason) {
  const Generation lost = socket_;
  socket_ = kNoGeneration;
  opened_ = false;
  core_.OnSocketClosed(now_, lost, code, reason);
  Drain();
}

void ClientWorld::Receive(std::string_view frame) { ReceiveOn(socket_, frame); }

void ClientWorld::ReceiveOn(Generation generation, std::string_view frame) {
  const std::string copy(frame);  // goes away after the effects: nothing may view it then
  core_.OnMessage(now_, generation, copy);
  Drain();
}

std::optional<ClientWorld::Ended> ClientWorld::outcome(CallId call) const {
  const auto at = ended_.find(call);
  return at == ended_.end() ? std::nullopt : std::optional(at->second);
}

void ClientWorld::Drain() {
  core_.TakeEffects(batch_);
  for (const client::Effect& effect : batch_) {
    std::visit([this](const auto& one) { Act(one); }, effect);
  }
}

void ClientWorld::Act(const client::OpenSocket& effect) {
  if (socket_ != kNoGeneration) Break("a second socket");
  socket_ = effect.generation;
  opened_ = false;
  urls.emplace_back(effect.url);
  ++sockets;
}

void ClientWorld::Act(const client::SendBytes& effect) {
  if (effect.generation != socket_ || !opened_) Break("sent on a socket that is not open");
  auto frame = std::make_unique<Frame>(effect.bytes);
  frame->frame = DecodeClientFrame(frame->bytes, frame->arena);
  if (!frame->frame) return Break("sent what is no frame");
  for (const ClientMessage& message : frame->frame->messages) {
    const auto call = static_cast<CallId>(message.id);
    if (std::holds_alternative<roomcast::Publish>(message.body) && message.id != 0) {
      const auto ended = outcome(call);
      if (ended && ended->outcome != Outcome::kDone) Break("sent after it was reported failed");
    }
    sent_.push_back(&message);
  }
  frames_.push_back(std::move(frame));
}

void ClientWorld::Act(const client::CloseSocket& effect) {
  if (effect.generation != socket_) return Break("closes a socket that is not there");
  if (effect.code != 1000 && effect.code < 3000) Break("a close code that a page cannot send");
  socket_ = kNoGeneration;
  opened_ = false;
  closes.push_back(effect.code);
}

void ClientWorld::Act(const client::SetTimer& effect) {
  timer = effect.at == kNever ? std::nullopt : std::optional(effect.at);
}
void ClientWorld::Act(const client::NeedToken& effect) {
  tokens.push_back({effect.request, effect.reason});
}
void ClientWorld::Act(const client::StateChanged& effect) {
  states.push_back(effect.state);
  state_codes.emplace_back(effect.fault.name);
}
void ClientWorld::Act(const client::RoomOpened& effect) { opened_rooms.emplace_back(effect.name); }
void ClientWorld::Act(const client::RoomStateChanged& effect) {
  room_states.push_back(effect.state);
}
void ClientWorld::Act(const client::RoomJoined& effect) { joined.push_back(effect); }
void ClientWorld::Act(const client::RoomLeft& effect) { lefts.emplace_back(effect.fault.name); }
void ClientWorld::Act(const client::RoomGap& effect) { gaps.push_back(effect); }
void ClientWorld::Act(const client::RoomReset& effect) { resets.push_back(effect); }
void ClientWorld::Act(const client::Delivered& effect) {
  const Publication& p = *effect.publication;
  heard.push_back({effect.room, p.offset, std::string(p.type.view), std::string(p.data.view),
                   p.publisher ? std::string(p.publisher->user.view) : std::string(), effect.own,
                   effect.replay, effect.history});
}
void ClientWorld::Act(const client::RoomPresence& effect) {
  std::string text = effect.first ? "list:" : "";
  const auto add = [&text](const char* sign, const PresenceUser& user) {
    text.append(text.empty() ? "" : " ").append(sign).append(user.user.view);
    text.append("(" + std::to_string(user.sessions) + ")").append(user.data.view);
  };
  for (const PresenceUser& user : effect.here) add("+", user);
  for (const PresenceUser& user : effect.updated) add("=", user);
  for (const Text& user : effect.gone) {
    text.append(text.empty() ? "-" : " -").append(user.view);
  }
  text += "; " + std::to_string(effect.users) + "/" + std::to_string(effect.sessions);
  if (!effect.last) text += " and more";
  presence.push_back(text);
}
void ClientWorld::Act(const client::Settled& effect) {
  const Ended ended{effect.outcome,
                    std::string(effect.fault.name),
                    effect.fault.retryable,
                    effect.position.offset,
                    effect.duplicate,
                    effect.more,
                    effect.lost};
  if (!ended_.emplace(effect.call, ended).second) Break("a call settled twice");
  if (effect.outcome != Outcome::kDone && effect.fault.name.empty()) {
    Break("a call failed without a code");
  }
}
void ClientWorld::Act(const client::Problem& effect) { problems.emplace_back(effect.fault.name); }
void ClientWorld::Act(const client::Trace& effect) { traces.emplace_back(effect.text); }

}  // namespace roomcast::test
