// What a hub does while nobody says anything. Turns wait for their first input here, as they do in
// a hub's own thread: whatever wakes the loop is counted.
#include <gtest/gtest.h>

#include <deque>
#include <string>

#include "server/hub/home.h"
#include "tests/net/loop_rig.h"

namespace roomcast::net {
namespace {

using namespace std::chrono_literals;

LoopRig::Options WithPingsEvery(Duration interval, std::uint16_t shards = 1) {
  LoopRig::Options options{.shards = shards, .ping_interval = interval, .ping_grace = interval / 2};
  // Nobody answers a ping here, but all acknowledge it.
  options.connection.peer_lost_after = interval + options.ping_grace;
  return options;
}

// Turns that begin by themselves until so many writes were made.
std::uint64_t TurnsUntilWrites(LoopRig& rig, std::uint64_t writes) {
  const std::uint64_t wanted = rig.Count(ops::Counter::kWrites) + writes;
  std::uint64_t turns = 0;
  while (rig.Count(ops::Counter::kWrites) < wanted && rig.loop->connections() > 0) {
    rig.loop->Turn();
    ++turns;
  }
  return turns;
}

TEST(Idle, ConnectionsThatSayNothingWakeTheHubForTheirPingsAlone) {
  constexpr std::size_t kPeers = 40;
  LoopRig rig(WithPingsEvery(200ms));
  std::deque<TestPeer> peers;
  for (std::size_t i = 0; i < kPeers; ++i) {
    TestPeer& peer = peers.emplace_back(rig);
    ASSERT_TRUE(peer.Greet() && peer.Join("chat:" + std::to_string(i)));
  }
  // What it had to do for those that came.
  rig.Turn();
  constexpr std::size_t kPings = 4 * kPeers;
  // One each at the most, and one for the presence of those that came.
  EXPECT_LE(TurnsUntilWrites(rig, kPings), kPings + 2);
  EXPECT_EQ(rig.loop->connections(), kPeers);
}

// It has more to say than the hub takes, then its connection is reset: neither is told to the loop
// again and again.
TEST(Idle, WhoIsNotReadWakesNobody) {
  LoopRig rig(WithPingsEvery(200ms, /*shards=*/2));
  TestPeer idle(rig);
  ASSERT_TRUE(idle.Greet());
  TestPeer waits(rig);
  ASSERT_TRUE(waits.Greet());
  const hub::HubConfig config = test::HubRig::DefaultConfig({.shards = 2});
  std::string room = "chat:";
  while (hub::HomeShardOf(config, room) != hub::ShardId{1}) room += "x";
  waits.Send(TestPeer::Frame({JoinOf(2, room), LeaveOf(3, room)}));
  Letter letter;
  ASSERT_TRUE(rig.Until([&] { return rig.mailboxes[1]->Take(letter); }));
  waits.Send(TestPeer::Frame({LeaveOf(4, "chat:-")}));
  rig.Turn();
  // A loop that is told again and again makes thousands.
  EXPECT_LE(TurnsUntilWrites(rig, 4), 16u);
  waits.Cut();
  EXPECT_LE(TurnsUntilWrites(rig, 4), 16u);
}

}  // namespace
}  // namespace roomcast::net
