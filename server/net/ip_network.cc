#include "server/net/ip_network.h"

#include <algorithm>
#include <charconv>

namespace roomcast::net {
namespace {

constexpr unsigned kAddressBits = 128;
// Those before an IPv4 address in its mapped form.
constexpr unsigned kMappedBits = 96;

}  // namespace

std::optional<IpNetwork> IpNetwork::Parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto first = PeerAddress::Parse(text.substr(0, slash));
  if (!first) return std::nullopt;
  if (slash == std::string_view::npos) return IpNetwork(*first, kAddressBits);
  const bool four = first->IsV4() && text.find(':') == std::string_view::npos;
  const unsigned before = four ? kMappedBits : 0;
  unsigned bits = 0;
  const std::string_view digits = text.substr(slash + 1);
  const auto read = std::from_chars(digits.begin(), digits.end(), bits);
  if (read.ec != std::errc() || read.ptr != digits.end() || bits > kAddressBits - before) {
    return std::nullopt;
  }
  return IpNetwork(*first, before + bits);
}

bool IpNetwork::Contains(const PeerAddress& address) const {
  const PeerAddress::Bytes& ours = first_.bytes();
  const PeerAddress::Bytes& theirs = address.bytes();
  const std::size_t whole = bits_ / 8;
  if (!std::equal(ours.begin(), ours.begin() + whole, theirs.begin())) return false;
  const unsigned rest = bits_ % 8;
  return rest == 0 || (ours[whole] ^ theirs[whole]) >> (8 - rest) == 0;
}

bool AnyContains(std::span<const IpNetwork> networks, const PeerAddress& address) {
  return std::any_of(networks.begin(), networks.end(),
                     [&](const IpNetwork& network) { return network.Contains(address); });
}

}  // namespace roomcast::net
