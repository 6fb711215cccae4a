#include "roomcast/client.h"

#include <cstring>
#include <map>
#include <utility>
#include <variant>

#include "client-wasm/core/client_core.h"

namespace roomcast {
namespace {

namespace core = client;

Trouble ToTrouble(const core::Fault& fault) {
  return {fault.code, fault.name, fault.message, fault.retryable};
}

CallOutcome ToOutcome(core::Outcome outcome) {
  switch (outcome) {
    case core::Outcome::kDone:
      return CallOutcome::kDone;
    case core::Outcome::kRefused:
      return CallOutcome::kRefused;
    case core::Outcome::kTimedOut:
      return CallOutcome::kTimedOut;
    case core::Outcome::kAborted:
      return CallOutcome::kAborted;
    case core::Outcome::kUnknown:
      break;
  }
  return CallOutcome::kUnknown;
}

core::PublishOptions ToOptions(const OutgoingMessage& message) {
  core::PublishOptions options;
  options.type = message.type;
  options.encoding = static_cast<Encoding>(message.encoding);
  options.data = message.data;
  options.key = message.key;
  return options;
}

core::ClientOptions ToOptions(const ClientConfig& config, Transport& transport) {
  core::ClientOptions options;
  options.url = config.url;
  options.token = config.token;
  options.name = config.name;
  transport.FillRandom(options.producer.data(), options.producer.size());
  transport.FillRandom(reinterpret_cast<char*>(&options.seed), sizeof options.seed);
  return options;
}

}  // namespace

// Drives the core: an input, then its effects. Effects are acted on in order and before the next
// input, also where a callback makes one: what it asks for is done when the effects before it are.
class Client::Impl : public Transport::Listener {
 public:
  Impl(const ClientConfig& config, ClientEvents events, Transport& transport)
      : transport_(transport),
        events_(std::move(events)),
        core_(ToOptions(config, transport), Read()) {
    transport_.Attach(this);
  }
  ~Impl() override { transport_.Attach(nullptr); }

  core::ClientCore& core() { return core_; }
  const core::ClientCore& core() const { return core_; }

  Now Read() const {
    const Transport::Clocks clocks = transport_.Read();
    return {InstantFromMicroseconds(clocks.monotonic_us), static_cast<WallTime>(clocks.wall_us)};
  }

  // The room's id; opened if it was not. kNoRoom: not a room name.
  core::RoomId Open(std::string_view name) {
    const auto found = rooms_.find(name);
    if (found != rooms_.end()) return found->second;
    const core::RoomId room = core_.OpenRoom(Read(), name);
    if (room != core::kNoRoom) rooms_.emplace(name, room);
    return room;
  }
  core::RoomId Find(std::string_view name) const {
    const auto found = rooms_.find(name);
    return found == rooms_.end() ? core::kNoRoom : found->second;
  }

  void Await(core::CallId call, Done done) {
    if (done) calls_[call] = std::move(done);
    Pump();
  }

  // Acts on what the core wants done.
  void Pump() {
    if (pumping_) return;
    pumping_ = true;
    core::EffectBatch batch;
    for (core_.TakeEffects(batch); !batch.empty(); core_.TakeEffects(batch)) {
      for (const core::Effect& effect : batch) {
        std::visit([this](const auto& e) { Act(e); }, effect);
      }
      batch.Clear();
    }
    pumping_ = false;
  }

  void OnOpen(std::uint32_t generation) override {
    core_.OnSocketOpen(Read(), static_cast<core::Generation>(generation));
    Pump();
  }
  void OnMessage(std::uint32_t generation, std::string_view bytes) override {
    core_.OnMessage(Read(), static_cast<core::Generation>(generation), bytes);
    Pump();
  }
  void OnText(std::uint32_t generation) override {
    core_.OnText(Read(), static_cast<core::Generation>(generation));
    Pump();
  }
  void OnClosed(std::uint32_t generation, std::uint16_t code, std::string_view reason) override {
    core_.OnSocketClosed(Read(), static_cast<core::Generation>(generation), code, reason);
    Pump();
  }
  void OnTimer() override {
    core_.OnTimer(Read());
    Pump();
  }

 private:
  std::string_view NameOf(core::RoomId room) const { return core_.RoomName(room); }

