#include "server/net/forwarded.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roomcast::net {
namespace {

using websocket::EqualsIgnoringCase;
using websocket::Request;
using Answer = std::variant<ForwardedClient, BadForwarding>;

// Of `text`, up to the next `separator` that stands in no quoted string; takes both off.
std::string_view TakeUntil(std::string_view& text, char separator) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    if (text[end] == '"') quoted = !quoted;
    // A quoted pair.
    if (quoted && text[end] == '\\') ++end;
    if (!quoted && end < text.size() && text[end] == separator) break;
  }
  end = std::min(end, text.size());
  const std::string_view piece = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return piece;
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// The value of `for` in one element of Forwarded; empty: it has none.
std::string_view ForOf(std::string_view element) {
  while (!element.empty()) {
    const std::string_view pair = Trim(TakeUntil(element, ';'));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || !EqualsIgnoringCase(pair.substr(0, equals), "for")) {
      continue;
    }
    std::string_view node = pair.substr(equals + 1);
    if (node.size() >= 2 && node.front() == '"' && node.back() == '"') {
      node = node.substr(1, node.size() - 2);
    }
    return node;
  }
  return {};
}

// From left to right over all headers of that name. An empty element of a list counts for nothing.
std::vector<std::string_view> HopsOf(const Request& request, std::string_view name,
                                     bool is_forwarded) {
  std::vector<std::string_view> hops;
  for (const websocket::Header& header : request.headers) {
    if (!EqualsIgnoringCase(header.name, name)) continue;
    for (std::string_view rest = header.value; !rest.empty();) {
      const std::string_view element = Trim(TakeUntil(rest, ','));
      if (element.empty()) continue;
      hops.push_back(is_forwarded ? ForOf(element) : element);
    }
  }
  return hops;
}

// RFC 7239 section 6: an address, with or without a port, IPv6 in brackets. X-Forwarded-For has
// IPv6 without brackets too.
std::optional<PeerAddress> AddressOf(std::string_view node) {
  if (node.starts_with('[')) {
    const std::size_t end = node.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view behind = node.substr(end + 1);
    if (!behind.empty() && behind.front() != ':') return std::nullopt;
    return PeerAddress::Parse(node.substr(1, end - 1));
  }
  if (const auto whole = PeerAddress::Parse(node)) return whole;
  return PeerAddress::Parse(node.substr(0, node.find(':')));
}

// RFC 7239 section 6.2 and 6.3: a proxy that will not tell.
bool IsHidden(std::string_view node) {
  return node.empty() || node.starts_with('_') ||
         EqualsIgnoringCase(node.substr(0, node.find(':')), "unknown");
}

Answer Walk(const std::vector<std::string_view>& hops, std::span<const IpNetwork> trusted) {
  for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
    if (IsHidden(*hop)) return ForwardedClient{};
    const auto address = AddressOf(*hop);
    if (!address) return BadForwarding{};
    if (!AnyContains(trusted, *address)) return ForwardedClient{address};
  }
  return ForwardedClient{};
}

}  // namespace

Answer FindClient(const Request& request, std::span<const IpNetwork> trusted) {
  const auto x_forwarded_for = HopsOf(request, "X-Forwarded-For", /*is_forwarded=*/false);
  const auto forwarded = HopsOf(request, "Forwarded", /*is_forwarded=*/true);
  if (forwarded.empty()) return Walk(x_forwarded_for, trusted);
  const Answer answer = Walk(forwarded, trusted);
  if (x_forwarded_for.empty()) return answer;
  const Answer other = Walk(x_forwarded_for, trusted);
  const auto* one = std::get_if<ForwardedClient>(&answer);
  const auto* two = std::get_if<ForwardedClient>(&other);
  if (one == nullptr || two == nullptr || one->address != two->address) return BadForwarding{};
  return answer;
}

}  // namespace roomcast::net
