#include "server/net/tls_stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>

namespace roomcast::net {
namespace {

using ops::TlsFailure;

SSL* NewSsl(const TlsContext& context, int socket) {
  SSL* ssl = SSL_new(context.get());
  if (ssl == nullptr || SSL_set_fd(ssl, socket) != 1) throw std::bad_alloc();
  SSL_set_accept_state(ssl);
  return ssl;
}

// From OpenSSL's reasons to ours. 0: the socket ended or failed.
TlsFailure FailureOf(unsigned long error) {
  if (error == 0) return TlsFailure::kCut;
  const int reason = ERR_GET_REASON(error);
  switch (reason) {
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
      return TlsFailure::kPlainHttp;
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_RECORD_LENGTH_MISMATCH:
    case SSL_R_UNEXPECTED_MESSAGE:
    case SSL_R_BAD_PROTOCOL_VERSION_NUMBER:
      return TlsFailure::kNotTls;
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
      return TlsFailure::kVersion;
    case SSL_R_NO_SHARED_CIPHER:
      return TlsFailure::kCipher;
    case SSL_R_NO_APPLICATION_PROTOCOL:
      return TlsFailure::kProtocol;
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
      return TlsFailure::kClientCertificate;
    case SSL_R_UNEXPECTED_EOF_WHILE_READING:
      return TlsFailure::kCut;
    default:
      // Alerts of the peer: it does not like what it was shown.
      return reason >= SSL_AD_REASON_OFFSET ? TlsFailure::kRefusedByPeer : TlsFailure::kOther;
  }
}

}  // namespace

TlsStream::TlsStream(const TlsContext& context, int socket) : ssl_(NewSsl(context, socket)) {}

TlsStream::~TlsStream() { SSL_free(ssl_); }

TlsStream::Step TlsStream::ShakeHands() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_);
  if (result == 1) return Step::kDone;
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_WANT_READ:
      return Step::kWantsRead;
    case SSL_ERROR_WANT_WRITE:
      return Step::kWantsWrite;
    default:
      broken_ = true;
      failure_ = FailureOf(ERR_peek_error());
      ERR_clear_error();
      return Step::kFailed;
  }
}

int TlsStream::Explain(int result) {
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_ZERO_RETURN:
      return 0;
    case SSL_ERROR_WANT_WRITE:
    case SSL_ERROR_WANT_READ:
      errno = EAGAIN;
      return -1;
    default:
      broken_ = true;
      ERR_clear_error();
      errno = ECONNRESET;
      return -1;
  }
}

ssize_t TlsStream::Read(std::span<std::byte> into) {
  ERR_clear_error();
  const int got = SSL_read(ssl_, into.data(), static_cast<int>(into.size()));
  read_wants_write_ = got <= 0 && SSL_want_write(ssl_);
  return got > 0 ? got : Explain(got);
}

ssize_t TlsStream::Write(std::span<const iovec> pieces) {
  std::array<char, kRecordBytes> record;
  ssize_t taken = 0;
  std::size_t skip = 0;  // of the first piece
  while (!pieces.empty()) {
    std::size_t size = 0;
    while (!pieces.empty() && size < record.size()) {
      const std::size_t part = std::min(pieces.front().iov_len - skip, record.size() - size);
      std::memcpy(record.data() + size, static_cast<const char*>(pieces.front().iov_base) + skip,
                  part);
      size += part;
      skip += part;
      if (skip < pieces.front().iov_len) break;
      pieces = pieces.subspan(1);
      skip = 0;
    }
    ERR_clear_error();
    const int wrote = SSL_write(ssl_, record.data(), static_cast<int>(size));
    if (wrote <= 0 && (Explain(wrote) == 0 || errno != EAGAIN)) return -1;
    taken += static_cast<ssize_t>(size);
    if (static_cast<std::size_t>(std::max(wrote, 0)) < size) {
      const auto rest = static_cast<std::size_t>(std::max(wrote, 0));
      kept_.assign(record.data() + rest, size - rest);
      break;
    }
  }
  return taken;
}

int TlsStream::FlushKept() {
  while (!kept_.empty()) {
    ERR_clear_error();
    const int wrote = SSL_write(ssl_, kept_.data(), static_cast<int>(kept_.size()));
    if (wrote <= 0) {
      if (Explain(wrote) == 0) errno = ECONNRESET;
      return -1;
    }
    kept_.erase(0, static_cast<std::size_t>(wrote));
  }
  // Its memory too: few connections are ever stuck.
  std::string().swap(kept_);
  return 0;
}

void TlsStream::SayEnd() {
  if (broken_) return;
  ERR_clear_error();
  if (SSL_shutdown(ssl_) < 0) ERR_clear_error();
}

}  // namespace roomcast::net
