// What the kernel is told about a connection, and that it does it.
#include "server/net/socket_options.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>

#include "server/net/file_descriptor.h"

namespace roomcast::net {
namespace {

using namespace std::chrono_literals;

// Two ends of a TCP connection on loopback.
struct Pair {
  explicit Pair(int receive_buffer) {
    const FileDescriptor listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* any = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(listener.get(), any, size), 0);
    EXPECT_EQ(listen(listener.get(), 1), 0);
    EXPECT_EQ(getsockname(listener.get(), any, &size), 0);
    peer = FileDescriptor(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(setsockopt(peer.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(int)), 0);
    EXPECT_EQ(connect(peer.get(), any, size), 0);
    ours = FileDescriptor(accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  }
  // Until the kernel takes no more, which it may think better of when the peer's window opens.
  std::size_t SendAllItTakes() const {
    const std::string bytes(4096, 'x');
    std::size_t taken = 0;
    for (int idle = 0; idle < 20;) {
      const ssize_t sent = send(ours.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent > 0) {
        taken += static_cast<std::size_t>(sent);
        idle = 0;
      } else {
        ++idle;
        usleep(1000);
      }
    }
    return taken;
  }

  FileDescriptor ours;
  FileDescriptor peer;
};

TEST(SocketOptions, TheKernelKeepsNoMoreThanItIsTold) {
  constexpr int kWindow = 4096;
  const Pair pair(kWindow);
  SetSocketOptions(pair.ours.get(),
                   {.send_buffer_bytes = 65536, .not_sent_bytes = 16384, .user_timeout = 40s});
  int millis = 0;
  socklen_t size = sizeof(millis);
  ASSERT_EQ(getsockopt(pair.ours.get(), IPPROTO_TCP, TCP_USER_TIMEOUT, &millis, &size), 0);
  EXPECT_EQ(millis, 40'000);
  const std::size_t taken = pair.SendAllItTakes();
  EXPECT_GE(taken, 16384u);
  // The buffer counts twice, with what the kernel needs around the bytes.
  EXPECT_LE(taken, 2u * 65536 + 2u * kWindow);
}

TEST(SocketOptions, WithMuchNotSentTheSocketCountsAsFull) {
  const Pair with(4096), without(4096);
  SetSocketOptions(with.ours.get(), {.send_buffer_bytes = 1 << 20, .not_sent_bytes = 8192});
  SetSocketOptions(without.ours.get(), {.send_buffer_bytes = 1 << 20, .not_sent_bytes = 1 << 20});
  EXPECT_LT(with.SendAllItTakes() * 2, without.SendAllItTakes());
}

TEST(TcpHeard, CountsWhatThePeerAcknowledgesAndWhatItSends) {
  const Pair pair(65536);
  const auto before = ReadTcpHeard(pair.ours.get());
  ASSERT_TRUE(before);
  ASSERT_EQ(send(pair.ours.get(), "12345", 5, 0), 5);
  char bytes[8];
  ASSERT_EQ(recv(pair.peer.get(), bytes, 5, MSG_WAITALL), 5);
  const auto acknowledged = ReadTcpHeard(pair.ours.get());
  EXPECT_EQ(acknowledged->bytes, before->bytes + 5);
  // Nobody reads it on our side.
  ASSERT_EQ(send(pair.peer.get(), "123", 3, 0), 3);
  EXPECT_EQ(ReadTcpHeard(pair.ours.get())->bytes, before->bytes + 8);
  EXPECT_LT(ReadTcpHeard(pair.ours.get())->last_ago, 10s);
}

}  // namespace
}  // namespace roomcast::net
