#include "server/net/origin.h"

#include <algorithm>

#include "server/websocket/http_head.h"

namespace roomcast::net {
namespace {

// The port of `scheme` when none is written, as in a Host header.
std::string_view DefaultPort(std::string_view scheme) {
  if (websocket::EqualsIgnoringCase(scheme, "http")) return ":80";
  if (websocket::EqualsIgnoringCase(scheme, "https")) return ":443";
  return {};
}

std::string_view WithoutPort(std::string_view authority, std::string_view port) {
  if (port.empty() || !authority.ends_with(port)) return authority;
  return authority.substr(0, authority.size() - port.size());
}

bool IsOwnHost(std::string_view origin, std::string_view host) {
  const std::size_t end = origin.find("://");
  if (end == std::string_view::npos) return false;
  const std::string_view port = DefaultPort(origin.substr(0, end));
  return websocket::EqualsIgnoringCase(WithoutPort(origin.substr(end + 3), port),
                                       WithoutPort(host, port));
}

}  // namespace

bool IsWelcomeOrigin(std::string_view origin, std::string_view host,
                     std::span<const std::string> allowed) {
  if (origin.empty() || IsOwnHost(origin, host)) return true;
  return std::any_of(allowed.begin(), allowed.end(), [&](const std::string& one) {
    return one == "*" || websocket::EqualsIgnoringCase(one, origin);
  });
}

}  // namespace roomcast::net
