// A port has one owner, also where the kernel would let it have two.
#include "server/net/listen_socket.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <chrono>
#include <string>

#include "server/net/socket_options.h"

namespace roomcast::net {
namespace {

TEST(ListenSocket, OneSocketForEachShardOnOnePort) {
  const auto listening = Listen("127.0.0.1", 0, 16, 3);
  ASSERT_TRUE(listening.ok()) << listening.status();
  EXPECT_EQ(listening->sockets.size(), 3u);
  EXPECT_NE(listening->port, 0);
}

TEST(ListenSocket, APortThatIsSharedAlreadyIsBusy) {
  // What listens there would share, as another hub does.
  const auto first = Listen("127.0.0.1", 0, 16, 1);
  ASSERT_TRUE(first.ok()) << first.status();
  const auto second = Listen("127.0.0.1", first->port, 16, 1);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(second.status().message(),
            "cannot listen on 127.0.0.1:" + std::to_string(first->port) + ": another program does");
}

TEST(ListenSocket, SaysWhatIsNoAddress) {
  EXPECT_EQ(Listen("localhost", 0, 16, 1).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(Listen("::1", 0, 16, 1).ok());
}

int Option(int fd, int level, int name) {
  int value = 0;
  socklen_t size = sizeof(value);
  EXPECT_EQ(getsockopt(fd, level, name, &value, &size), 0);
  return value;
}

TEST(ListenSocket, WhatItAcceptsInheritsItsOptions) {
  const auto listening = Listen("127.0.0.1", 0, 16, 1);
  ASSERT_TRUE(listening.ok()) << listening.status();
  const int listener = listening->sockets[0].get();
  SetSocketOptions(listener, {.send_buffer_bytes = 70'000,
                              .not_sent_bytes = 30'000,
                              .user_timeout = std::chrono::seconds(40)});
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  const FileDescriptor client(socket(AF_INET, SOCK_STREAM, 0));
  ASSERT_EQ(connect(client.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
  const FileDescriptor accepted(accept(listener, nullptr, nullptr));
  ASSERT_TRUE(accepted);
  EXPECT_EQ(Option(accepted.get(), IPPROTO_TCP, TCP_NODELAY), 1);
  // The kernel doubles it for its own bookkeeping (socket(7)).
  EXPECT_EQ(Option(accepted.get(), SOL_SOCKET, SO_SNDBUF), 140'000);
  EXPECT_EQ(Option(accepted.get(), IPPROTO_TCP, TCP_NOTSENT_LOWAT), 30'000);
  EXPECT_EQ(Option(accepted.get(), IPPROTO_TCP, TCP_USER_TIMEOUT), 40'000);
}

}  // namespace
}  // namespace roomcast::net
