#include "server/net/socket_options.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace roomcast::net {
namespace {

void SetInt(int fd, int level, int name, int value) {
  static_cast<void>(setsockopt(fd, level, name, &value, sizeof(value)));
}

}  // namespace

void SetSocketOptions(int fd, const SocketOptions& options) {
  // One write a turn already gathers what belongs together.
  SetInt(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  SetInt(fd, SOL_SOCKET, SO_SNDBUF, options.send_buffer_bytes);
  SetInt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, options.not_sent_bytes);
  SetInt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(Milliseconds(options.user_timeout)));
}

std::optional<TcpHeard> ReadTcpHeard(int fd) {
  tcp_info info{};
  socklen_t size = sizeof(info);
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 ||
      size < offsetof(tcp_info, tcpi_bytes_received) + sizeof(info.tcpi_bytes_received)) {
    return std::nullopt;
  }
  return TcpHeard{
      info.tcpi_bytes_acked + info.tcpi_bytes_received,
      std::chrono::milliseconds(std::min(info.tcpi_last_ack_recv, info.tcpi_last_data_recv))};
}

}  // namespace roomcast::net