  void Act(const core::OpenSocket& e) {
    transport_.Open(static_cast<std::uint32_t>(e.generation), e.url, e.protocol);
  }
  void Act(const core::SendBytes& e) {
    transport_.Send(static_cast<std::uint32_t>(e.generation), e.bytes);
  }
  void Act(const core::CloseSocket& e) {
    transport_.Close(static_cast<std::uint32_t>(e.generation), e.code, e.reason);
  }
  void Act(const core::SetTimer& e) {
    transport_.SetTimer(e.at == kNever ? Transport::kNoTimer : Microseconds(e.at));
  }
  void Act(const core::StateChanged& e) {
    if (events_.on_state) {
      events_.on_state(static_cast<ConnectionState>(e.state), ToTrouble(e.fault));
    }
  }
  void Act(const core::RoomJoined& e) {
    if (events_.on_joined) {
      events_.on_joined({NameOf(e.room), e.again, e.recovered, e.replayed});
    }
  }
  void Act(const core::RoomLeft& e) {
    if (events_.on_left) events_.on_left(NameOf(e.room), ToTrouble(e.fault));
  }
  void Act(const core::RoomGap& e) {
    if (events_.on_gap) events_.on_gap({NameOf(e.room), e.from, e.to});
  }
  void Act(const core::Delivered& e) {
    if (!events_.on_message) return;
    const Publication& publication = *e.publication;
    Message message;
    message.room = NameOf(e.room);
    message.type = publication.type.view;
    message.encoding = static_cast<DataEncoding>(publication.encoding);
    message.data = publication.data.view;
    message.key = publication.key.view;
    if (publication.publisher) {
      message.user = publication.publisher->user.view;
      message.session = publication.publisher->session.view;
    }
    message.offset = publication.offset;
    message.time_at = publication.time_at;
    message.own = e.own;
    message.replay = e.replay;
    events_.on_message(message);
  }
  void Act(const core::Settled& e) {
    const auto found = calls_.find(e.call);
    if (found == calls_.end()) return;
    const Done done = std::move(found->second);
    calls_.erase(found);
    done({ToOutcome(e.outcome), ToTrouble(e.fault), e.position.offset, e.duplicate});
  }
  void Act(const core::Problem& e) {
    if (events_.on_error) events_.on_error(ToTrouble(e.fault));
  }
  // The token is the configuration's; a reset is followed by what is new; the rest is for the
  // curious.
  void Act(const core::NeedToken&) {}
  void Act(const core::SessionBegan&) {}
  void Act(const core::RoomOpened& e) { rooms_.emplace(e.name, e.room); }
  void Act(const core::RoomStateChanged&) {}
  void Act(const core::RoomReset&) {}
  void Act(const core::RoomPresence&) {}
  void Act(const core::Trace&) {}

  Transport& transport_;
  ClientEvents events_;
  core::ClientCore core_;
  std::map<std::string, core::RoomId, std::less<>> rooms_;
  std::map<core::CallId, Done> calls_;
  bool pumping_ = false;
};

Client::Client(const ClientConfig& config, ClientEvents events, Transport& transport)
    : impl_(std::make_unique<Impl>(config, std::move(events), transport)) {}
Client::~Client() = default;

void Client::Connect(Done done) {
  impl_->Await(impl_->core().Connect(impl_->Read()), std::move(done));
}

void Client::Disconnect() {
  impl_->core().Disconnect(impl_->Read());
  impl_->Pump();
}

void Client::Close() {
  impl_->core().Close(impl_->Read());
  impl_->Pump();
}

void Client::Join(std::string_view room, Done done, ReadFrom from) {
  client::JoinOptions options;
  if (from.last_count > 0) options.since = static_cast<LastCount>(from.last_count);
  const client::RoomId id = impl_->Open(room);
  impl_->Await(impl_->core().Join(impl_->Read(), id, options), std::move(done));
}

void Client::Leave(std::string_view room, Done done) {
  const client::RoomId id = impl_->Open(room);
  impl_->Await(impl_->core().Leave(impl_->Read(), id), std::move(done));
}

void Client::Publish(std::string_view room, const OutgoingMessage& message, Done done) {
  const client::RoomId id = impl_->Open(room);
  impl_->Await(impl_->core().Publish(impl_->Read(), id, ToOptions(message)), std::move(done));
}

bool Client::Send(std::string_view room, const OutgoingMessage& message) {
  const bool sent = impl_->core().Send(impl_->Read(), impl_->Open(room), ToOptions(message));
  impl_->Pump();
  return sent;
}

ConnectionState Client::state() const {
  return static_cast<ConnectionState>(impl_->core().state());
}

RoomState Client::room_state(std::string_view room) const {
  return static_cast<RoomState>(impl_->core().room_state(impl_->Find(room)));
}

}  // namespace roomcast
