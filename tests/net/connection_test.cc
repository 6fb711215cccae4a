// A connection's life on a real socket: head, open, closing, and what the hub may do to it
// meanwhile.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "proto/protocol/codes.h"
#include "server/hub/home.h"
#include "tests/net/loop_rig.h"

namespace roomcast::net {
namespace {

using namespace std::chrono_literals;

TEST(Connection, AFrameInTheSamePacketAsTheUpgradeIsNotLost) {
  LoopRig rig;
  TestPeer peer(rig);
  ASSERT_TRUE(peer.Greet());
  EXPECT_EQ(peer.status, 101);
  EXPECT_EQ(rig.Count(ops::Counter::kUpgrades), 1u);
}

TEST(Connection, WhatReachesARoomInOneTurnIsOneWriteForEachMember) {
  LoopRig rig;
  TestPeer one(rig), two(rig);
  ASSERT_TRUE(one.Greet() && one.Join("chat:1"));
  ASSERT_TRUE(two.Greet() && two.Join("chat:1"));
  const std::uint64_t before = rig.Count(ops::Counter::kWrites);
  for (int i = 0; i < 10; ++i) rig.Publish("chat:1", "x");
  for (TestPeer* peer : {&one, &two}) {
    ASSERT_TRUE(peer->Next());
    EXPECT_EQ(std::get<RoomBatch>(peer->message.body).publications.size(), 10u);
  }
  EXPECT_EQ(rig.Count(ops::Counter::kWrites) - before, 2u);
  EXPECT_EQ(rig.answered, 10);
  EXPECT_EQ(rig.refused, 0);
}

// While a join waits for another shard, a leave of the same room waits for it with all that the
// session said later: in the same message, in the same buffer, and in the kernel. Then all are
// answered in their order.
TEST(Connection, WhatComesWhileTheHubDoesNotReadWaitsInItsOrder) {
  LoopRig rig({.shards = 2});
  TestPeer peer(rig);
  ASSERT_TRUE(peer.Greet());
  const hub::HubConfig config = test::HubRig::DefaultConfig({.shards = 2});
  std::string room = "chat:";
  while (hub::HomeShardOf(config, room) != hub::ShardId{1}) room += "x";
  peer.Send(TestPeer::Frame({JoinOf(2, room), LeaveOf(3, room)}) +
            TestPeer::Frame({LeaveOf(4, "chat:-")}) + TestPeer::Frame({LeaveOf(5, "chat:-")}));
  Letter letter;
  ASSERT_TRUE(rig.Until([&] { return rig.mailboxes[1]->Take(letter); }));
  // Nothing is answered, and what comes now stays in the kernel.
  peer.Send(TestPeer::Frame({LeaveOf(6, "chat:-")}));
  const std::uint64_t read = rig.Count(ops::Counter::kBytesIn);
  for (int turn = 0; turn < 50; ++turn) rig.Turn();
  char byte = 0;
  EXPECT_LT(recv(peer.fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT), 0);
  EXPECT_EQ(rig.Count(ops::Counter::kBytesIn), read);

  const auto& asked = std::get<hub::JoinRoom>(std::get<hub::Mail>(letter));
  hub::JoinAnswer answer;
  answer.session = asked.session;
  answer.request = asked.request;
  answer.room = asked.room;
  answer.handle = static_cast<hub::RoomHandle>((1u << 16) | 1);
  answer.top = {9, 0};
  Letter reply(hub::Mail{answer});
  ASSERT_TRUE(rig.mailboxes[0]->Post(reply));
  std::vector<std::uint32_t> ids;
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(peer.Next());
    ids.push_back(peer.message.id);
  }
  EXPECT_EQ(ids, (std::vector<std::uint32_t>{2, 3, 4, 5, 6}));
}

TEST(Connection, AnUpgradeThatDoesNotComeInTimeIsAnswered) {
  LoopRig::Options options;
  options.connection.upgrade_deadline = 30ms;
  options.connection.close_deadline = 30ms;
  LoopRig rig(options);
  TestPeer silent(rig), slow(rig);
  slow.Send("GET /ws HTTP/1.1\r\n");
  for (TestPeer* peer : {&silent, &slow}) {
    EXPECT_FALSE(peer->Next());
    EXPECT_EQ(peer->status, 408);
  }
  // They never end their side; that does not keep them.
  EXPECT_TRUE(rig.Until([&] { return rig.loop->connections() == 0; }));
}

TEST(Connection, TheHubsEndIsSaidAndThePeersAwaitedForAWhileOnly) {
  LoopRig::Options options;
  options.connection.close_deadline = 100ms;
  LoopRig rig(options);
  TestPeer polite(rig), rude(rig);
  ASSERT_TRUE(polite.Greet() && rude.Greet());
  rig.loop->RequestStop(10s);
  for (TestPeer* peer : {&polite, &rude}) {
    ASSERT_TRUE(peer->Next());
    EXPECT_TRUE(std::holds_alternative<Disconnect>(peer->message.body));
    EXPECT_FALSE(peer->Next());
    EXPECT_EQ(peer->closed, static_cast<std::uint16_t>(DisconnectCode::kShutdown));
  }
  polite.Send(TestPeer::Frame(websocket::Opcode::kClose, "\x0b\xb9"));
  polite.closed = 0;
  EXPECT_FALSE(polite.Next());
  EXPECT_TRUE(polite.ended);
  polite.Cut();
  EXPECT_TRUE(rig.Until([&] { return rig.loop->connections() == 0; }));
}

TEST(Connection, APeerThatEndsWithoutAWordIsGoneFromItsRoom) {
  LoopRig rig;
  TestPeer peer(rig);
  ASSERT_TRUE(peer.Greet() && peer.Join("chat:1"));
  peer.Send(std::string(TestPeer::Frame(websocket::Opcode::kBinary, "half a frame"), 0, 7));
  peer.Cut();
  EXPECT_TRUE(rig.Until([&] { return rig.loop->connections() == 0; }));
  rig.Publish("chat:1", "to nobody");
  EXPECT_TRUE(rig.Until([&] { return rig.answered == 1; }));
  EXPECT_EQ(rig.Count(ops::Counter::kDeliveries), 0u);
}

TEST(Connection, CountsWhatComesAndWhatIsSaid) {
  LoopRig rig;
  TestPeer peer(rig);
  ASSERT_TRUE(peer.Greet() && peer.Join("chat:1"));
  // Hello and Join; Welcome and Joined.
  EXPECT_EQ(rig.Count(ops::Counter::kMessagesIn), 2u);
  EXPECT_EQ(rig.Count(ops::Counter::kMessagesOut), 2u);
}

TEST(Connection, ABridgeCallWhoseTimeIsOverIsAnsweredAndNotDone) {
  LoopRig rig;
  TestPeer peer(rig);
  ASSERT_TRUE(peer.Greet() && peer.Join("chat:1"));
  BridgePublish late;
  late.publish.room = "chat:1";
  late.not_after = std::chrono::steady_clock::now() - 1s;
  bool refused = false;
  late.done = [&](const bridge::Answer<bridge::PublishOutcome>& answer) {
    refused = std::holds_alternative<bridge::HubError>(answer);
  };
  Letter letter(std::move(late));
  ASSERT_TRUE(rig.mailboxes[0]->Post(letter));
  rig.Publish("chat:1", "in time");
  ASSERT_TRUE(peer.Next());
  const auto& batch = std::get<RoomBatch>(peer.message.body);
  ASSERT_EQ(batch.publications.size(), 1u);
  EXPECT_EQ(batch.publications[0].offset, 1u);
  EXPECT_TRUE(refused);
}

// Goal: without descriptors left the listener neither spins nor dies. Method: the limit is lowered
// to what is open, a client is refused its place, and gets it when the limit is back.
TEST(Listener, WithoutDescriptorsItPausesAndThenGoesOn) {
  LoopRig rig;
  // UBSan needs descriptors of its own to look at a type for the first time: it has seen them now.
  ASSERT_TRUE(TestPeer(rig).Greet());
  TestPeer peer(rig);
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit before = limit;
  const FileDescriptor next(dup(peer.fd()));
  limit.rlim_cur = static_cast<rlim_t>(next.get()) + 1;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  const bool failed = rig.Until([&] { return rig.Count(ops::Counter::kAcceptFailures) > 0; });
  const std::uint64_t failures = rig.Count(ops::Counter::kAcceptFailures);
  for (int turn = 0; turn < 100; ++turn) rig.Turn();
  const std::uint64_t failures_after = rig.Count(ops::Counter::kAcceptFailures);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_TRUE(failed);
  EXPECT_LE(failures_after - failures, 1u) << "it pauses for 100 ms at a time";
  EXPECT_TRUE(peer.Greet());
}

}  // namespace
}  // namespace roomcast::net
