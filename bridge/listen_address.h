// Where the bridge listens. Addresses only, no names: whether others can reach it must not depend
// on a name server.
#ifndef ROOMCAST_BRIDGE_LISTEN_ADDRESS_H_
#define ROOMCAST_BRIDGE_LISTEN_ADDRESS_H_

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace roomcast::bridge {

class ListenAddress {
 public:
  // An IPv4 or IPv6 address, or `localhost`. InvalidArgument for everything else.
  static absl::StatusOr<ListenAddress> Parse(std::string_view address, std::uint16_t port);

  [[nodiscard]] bool IsLoopback() const;
  // As gRPC and people write it: `127.0.0.1:8081`, `[::1]:8081`.
  [[nodiscard]] std::string ToString() const;

  // Binds and lets go again, because gRPC does not say why it could not. Unavailable, with the
  // reason.
  [[nodiscard]] absl::Status Probe() const;

 private:
  sockaddr_storage address_{};
  socklen_t size_ = 0;
};

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_LISTEN_ADDRESS_H_
