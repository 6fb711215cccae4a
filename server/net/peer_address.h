#ifndef ROOMCAST_SERVER_NET_PEER_ADDRESS_H_
#define ROOMCAST_SERVER_NET_PEER_ADDRESS_H_

#include <sys/socket.h>

#include <array>
#include <string>

namespace roomcast::net {

// Who is at the other end, without the port: what a connection keeps for its log line. IPv4 lies in
// IPv6 as RFC 4291 section 2.5.5.2 maps it.
class PeerAddress {
 public:
  PeerAddress() = default;
  explicit PeerAddress(const sockaddr_storage& address);
  [[nodiscard]] std::string Text() const;

 private:
  std::array<unsigned char, 16> bytes_{};
};

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_PEER_ADDRESS_H_
