// The bridge's certificate, which may be another one for each new connection.
#ifndef ROOMCAST_BRIDGE_TLS_CREDENTIALS_H_
#define ROOMCAST_BRIDGE_TLS_CREDENTIALS_H_

#include <functional>
#include <memory>
#include <string>

namespace grpc {
class ServerCredentials;
}  // namespace grpc

namespace roomcast::bridge {

// In PEM, and known to fit each other.
struct BridgeIdentity {
  std::string certificate_chain;
  std::string key;
  // Empty: callers need no certificate. Whether they do cannot change while the server lives.
  std::string client_ca;
};

// Asked for each new connection, on gRPC's threads; another pointer means another identity. Never
// null.
using IdentitySource = std::function<std::shared_ptr<const BridgeIdentity>()>;

// Has to outlive the server.
std::shared_ptr<grpc::ServerCredentials> MakeTlsCredentials(IdentitySource source);

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_TLS_CREDENTIALS_H_
