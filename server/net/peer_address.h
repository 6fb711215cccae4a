#ifndef ROOMCAST_SERVER_NET_PEER_ADDRESS_H_
#define ROOMCAST_SERVER_NET_PEER_ADDRESS_H_

#include <sys/socket.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace roomcast::net {

// Who is at the other end, without the port: what a connection keeps for its log line, and what
// limits per address count. IPv4 lies in IPv6 as RFC 4291 section 2.5.5.2 maps it.
class PeerAddress {
 public:
  using Bytes = std::array<unsigned char, 16>;

  PeerAddress() = default;
  explicit PeerAddress(const sockaddr_storage& address);
  // An address in numbers, of either family, without port or brackets. Nothing: it is none.
  static std::optional<PeerAddress> Parse(std::string_view text);

  [[nodiscard]] std::string Text() const;
  [[nodiscard]] const Bytes& bytes() const { return bytes_; }
  [[nodiscard]] bool IsV4() const;

  friend bool operator==(const PeerAddress&, const PeerAddress&) = default;

 private:
  Bytes bytes_{};
};

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_PEER_ADDRESS_H_
