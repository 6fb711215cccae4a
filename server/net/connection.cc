#include "server/net/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <string>
#include <utility>

#include "server/net/connections.h"
#include "server/net/frame_heads.h"
#include "server/net/socket_options.h"
#include "server/net/turn_away.h"
#include "server/websocket/close_codes.h"

namespace roomcast::net {

using hub::Outbox;

template <class Change>
void Connection::CountQueuedAround(Change change) {
  const std::size_t before = queue_.bytes();
  change();
  all_.CountQueued(before, queue_.bytes());
}

Connection::Connection(Connections& all, hub::ConnectionId id, FileDescriptor socket, Visit visit)
    : all_(all),
      id_(id),
      socket_(std::move(socket)),
      parser_(all.config().frames),
      visit_(std::move(visit)),
      accepted_at_(all.now().instant) {}

void Connection::Start() {
  SetDeadline(all_.config().upgrade_deadline);
  if (all_.config().tls != nullptr) StartTls(*all_.config().tls);
  WaitReadable();
}

Outbox::Fill Connection::Push(hub::SharedBytes bytes, Outbox::Lane lane) {
  if (phase_ != Phase::kOpen) return Outbox::Fill::kGone;
  if (!welcomed_) OnWelcome();
  if (deflate_window_bits_ > 0) {
    bytes = all_.compression().Outbound(std::move(bytes), deflate_window_bits_);
  }
  const std::size_t before = queue_.bytes();
  const Outbox::Fill fill = queue_.Push(std::move(bytes), lane, all_.config().outbox);
  if (fill == Outbox::Fill::kOverHard) {
    if (deadline_ == kNever && !queue_.empty()) SetDeadline(all_.config().stall);
    return fill;
  }
  all_.CountQueued(before, queue_.bytes());
  ++messages_out_;
  all_.metrics().Count(ops::Counter::kMessagesOut);
  if (unanswered_ > 0 && --unanswered_ == 0 && verdict_) SetDeadline(Duration::zero());
  WantFlush();
  return fill;
}

void Connection::WantFlush() {
  if (flush_wanted_) return;
  flush_wanted_ = true;
  all_.WantFlush(id_);
}

void Connection::Close(std::uint16_t code, std::string_view reason, std::string_view label) {
  if (phase_ != Phase::kOpen) return;
  // It said so itself.
  hub_knows_ = false;
  PushRegardless(MakeClose(code, reason));
  BeginClosing(code, label);
}

void Connection::PushRegardless(hub::SharedBytes bytes, Outbox::Lane lane) {
  CountQueuedAround([&] { queue_.PushRegardless(std::move(bytes), lane); });
  WantFlush();
}

void Connection::PushPong(hub::SharedBytes bytes) {
  CountQueuedAround([&] { queue_.PushPong(std::move(bytes)); });
  WantFlush();
}

void Connection::SetReading(bool reading) {
  if (phase_ != Phase::kOpen || reading_ == reading) return;
  reading_ = reading;
  if (reading_) WantResume();
}

void Connection::WantResume() {
  if (resume_wanted_) return;
  resume_wanted_ = true;
  all_.WantResume(id_);
}

void Connection::Respond(const Handshake::Respond& answer) {
  if (answer.refusal) all_.metrics().Count(*answer.refusal);
  handshake_.reset();
  PushRegardless(MakeBare(answer.response));
  last_words_ = true;
  BeginClosing(0, "http");
  if (!answer.file || answer.file->empty()) return;
  download_ = std::make_unique<Download>(Download{answer.file});
  QueuePiece();
}

void Connection::QueuePiece() {
  constexpr std::size_t kPieceBytes = 64 * 1024;
  const std::string_view piece =
      std::string_view(*download_->file).substr(download_->queued, kPieceBytes);
  download_->queued += piece.size();
  CountQueuedAround([&] { queue_.PushRegardless(MakeBare(piece), hub::Outbox::Lane::kOrdered); });
}

void Connection::SetDownloadDeadline() {
  download_->out_before = bytes_out_;
  SetDeadline(all_.config().close_deadline);
}

bool Connection::DownloadGoesOn() const {
  const auto& config = all_.config();
  const auto least = config.download_bytes_per_second * config.close_deadline / Duration(1s);
  return download_ && bytes_out_ - download_->out_before >= static_cast<std::uint64_t>(least);
}

void Connection::TurnAway(ops::TurnedAway reason) {
  all_.metrics().Count(reason);
  all_.metrics().CountDisconnect(DisconnectCode::kTryAgainLater);
  PushRegardless(MakeTurnAway(reason));
  Violate(websocket::kCloseTryAgainLater, WordsOf(reason), Label(reason));
}

void Connection::Violate(std::uint16_t code, std::string_view reason, std::string_view label) {
  // What was owed to the peer is before this in the queue, and goes out first.
  PushRegardless(MakeClose(code, reason));
  last_words_ = true;
  BeginClosing(code, label);
  TellHub(code);
}

void Connection::Condemn(Verdict verdict) {
  if (unanswered_ == 0) return Violate(verdict.code, verdict.reason, verdict.label);
  verdict_ = std::make_unique<Verdict>(std::move(verdict));
  SetDeadline(all_.config().last_answers);
}

void Connection::BeginClosing(std::uint16_t code, std::string_view label) {
  phase_ = Phase::kClosing;
  end_code_ = code;
  end_label_ = label;
  SetDeadline(all_.config().close_deadline);
  // Whatever still comes is read and, but for the peer's close, dropped.
  held_.reset();
  verdict_.reset();
  reading_ = true;
  WantResume();
}

void Connection::TellHub(std::uint16_t code) {
  if (!std::exchange(hub_knows_, false)) return;
  all_.application().OnClosed(id_, code, all_.now());
  all_.HubHeard();
}

void Connection::OnDeadline() {
  deadline_ = kNever;
  switch (phase_) {
    case Phase::kTls:
      all_.metrics().Count(ops::TlsFailure::kTimeout);
      End("tls timeout");
      return;
    case Phase::kHead:
      Respond({websocket::WriteRefusal(
                   {websocket::RefusalReason::kTimeout, "the request did not come in time"}),
               websocket::RefusalReason::kTimeout, nullptr});
      return;
    case Phase::kOpen:
      if (const auto verdict = std::move(verdict_)) {
        Violate(verdict->code, verdict->reason, verdict->label);
        return;
      }
      // What it has not begun to read in all that time it will not read now.
      CountQueuedAround([this] { queue_.DropUnstarted(); });
      all_.metrics().CountDisconnect(DisconnectCode::kSlow);
      Violate(static_cast<std::uint16_t>(DisconnectCode::kSlow), "too slow", "slow");
      return;
    case Phase::kClosing:
      if (DownloadGoesOn()) return SetDownloadDeadline();
      End(end_label_);
      return;
    case Phase::kEnded:
      return;
  }
}

void Connection::EndIfHead() {
  if (phase_ == Phase::kTls || phase_ == Phase::kHead) End("stopped");
}

void Connection::SetDeadline(Duration after) {
  deadline_ = all_.now().instant + after;
  all_.WantDeadline(id_, deadline_);
}

void Connection::Flush() {
  flush_wanted_ = false;
  if (phase_ == Phase::kEnded || full_) return;
  if (tls_ && !TlsMayWrite()) return;
  Write(all_.config().writes_per_flush);
}

std::size_t Connection::GatherFirst(std::span<iovec> pieces) const {
  if (phase_ == Phase::kEnded || full_ || tls_) return 0;
  return queue_.Gather(pieces.first(std::min(pieces.size(), all_.config().pieces_per_write)));
}

void Connection::GoOnFlushing(ssize_t result, std::size_t offered) {
  flush_wanted_ = false;
  // What was said to another one may have ended this one.
  if (phase_ == Phase::kEnded) return;
  Write(MayWriteMore(result, offered) ? all_.config().writes_per_flush - 1 : 0);
}

void Connection::Write(int writes) {
  for (; writes > 0 && !queue_.empty(); --writes) {
    std::array<iovec, kPiecesPerWriteMax> pieces;
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = queue_.Gather(std::span(pieces).first(all_.config().pieces_per_write));
    std::size_t offered = 0;
    for (std::size_t i = 0; i < message.msg_iovlen; ++i) offered += pieces[i].iov_len;
    const ssize_t sent = tls_ ? tls_->Write({pieces.data(), message.msg_iovlen})
                              : sendmsg(socket_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    const ssize_t result = sent < 0 ? -errno : sent;
    OnWritten(result);
    if (!MayWriteMore(result, offered)) break;
  }
  AfterWrites();
}

bool Connection::MayWriteMore(ssize_t result, std::size_t offered) {
  if (result == -EINTR) return true;
  if (result == -EAGAIN || result == -EWOULDBLOCK || result == -ENOBUFS) return false;
  if (result < 0) OnPeerGone("write failed");
  return result >= 0 && static_cast<std::size_t>(result) == offered;
}

void Connection::AfterWrites() {
  if (phase_ == Phase::kEnded) return;
  if (!queue_.empty() || (tls_ && tls_->keeps_bytes())) {
    WaitWritable();
  } else {
    Watch({watched_.reads, false});
    AfterFlush();
  }
}

void Connection::OnWritten(ssize_t result) {
  all_.metrics().Count(ops::Counter::kWrites);
  if (result <= 0) return;
  const auto bytes = static_cast<std::size_t>(result);
  bytes_out_ += bytes;
  all_.metrics().Count(ops::Counter::kBytesOut, bytes);
  all_.CountWritten(bytes);
  bool drained = false;
  CountQueuedAround([&] { drained = queue_.Consume(bytes, all_.config().outbox); });
  if (phase_ != Phase::kOpen) return;
  // Bytes were taken: it is not stalled.
  if (!verdict_) deadline_ = kNever;
  if (drained) all_.Drained(id_);
}

void Connection::OnAlive(const Now& now) {
  if (now.instant > alive_at_) alive_at_ = now.instant;
  if (hub_knows_) all_.application().OnAlive(id_, now);
}

Instant Connection::AskIfLost() {
  const Now& now = all_.now();
  const Duration lost_after = all_.config().peer_lost_after;
  if (phase_ != Phase::kOpen) return now.instant + lost_after;
  if (alive_at_ + lost_after <= now.instant) {
    const auto heard = ReadTcpHeard(socket_.get());
    if (heard && heard->bytes > tcp_heard_) {
      tcp_heard_ = heard->bytes;
      OnAlive({now.instant - heard->last_ago, now.wall});
    }
  }
  const Instant lost_at = alive_at_ + lost_after;
  // Lost indeed: the hub is about to say so.
  return lost_at > now.instant ? lost_at : now.instant + lost_after;
}

void Connection::WaitWritable() {
  full_ = true;
  Watch({watched_.reads, true});
}

void Connection::OnReady(bool readable, bool writable) {
  if (writable && watched_.writes) OnWritable();
  if (readable && watched_.reads) OnReadable();
}

void Connection::OnWritable() {
  full_ = false;
  // There is room again because the peer acknowledged something.
  OnAlive(all_.now());
  WantFlush();
}

void Connection::Watch(Poller::Interest wanted) {
  const Poller::Interest before = std::exchange(watched_, wanted);
  const auto token = static_cast<Poller::Token>(id_);
  if (phase_ == Phase::kEnded || all_.poller().Watch(socket_.get(), token, before, wanted)) return;
  OnPeerGone("kernel memory");
}

void Connection::AfterFlush() {
  if (phase_ != Phase::kClosing) return;
  if (peer_ended_) {
    End(end_label_);
    return;
  }
  if (download_ && download_->queued < download_->file->size()) {
    // The others' turn comes before the next piece's.
    QueuePiece();
    return WaitWritable();
  }
  // The kernel has all of it, and as long as anybody's last words.
  if (std::exchange(download_, nullptr)) SetDeadline(all_.config().close_deadline);
  // Our side ends, and the peer's end is awaited: a socket that is closed with unread bytes would
  // take back what it sent last (RFC 9112 section 9.6).
  if (last_words_ && !std::exchange(write_shut_, true)) {
    if (tls_) tls_->SayEnd();
    shutdown(socket_.get(), SHUT_WR);
  }
}

void Connection::OnPeerGone(std::string_view label) {
  if (phase_ == Phase::kOpen) {
    end_code_ = websocket::kCloseAbnormal;
    TellHub(end_code_);
  }
  End(phase_ == Phase::kClosing ? end_label_ : label);
}

void Connection::End(std::string_view label) {
  if (phase_ == Phase::kEnded) return;
  end_label_ = label;
  if (is_websocket_) {
    all_.doorman().WebSocketEnded();
    if (end_code_ == 0) end_code_ = websocket::kCloseAbnormal;
    all_.metrics().CountConnectionEnded(end_code_);
    Log();
  }
  TellHub(end_code_);
  phase_ = Phase::kEnded;
  deadline_ = kNever;
  watched_ = {};
  CountQueuedAround([this] { queue_ = SendQueue(); });
  socket_.Reset();
  all_.Ended(id_);
}

void Connection::Log() const {
  if (all_.log() == nullptr) return;
  const std::string session = std::to_string(static_cast<std::uint64_t>(id_));
  const std::string address = visit_.address().Text();
  ops::ConnectionEnd end;
  end.session = session;
  end.address = address;
  end.duration =
      std::chrono::duration_cast<std::chrono::milliseconds>(all_.now().instant - accepted_at_);
  end.bytes_in = bytes_in_;
  end.bytes_out = bytes_out_;
  end.messages_in = messages_in_;
  end.messages_out = messages_out_;
  end.code = end_code_;
  end.reason = end_label_;
  ops::LogConnectionEnd(*all_.log(), end);
}

}  // namespace roomcast::net
