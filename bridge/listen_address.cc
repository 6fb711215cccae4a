#include "bridge/listen_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace roomcast::bridge {
namespace {

absl::Status CannotListen(const ListenAddress& address, int error) {
  const std::string why = std::generic_category().message(error);
  return absl::UnavailableError(
      absl::StrCat("the bridge cannot listen on ", address.ToString(), ": ", why));
}

}  // namespace

absl::StatusOr<ListenAddress> ListenAddress::Parse(std::string_view address, std::uint16_t port) {
  const std::string text(address == "localhost" ? "127.0.0.1" : address);
  ListenAddress parsed;
  auto& v4 = reinterpret_cast<sockaddr_in&>(parsed.address_);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(parsed.address_);
  if (inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    parsed.size_ = sizeof(sockaddr_in);
    return parsed;
  }
  if (inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    parsed.size_ = sizeof(sockaddr_in6);
    return parsed;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("the bridge's address \"", text, "\" is not an IP address, nor `localhost`"));
}

bool ListenAddress::IsLoopback() const {
  if (address_.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address_);
    return (ntohl(v4.sin_addr.s_addr) >> 24) == 127;
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address_);
  return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
}

std::string ListenAddress::ToString() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address_.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address_);
    inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    return absl::StrCat(text.data(), ":", ntohs(v4.sin_port));
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address_);
  inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
  return absl::StrCat("[", text.data(), "]:", ntohs(v6.sin6_port));
}

absl::Status ListenAddress::Probe() const {
  const int socket = ::socket(address_.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return CannotListen(*this, errno);
  // As gRPC does it: a port that only lingers in TIME_WAIT is free.
  const int on = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  const int failed = bind(socket, reinterpret_cast<const sockaddr*>(&address_), size_);
  const int error = failed == 0 ? 0 : errno;
  close(socket);
  return error == 0 ? absl::OkStatus() : CannotListen(*this, error);
}

}  // namespace roomcast::bridge
