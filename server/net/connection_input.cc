// What a peer's bytes do to its connection.
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "server/net/connection.h"
#include "server/net/connections.h"
#include "server/net/frame_heads.h"
#include "server/net/turn_away.h"
#include "server/websocket/close_codes.h"

namespace roomcast::net {

using websocket::FrameEvent;

void Connection::ArmRead() {
  if (read_armed_ || peer_ended_) return;
  if (tls_ && tls_->read_wants_write()) return WaitWritable();
  read_armed_ = true;
  socket_.async_wait(Descriptor::wait_read,
                     [&all = all_, id = id_](const boost::system::error_code& error) {
                       Connection* self = error ? nullptr : all.Find(id);
                       if (self != nullptr) self->OnReadable();
                     });
}

void Connection::OnReadable() {
  read_armed_ = false;
  if (phase_ == Phase::kEnded) return;
  OnAlive(all_.now());
  if (phase_ == Phase::kTls) return ShakeHands();
  // The rest waits in the kernel; ResumeReading() asks for it again.
  if (!reading_) return;
  const std::span<std::byte> lent = all_.lent();
  const ssize_t got = tls_ ? tls_->Read(lent)
                           : recv(socket_.native_handle(), lent.data(), lent.size(), MSG_DONTWAIT);
  if (got > 0) {
    bytes_in_ += static_cast<std::uint64_t>(got);
    all_.metrics().Count(ops::Counter::kBytesIn, static_cast<std::uint64_t>(got));
    OnBytes(lent.first(static_cast<std::size_t>(got)));
  } else if (got == 0) {
    OnEndOfStream();
  } else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
    OnPeerGone("reset");
  }
  if (phase_ != Phase::kEnded && reading_) ArmRead();
}

void Connection::OnEndOfStream() {
  peer_ended_ = true;
  if (phase_ != Phase::kClosing) {
    OnPeerGone("cut");
    return;
  }
  // It may still take what is on its way to it.
  WantFlush();
}

void Connection::OnBytes(std::span<std::byte> bytes) {
  if (phase_ == Phase::kHead) {
    OnHead(bytes);
  } else if (is_websocket_) {
    OnNewFrames(bytes);
  }
}

void Connection::OnHead(std::span<std::byte> bytes) {
  if (!handshake_) {
    handshake_ = std::make_unique<Handshake>(all_.config().handshake, visit_.address());
  }
  std::span<const std::byte> left = bytes;
  const Handshake::Answer answer = handshake_->Take(left);
  Identify();
  if (const auto* respond = std::get_if<Handshake::Respond>(&answer)) {
    // Files are no way around the limits.
    const auto reason = respond->refusal ? std::nullopt : visit_.refusal();
    Respond(reason ? RefuseFile(*reason) : *respond);
  } else if (const auto* upgraded = std::get_if<Handshake::Upgraded>(&answer)) {
    Upgrade(*upgraded);
    // Its first frames may have come in the same packet.
    OnNewFrames(bytes.last(left.size()));
  }
}

void Connection::Identify() {
  const auto& client = handshake_->client();
  if (client) visit_ = all_.doorman().Enter(*client, all_.now().instant);
}

std::optional<ops::TurnedAway> Connection::RefusedFor() const {
  if (visit_.refusal()) return visit_.refusal();
  if (all_.doorman().memory_is_short()) return ops::TurnedAway::kMemory;
  return std::nullopt;
}

void Connection::Upgrade(const Handshake::Upgraded& answer) {
  handshake_.reset();
  is_websocket_ = true;
  phase_ = Phase::kOpen;
  deadline_ = kNever;
  all_.metrics().Count(ops::Counter::kUpgrades);
  // Welcome, or a Pong, may follow in the same turn: nothing overtakes the response.
  PushRegardless(MakeBare(answer.response), hub::Outbox::Lane::kFast);
  const bool has_room = all_.doorman().WebSocketBegan();
  const auto refused = RefusedFor();
  if (refused || !has_room) {
    TurnAway(refused.value_or(ops::TurnedAway::kFull));
    return;
  }
  hub_knows_ = true;
  all_.WantLifeCheck(id_, all_.now().instant + all_.config().peer_lost_after);
  all_.shard().OnOpen(id_, all_.now());
}

void Connection::ResumeReading() {
  resume_wanted_ = false;
  if (phase_ == Phase::kEnded || !reading_) return;
  if (held_) {
    auto held = std::exchange(held_, nullptr);
    const std::size_t left = OnFrames(std::span(held->bytes).subspan(held->begin));
    if (left > 0) {
      held->begin = held->bytes.size() - left;
      held_ = std::move(held);
    }
  }
  if (phase_ != Phase::kEnded && reading_) ArmRead();
}

void Connection::OnNewFrames(std::span<std::byte> bytes) {
  const std::size_t left = OnFrames(bytes);
  if (left == 0) return;
  const std::span<std::byte> rest = bytes.last(left);
  held_ = std::make_unique<Held>(Held{{rest.begin(), rest.end()}, 0});
}

std::size_t Connection::OnFrames(std::span<std::byte> bytes) {
  while (!bytes.empty() && !parser_.Ended()) {
    const FrameEvent event = parser_.Next(bytes);
    if (const auto* message = std::get_if<websocket::Message>(&event)) {
      OnMessage(*message);
    } else if (const auto* ping = std::get_if<websocket::Ping>(&event)) {
      OnPing(*ping);
    } else if (std::holds_alternative<websocket::Pong>(event)) {
      OnControlFrame();
    } else if (const auto* close = std::get_if<websocket::Close>(&event)) {
      OnPeerClose(*close);
    } else if (const auto* error = std::get_if<websocket::FrameError>(&event)) {
      OnFrameError(*error);
    }
    if (!reading_) return bytes.size();
  }
  return 0;
}

void Connection::OnMessage(const websocket::Message& message) {
  if (phase_ != Phase::kOpen) return;
  ++messages_in_;
  all_.metrics().Count(ops::Counter::kMessagesIn);
  all_.shard().OnMessage(
      id_, {reinterpret_cast<const char*>(message.bytes.data()), message.bytes.size()}, all_.now());
}

void Connection::OnControlFrame() {
  if (phase_ != Phase::kOpen) return;
  const Instant now = all_.now().instant;
  if (now - control_window_begin_ >= all_.config().control_window) {
    control_window_begin_ = now;
    control_frames_ = 0;
  }
  if (++control_frames_ <= all_.config().control_frames) return;
  all_.metrics().Count(ops::BadMessage::kControlFlood);
  Violate(websocket::kClosePolicyViolation, "too many control frames", "control_flood");
}

void Connection::OnPing(const websocket::Ping& ping) {
  OnControlFrame();
  if (phase_ != Phase::kOpen) return;
  PushPong(MakePong(ping.payload));
}

void Connection::OnPeerClose(const websocket::Close& close) {
  last_words_ = true;
  if (phase_ == Phase::kOpen) {
    PushRegardless(MakeClose(close.code, {}));
    BeginClosing(close.code, "closed by peer");
    TellHub(close.code);
  }
  WantFlush();
}

void Connection::OnFrameError(const websocket::FrameError& error) {
  last_words_ = true;
  WantFlush();
  if (phase_ != Phase::kOpen) return;
  all_.metrics().Count(error.violation);
  Violate(error.CloseCode(), error.Text(), websocket::Label(error.violation));
}

}  // namespace roomcast::net
