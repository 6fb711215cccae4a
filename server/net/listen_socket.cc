#include "server/net/listen_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"

namespace roomcast::net {
namespace {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

bool Parse(const std::string& address, std::uint16_t port, SocketAddress& out) {
  sockaddr_in v4{};
  if (inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&out.storage, &v4, sizeof(v4));
    out.size = sizeof(v4);
    return true;
  }
  sockaddr_in6 v6{};
  if (inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    std::memcpy(&out.storage, &v6, sizeof(v6));
    out.size = sizeof(v6);
    return true;
  }
  return false;
}

absl::Status SystemError(const std::string& address, std::uint16_t port, int error) {
  const std::string where = absl::StrCat(address, ":", port);
  if (error == EADDRINUSE) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", where, ": another program does"));
  }
  return absl::UnavailableError(
      absl::StrCat("cannot listen on ", where, ": ", std::generic_category().message(error)));
}

// A bound socket, or none and errno.
FileDescriptor Bind(const SocketAddress& address, bool share) {
  FileDescriptor socket(
      ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return socket;
  const int on = 1;
  // Connections of a hub that has ended do not keep the next one from its port.
  setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (share) setsockopt(socket.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
  if (bind(socket.get(), address.get(), address.size) != 0) {
    const int error = errno;
    socket.Reset();
    errno = error;
  }
  return socket;
}

std::uint16_t PortOf(int socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof(storage);
  getsockname(socket, reinterpret_cast<sockaddr*>(&storage), &size);
  if (storage.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &storage, sizeof(v4));
    return ntohs(v4.sin_port);
  }
  sockaddr_in6 v6{};
  std::memcpy(&v6, &storage, sizeof(v6));
  return ntohs(v6.sin6_port);
}

}  // namespace

absl::StatusOr<ListenSockets> Listen(const std::string& address, std::uint16_t port, int backlog,
                                     std::size_t count) {
  SocketAddress where;
  if (!Parse(address, port, where)) {
    return absl::InvalidArgumentError(absl::StrCat("not an IP address: ", address));
  }
  ListenSockets result;
  {
    // A probe that does not share: two hubs would, and neither would say so.
    const FileDescriptor probe = Bind(where, /*share=*/false);
    if (!probe) return SystemError(address, port, errno);
    result.port = PortOf(probe.get());
  }
  Parse(address, result.port, where);
  for (std::size_t i = 0; i < count; ++i) {
    FileDescriptor socket = Bind(where, /*share=*/true);
    if (!socket || listen(socket.get(), backlog) != 0) {
      return SystemError(address, result.port, errno);
    }
    result.sockets.push_back(std::move(socket));
  }
  return result;
}

}  // namespace roomcast::net
