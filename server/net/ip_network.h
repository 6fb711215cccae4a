#ifndef ROOMCAST_SERVER_NET_IP_NETWORK_H_
#define ROOMCAST_SERVER_NET_IP_NETWORK_H_

#include <optional>
#include <span>
#include <string_view>

#include "server/net/peer_address.h"

namespace roomcast::net {

// Addresses that share their first bits: `10.0.0.0/8`, `2001:db8::/32`, or one address alone.
class IpNetwork {
 public:
  // Nothing: not a network. Bits behind the prefix are ignored, as in `10.1.2.3/8`.
  static std::optional<IpNetwork> Parse(std::string_view text);

  [[nodiscard]] bool Contains(const PeerAddress& address) const;

 private:
  IpNetwork(const PeerAddress& first, unsigned bits) : first_(first), bits_(bits) {}

  PeerAddress first_;
  unsigned bits_ = 128;  // of the mapped form
};

bool AnyContains(std::span<const IpNetwork> networks, const PeerAddress& address);

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_IP_NETWORK_H_
