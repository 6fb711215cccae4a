// A connection's part that knows of TLS: the handshake before the first byte of HTTP, and what a
// full socket leaves behind. Plain connections never come here.
#include <cerrno>
#include <memory>

#include "server/net/connection.h"
#include "server/net/connections.h"
#include "server/net/frame_heads.h"

namespace roomcast::net {

void Connection::StartTls(const CurrentTls& tls) {
  tls_ = std::make_unique<TlsStream>(*tls.Get(), socket_.get());
  phase_ = Phase::kTls;
  SetDeadline(all_.config().tls_deadline);
}

void Connection::ShakeHands() {
  switch (tls_->ShakeHands()) {
    case TlsStream::Step::kDone:
      all_.metrics().Count(ops::Counter::kTlsHandshakes);
      phase_ = Phase::kHead;
      SetDeadline(all_.config().upgrade_deadline);
      return WaitReadable();
    case TlsStream::Step::kWantsRead:
      return Watch({true, false});
    case TlsStream::Step::kWantsWrite:
      full_ = true;
      return Watch({false, true});
    case TlsStream::Step::kFailed:
      return OnTlsFailed(tls_->failure());
  }
}

void Connection::OnTlsFailed(ops::TlsFailure failure) {
  all_.metrics().Count(failure);
  // From here on the socket is plain: to say so to who speaks HTTP, and to wait until the peer has
  // read our alert.
  tls_.reset();
  if (failure == ops::TlsFailure::kPlainHttp) {
    const auto reason = websocket::RefusalReason::kPlainHttp;
    return Respond(
        {websocket::WriteRefusal({reason, "this port speaks TLS: https and wss"}), reason});
  }
  if (failure == ops::TlsFailure::kCut) return End("tls");
  last_words_ = true;
  BeginClosing(0, "tls");
  WantFlush();
  WaitReadable();
}

bool Connection::TlsMayWrite() {
  if (phase_ == Phase::kTls) {
    ShakeHands();
    return false;
  }
  if (tls_->read_wants_write()) {
    OnReadable();
    // It may have had messages, and be at an end.
    all_.HubHeard();
    if (phase_ == Phase::kEnded || full_) return false;
  }
  if (!tls_->keeps_bytes() || tls_->FlushKept() == 0) return true;
  if (errno == EAGAIN) {
    WaitWritable();
  } else {
    OnPeerGone("write failed");
  }
  return false;
}

}  // namespace roomcast::net
