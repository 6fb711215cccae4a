// The bridge's gRPC server: one listener, its services, its limits.
#ifndef ROOMCAST_BRIDGE_BRIDGE_SERVER_H_
#define ROOMCAST_BRIDGE_BRIDGE_SERVER_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "bridge/admission.h"
#include "bridge/bridge_config.h"
#include "bridge/bridge_observer.h"
#include "bridge/bridge_service.h"
#include "bridge/listen_address.h"
#include "bridge/room_gateway.h"

namespace grpc {
class Server;
class ServerCredentials;
class Service;
}  // namespace grpc

namespace roomcast::bridge {

// Started, told and stopped by one thread.
class BridgeServer {
 public:
  // Listens when it returns. Gateway and observer outlive the server; the gateway's late
  // completions may outlive both. InvalidArgument: the config does not fit together (a bad key, or
  // no key where one is needed). Unavailable: the address cannot be listened on, and why.
  static absl::StatusOr<std::unique_ptr<BridgeServer>> Start(const BridgeConfig& config,
                                                             RoomGateway& gateway,
                                                             BridgeObserver& observer);
  BridgeServer(const BridgeServer&) = delete;
  BridgeServer& operator=(const BridgeServer&) = delete;
  // Cuts what is still under way.
  ~BridgeServer();

  [[nodiscard]] std::uint16_t port() const { return port_; }

  // What Health answers, for the server and for `roomcast.v1.Bridge`. Serving from the start
  // until Shutdown.
  void SetServing(bool serving);

  // Who may call from now on: the keys and certificates of `wanted`, whose other values wait for
  // the next start. Streams whose caller may no more, or may something else, end. InvalidArgument,
  // as at the start: nothing is changed. With `dry_run` nothing is changed either.
  absl::Status UseKeys(const BridgeConfig& wanted, bool dry_run);

  // Takes no new calls, waits so long for those under way, then cancels them. Blocks; returns when
  // no call is left. Once is enough, and twice does no harm.
  void Shutdown(std::chrono::milliseconds patience);

 private:
  BridgeServer(const BridgeConfig& config, const ListenAddress& address, KeyRing keys,
               RoomGateway& gateway, BridgeObserver& observer);

  const BridgeConfig config_;  // as it was at the start
  const ListenAddress address_;
  Admission admission_;
  BridgeService service_;
  std::vector<std::unique_ptr<grpc::Service>> reflection_;
  // It is asked for the certificate as long as there are connections.
  std::shared_ptr<grpc::ServerCredentials> credentials_;
  std::uint16_t port_ = 0;
  // Last: it is destroyed before what it calls.
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_BRIDGE_SERVER_H_
