#ifndef ROOMCAST_SERVER_NET_SOCKET_OPTIONS_H_
#define ROOMCAST_SERVER_NET_SOCKET_OPTIONS_H_

#include <cstdint>
#include <optional>

#include "proto/protocol/instant.h"

namespace roomcast::net {

// What the kernel is told about a client's TCP connection; this file is the only one that tells it.
struct SocketOptions {
  // What the kernel keeps for one connection. A ping overtakes our queue, but not the kernel's.
  int send_buffer_bytes = 128 * 1024;
  // Of these, so many not yet sent; then the socket counts as full (TCP_NOTSENT_LOWAT).
  int not_sent_bytes = 64 * 1024;
  // Bytes unacknowledged for so long end the connection (TCP_USER_TIMEOUT): later than the
  // heartbeat would, so that the hub has the first word.
  Duration user_timeout{};
};

// Told to a listening socket: what it accepts inherits them, so that a connection costs none of
// these calls. Errors are ignored: a socket that refuses an option fails at its next use.
void SetSocketOptions(int fd, const SocketOptions& options);

// What TCP has heard of the peer.
struct TcpHeard {
  // What it acknowledged and what it sent, read or not.
  std::uint64_t bytes = 0;
  Duration last_ago{};  // since its last segment that did either
};
std::optional<TcpHeard> ReadTcpHeard(int fd);

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_SOCKET_OPTIONS_H_
