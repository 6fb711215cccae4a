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

// One with a wildcard stands for names below its host, at any depth, and not for the host itself.
bool Matches(std::string_view allowed, std::string_view origin) {
  const std::size_t allowed_end = allowed.find("://");
  const std::size_t origin_end = origin.find("://");
  if (allowed_end == std::string_view::npos || origin_end == std::string_view::npos) return false;
  const std::string_view scheme = allowed.substr(0, allowed_end);
  if (!websocket::EqualsIgnoringCase(scheme, origin.substr(0, origin_end))) return false;
  const std::string_view port = DefaultPort(scheme);
  std::string_view wanted = WithoutPort(allowed.substr(allowed_end + 3), port);
  std::string_view host = WithoutPort(origin.substr(origin_end + 3), port);
  if (wanted.starts_with("*.")) {
    wanted.remove_prefix(1);
    if (host.size() <= wanted.size() || host.starts_with('.')) return false;
    host.remove_prefix(host.size() - wanted.size());
  }
  return websocket::EqualsIgnoringCase(wanted, host);
}

bool IsOwn(std::string_view origin, const OwnHost& own) {
  const std::size_t end = origin.find("://");
  if (end == std::string_view::npos) return false;
  const std::string_view scheme = origin.substr(0, end);
  const std::string_view port = DefaultPort(scheme);
  if (port.empty()) return false;
  if (own.tls && !websocket::EqualsIgnoringCase(scheme, "https")) return false;
  return websocket::EqualsIgnoringCase(WithoutPort(origin.substr(end + 3), port),
                                       WithoutPort(own.authority, port));
}

}  // namespace

bool IsWelcomeOrigin(std::string_view origin, const OwnHost& own,
                     std::span<const std::string> allowed) {
  if (origin.empty() || IsOwn(origin, own)) return true;
  return std::any_of(allowed.begin(), allowed.end(),
                     [&](const std::string& one) { return one == "*" || Matches(one, origin); });
}

}  // namespace roomcast::net
