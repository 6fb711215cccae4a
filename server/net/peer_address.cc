#include "server/net/peer_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

namespace roomcast::net {
namespace {

constexpr std::array<unsigned char, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

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

std::string PeerAddress::Text() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool mapped = std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes_.begin());
  const unsigned char* from = mapped ? bytes_.data() + kMappedPrefix.size() : bytes_.data();
  inet_ntop(mapped ? AF_INET : AF_INET6, from, text.data(), text.size());
  return text.data();
}

}  // namespace roomcast::net
