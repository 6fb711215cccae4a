// A port has one owner, also where the kernel would let it have two.
#include "server/net/listen_socket.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <string>

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

}  // namespace
}  // namespace roomcast::net
