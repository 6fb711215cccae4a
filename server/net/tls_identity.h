#ifndef ROOMCAST_SERVER_NET_TLS_IDENTITY_H_
#define ROOMCAST_SERVER_NET_TLS_IDENTITY_H_

#include <string>

#include "absl/status/statusor.h"

namespace roomcast::net {

struct TlsFiles {
  std::string certificate;
  std::string key;
  // Empty: callers need no certificate.
  std::string client_ca;
};

// What a door shows of itself, in PEM. The key is never logged.
struct TlsIdentity {
  std::string certificate_chain;  // the leaf first
  std::string key;
  std::string client_ca;  // empty: callers need no certificate
};

// NotFound: a file cannot be read, or has more than a megabyte. Whether the parts fit each other is
// TlsContext::Make()'s to say.
absl::StatusOr<TlsIdentity> ReadTlsIdentity(const TlsFiles& files);

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_TLS_IDENTITY_H_
