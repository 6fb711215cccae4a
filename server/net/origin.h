#ifndef ROOMCAST_SERVER_NET_ORIGIN_H_
#define ROOMCAST_SERVER_NET_ORIGIN_H_

#include <span>
#include <string>
#include <string_view>

namespace roomcast::net {

// Whether a page of this origin (RFC 6454: `scheme://host[:port]`, or `null`) may open a WebSocket
// at the host that its request names. No origin is no page, and welcome; the page's own host is
// welcome; others where they are listed: `https://example.org`, `https://*.example.org` for all
// names below it, `*` for everybody. `null` is welcome with `*` alone. Case of letters is ignored;
// a default port is as good as none.
bool IsWelcomeOrigin(std::string_view origin, std::string_view host,
                     std::span<const std::string> allowed);

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_ORIGIN_H_
