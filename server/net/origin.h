#ifndef ROOMCAST_SERVER_NET_ORIGIN_H_
#define ROOMCAST_SERVER_NET_ORIGIN_H_

#include <span>
#include <string>
#include <string_view>

namespace roomcast::net {

// Where a request came in: the host that it names, as `host[:port]`, and what the port speaks.
struct OwnHost {
  std::string_view authority;
  bool tls = false;
};

// Whether a page of this origin (RFC 6454: `scheme://host[:port]`, or `null`) may open a WebSocket
// here. No origin is no page, and welcome; the page's own host is welcome; others where they are
// listed: `https://example.org`, `https://*.example.org` for all names below it, `*` for everybody.
// `null` is welcome with `*` alone. Case of letters is ignored; a default port is as good as none.
//
// Own pages of a TLS port are `https`: one that came in the clear may be anybody's on its way. Own
// pages of a plain port are `http`, or `https` where a proxy has ended TLS before it.
bool IsWelcomeOrigin(std::string_view origin, const OwnHost& own,
                     std::span<const std::string> allowed);

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_ORIGIN_H_
