// What a peer's bytes do to its connection.
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <variant>

#include "server/net/connection.h"
#include "server/net/connections.h"
#include "server/net/frame_heads.h"
#include "server/net/turn_away.h"
#include "server/websocket/close_codes.h"

namespace roomcast::net {

using websocket::FrameEvent;

void Connection::WaitReadable() {
  if (tls_ && tls_->read_wants_write()) {
    full_ = true;
    Watch({false, true});
  } else {
    Watch({!peer_ended_, watched_.writes});
  }
}

void Connection::OnReadable() {
  if (phase_ == Phase::kEnded) return;
  OnAlive(all_.now());
  if (phase_ == Phase::kTls) return ShakeHands();
  // The rest waits in the kernel, behind what is held; ResumeReading() asks for it again.
  if (!reading_ || held_) return Watch({false, watched_.writes});
  const std::span<std::byte> lent = all_.lent();
  const ssize_t got =
      tls_ ? tls_->Read(lent) : recv(socket_.get(), lent.data(), lent.size(), MSG_DONTWAIT);
  if (got > 0) {
    bytes_in_ += static_cast<std::uint64_t>(got);
    all_.metrics().Count(ops::Counter::kBytesIn, static_cast<std::uint64_t>(got));
    OnBytes(lent.first(static_cast<std::size_t>(got)));
  } else if (got == 0) {
    OnEndOfStream();
  } else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
    OnPeerGone("reset");
  }
  if (phase_ != Phase::kEnded && reading_) WaitReadable();
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
    handshake_ =
        std::make_unique<Handshake>(all_.config().handshake, visit_.address(), tls_ != nullptr);
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
  deflate_window_bits_ = answer.deflate_window_bits;
  if (deflate_window_bits_ > 0) parser_.AllowCompression();
  unwelcomed_bytes_left_ = all_.config().before_welcome_bytes;
  if (unwelcomed_bytes_left_ > 0) {
    parser_.LimitMessages(MessageBytesMax());
  } else {
    welcomed_ = true;
  }
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
  all_.application().OnOpen(id_, all_.now());
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
  if (phase_ != Phase::kEnded && reading_) WaitReadable();
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
  if (!Listens()) return;
  std::span<const std::byte> bytes = message.bytes;
  if (message.compressed) {
    const auto inflated = all_.compression().Inbound(message, MessageBytesMax());
    if (const auto* error = std::get_if<websocket::FrameError>(&inflated)) {
      OnFrameError(*error);
      return;
    }
    bytes = std::get<std::span<std::byte>>(inflated);
  }
  if (!welcomed_) {
    unwelcomed_bytes_left_ -= static_cast<std::uint32_t>(bytes.size());
    parser_.LimitMessages(MessageBytesMax());
  }
  ++messages_in_;
  ++unanswered_;
  all_.metrics().Count(ops::Counter::kMessagesIn);
  all_.application().OnMessage(
      id_, message.text, {reinterpret_cast<const char*>(bytes.data()), bytes.size()}, all_.now());
}

std::uint32_t Connection::MessageBytesMax() const {
  const std::uint32_t most = all_.config().frames.message_bytes_max;
  return welcomed_ ? most : std::min(most, unwelcomed_bytes_left_);
}

void Connection::OnWelcome() {
  welcomed_ = true;
  parser_.LimitMessages(MessageBytesMax());
}

void Connection::OnControlFrame() {
  if (!Listens()) return;
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
  if (!Listens()) return;
  if (all_.config().answers_every_ping) {
    PushRegardless(MakePong(ping.payload));
  } else {
    PushPong(MakePong(ping.payload));
  }
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
  if (!Listens()) return;
  const bool is_stranger = MessageBytesMax() < all_.config().frames.message_bytes_max;
  const bool said_too_much =
      is_stranger && (error.violation == websocket::Violation::kMessageTooLong ||
                      error.violation == websocket::Violation::kInflatedTooLong);
  if (said_too_much) {
    all_.metrics().Count(ops::BadMessage::kBeforeWelcomeBytes);
    Condemn({error.CloseCode(), error.Text() + " before Welcome", "before_welcome_bytes"});
  } else {
    all_.metrics().Count(error.violation);
    Condemn({error.CloseCode(), error.Text(), websocket::Label(error.violation)});
  }
}

}  // namespace roomcast::net
