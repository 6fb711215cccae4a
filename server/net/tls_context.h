#ifndef ROOMCAST_SERVER_NET_TLS_CONTEXT_H_
#define ROOMCAST_SERVER_NET_TLS_CONTEXT_H_

#include <openssl/types.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

#include "absl/status/statusor.h"
#include "server/net/tls_identity.h"

namespace roomcast::net {

// How the public port speaks TLS: 1.2 and 1.3 with forward secrecy and authenticated encryption,
// the server's order of ciphers, no renegotiation, no compression, ALPN `http/1.1`, resumption by
// tickets whose key is this context's. Immutable; any thread.
class TlsContext {
 public:
  // InvalidArgument: a part is not PEM of its kind, the key does not belong to the certificate, or
  // the certificate has expired. The text names the part, and never its content.
  static absl::StatusOr<std::shared_ptr<const TlsContext>> Make(const TlsIdentity& identity);
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  ~TlsContext();

  [[nodiscard]] SSL_CTX* get() const { return context_; }
  // Of the leaf certificate, in seconds since the Unix epoch.
  [[nodiscard]] std::uint64_t expires_at() const { return expires_at_; }

 private:
  TlsContext(SSL_CTX* context, std::uint64_t expires_at)
      : context_(context), expires_at_(expires_at) {}

  SSL_CTX* const context_;
  const std::uint64_t expires_at_;
};

// The context for new connections, which a reload replaces; connections keep the one they began
// with. Any thread; a lock an accept.
class CurrentTls {
 public:
  explicit CurrentTls(std::shared_ptr<const TlsContext> context) : context_(std::move(context)) {}

  [[nodiscard]] std::shared_ptr<const TlsContext> Get() const {
    const std::lock_guard lock(mutex_);
    return context_;
  }
  void Replace(std::shared_ptr<const TlsContext> context) {
    const std::lock_guard lock(mutex_);
    context_.swap(context);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const TlsContext> context_;
};

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_TLS_CONTEXT_H_
