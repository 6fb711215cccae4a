#ifndef ROOMCAST_SERVER_NET_FORWARDED_H_
#define ROOMCAST_SERVER_NET_FORWARDED_H_

#include <optional>
#include <span>
#include <variant>

#include "server/net/ip_network.h"
#include "server/net/peer_address.h"
#include "server/websocket/http_head.h"

namespace roomcast::net {

// A client named by the proxies in between. Nothing: they do not tell, as in `for=unknown`, or tell
// of trusted addresses only.
struct ForwardedClient {
  std::optional<PeerAddress> address;
};
// The headers are no list of hops, or X-Forwarded-For and Forwarded name different clients: a proxy
// that sets the one and passes on the other would let clients choose their address.
struct BadForwarding {};

// Whom a request from a trusted proxy is for: the right-most hop of X-Forwarded-For and of
// Forwarded (RFC 7239) that is no trusted proxy itself. What stands left of it is the client's own
// claim, and is not looked at. Only to be asked for requests that came from a trusted proxy.
std::variant<ForwardedClient, BadForwarding> FindClient(const websocket::Request& request,
                                                        std::span<const IpNetwork> trusted);

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_FORWARDED_H_
