#ifndef ROOMCAST_SERVER_NET_LISTEN_SOCKET_H_
#define ROOMCAST_SERVER_NET_LISTEN_SOCKET_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/net/file_descriptor.h"

namespace roomcast::net {

// One listening socket for each shard, all of one address: the kernel spreads connections over them
// (SO_REUSEPORT).
struct ListenSockets {
  std::vector<FileDescriptor> sockets;
  std::uint16_t port = 0;
};

// `address` in numbers. Port 0: any free one. A port that another program listens on is
// Unavailable, also where that program would share it: sharing would silently give half of the
// clients to it. InvalidArgument: not an IP address.
absl::StatusOr<ListenSockets> Listen(const std::string& address, std::uint16_t port, int backlog,
                                     std::size_t count);

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_LISTEN_SOCKET_H_
