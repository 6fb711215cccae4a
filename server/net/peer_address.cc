#include "server/net/peer_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

namespace roomcast::net {
namespace {

constexpr std::array<unsigned char, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

// Longer than the longest address; what is longer is none.
constexpr std::size_t kTextBytesMax = INET6_ADDRSTRLEN;

}  // namespace

PeerAddress::PeerAddress(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof(v4));
    std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), bytes_.begin());
    std::memcpy(bytes_.data() + kMappedPrefix.size(), &v4.sin_addr, sizeof(v4.sin_addr));
  } else if (address.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof(v6));
    std::memcpy(bytes_.data(), &v6.sin6_addr, sizeof(v6.sin6_addr));
  }
}

std::optional<PeerAddress> PeerAddress::Parse(std::string_view text) {
  if (text.size() >= kTextBytesMax) return std::nullopt;
  const std::string copy(text);
  PeerAddress address;
  if (inet_pton(AF_INET6, copy.c_str(), address.bytes_.data()) == 1) return address;
  std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), address.bytes_.begin());
  if (inet_pton(AF_INET, copy.c_str(), address.bytes_.data() + kMappedPrefix.size()) == 1) {
    return address;
  }
  return std::nullopt;
}

bool PeerAddress::IsV4() const {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes_.begin());
}

std::string PeerAddress::Text() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool mapped = IsV4();
  const unsigned char* from = mapped ? bytes_.data() + kMappedPrefix.size() : bytes_.data();
  inet_ntop(mapped ? AF_INET : AF_INET6, from, text.data(), text.size());
  return text.data();
}

}  // namespace roomcast::net
