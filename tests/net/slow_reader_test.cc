// Peers that read slowly, or not at all: memory stays bounded, others do not notice, and whoever
// reads again gets what history holds.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "proto/protocol/codes.h"
#include "tests/net/loop_rig.h"

namespace roomcast::net {
namespace {

using namespace std::chrono_literals;

constexpr int kSmallWindow = 4096;

LoopRig::Options SmallOutboxes() {
  LoopRig::Options options;
  options.connection.outbox = {100'000, 300'000};
  options.connection.socket.send_buffer_bytes = 16 * 1024;
  options.connection.socket.not_sent_bytes = 16 * 1024;
  return options;
}

std::uint64_t OutboxBytes(LoopRig& rig) {
  const std::string text = rig.metrics.Text();
  const std::size_t at = text.find("\nroomcast_outbox_bytes ");
  return std::stoull(text.substr(at + std::string_view("\nroomcast_outbox_bytes ").size()));
}

TEST(SlowReader, FallsBehindWithinItsLimitAndIsCaughtUpInOrderWhileOthersGoOn) {
  LoopRig rig(SmallOutboxes());
  TestPeer slow(rig, kSmallWindow), fast(rig);
  ASSERT_TRUE(slow.Greet() && slow.Join("chat:1"));
  ASSERT_TRUE(fast.Greet() && fast.Join("chat:1"));
  constexpr std::uint64_t kCount = 100;
  std::uint64_t seen = 0;
  std::uint64_t most = 0;
  for (std::uint64_t i = 1; i <= kCount; ++i) {
    rig.Publish("chat:1", std::string(8000, 'x'));
    ASSERT_TRUE(fast.Next());
    for (const Publication& one : std::get<RoomBatch>(fast.message.body).publications) {
      EXPECT_EQ(one.offset, ++seen);
    }
    most = std::max(most, OutboxBytes(rig));
  }
  EXPECT_EQ(seen, kCount);
  EXPECT_GT(most, 100'000u) << "it never was over the soft limit";
  EXPECT_LT(most, 200'000u);
  EXPECT_GE(rig.Count(ops::Counter::kMembersBehind), 1u);

  seen = 0;
  while (seen < kCount) {
    ASSERT_TRUE(slow.Next());
    for (const Publication& one : std::get<RoomBatch>(slow.message.body).publications) {
      EXPECT_EQ(one.offset, ++seen);
    }
  }
  EXPECT_TRUE(rig.Until([&] { return OutboxBytes(rig) == 0; }));
}

TEST(SlowReader, InDribsAndInBurstsGetsAllOfItInOrder) {
  LoopRig rig(SmallOutboxes());
  TestPeer dribs(rig, kSmallWindow), bursts(rig, kSmallWindow);
  ASSERT_TRUE(dribs.Greet() && dribs.Join("chat:1"));
  ASSERT_TRUE(bursts.Greet() && bursts.Join("chat:1"));
  dribs.bytes_at_once = 500;
  constexpr std::uint64_t kCount = 60;
  std::uint64_t seen[2] = {0, 0};
  const auto read = [&](int who) {
    TestPeer& peer = who == 0 ? dribs : bursts;
    ASSERT_TRUE(peer.Next());
    const auto* batch = std::get_if<RoomBatch>(&peer.message.body);
    ASSERT_NE(batch, nullptr);
    for (const Publication& one : batch->publications) {
      if (one.offset > seen[who]) {
        ASSERT_EQ(one.offset, ++seen[who]);
      }
    }
  };
  for (std::uint64_t i = 1; i <= kCount; ++i) {
    rig.Publish("chat:1", std::string(8000, 'x'));
    ASSERT_TRUE(rig.Until([&, before = rig.answered] { return rig.answered > before; }));
    if (i % 20 != 0) continue;
    while (seen[1] < i) read(1);
    read(0);
  }
  EXPECT_GE(rig.Count(ops::Counter::kMembersBehind), 1u);
  while (seen[0] < kCount) read(0);
  EXPECT_EQ(seen[1], kCount);
}

// I4: who takes bytes is alive though it never says a word, and who takes none is not.
TEST(SlowReader, WhoOnlyTakesBytesIsAliveAndWhoTakesNoneIsLost) {
  LoopRig::Options options = SmallOutboxes();
  options.ping_interval = 100ms;
  options.ping_grace = 50ms;
  options.connection.peer_lost_after = 150ms;
  options.connection.close_deadline = 50ms;
  LoopRig rig(options);
  TestPeer taker(rig), stuck(rig, kSmallWindow);
  ASSERT_TRUE(taker.Greet() && taker.Join("chat:1"));
  ASSERT_TRUE(stuck.Greet() && stuck.Join("chat:1"));
  for (int i = 0; i < 20; ++i) rig.Publish("chat:1", std::string(8000, 'x'));
  const auto one_is_left = [&] {
    taker.Look();
    return rig.loop->connections() == 1;
  };
  EXPECT_TRUE(rig.Until(one_is_left));
  const auto until = std::chrono::steady_clock::now() + 400ms;
  EXPECT_TRUE(rig.Until([&] {
    taker.Look();
    return std::chrono::steady_clock::now() > until;
  }));
  EXPECT_FALSE(taker.ended);
  EXPECT_EQ(taker.closed, 0);
  EXPECT_NE(rig.metrics.Text().find("roomcast_disconnects_total{code=\"3012\"} 1"),
            std::string::npos);
}

TEST(SlowReader, ACrowdThatIsOwedMuchDoesNotHoldUpANeighboursWord) {
  LoopRig::Options options;
  options.connection.heavy_bytes = 4'000;
  options.connection.heavy_bytes_per_turn = 100'000;
  options.connection.writes_together = false;
  LoopRig rig(options);
  std::vector<std::unique_ptr<TestPeer>> crowd;
  for (int i = 0; i < 10; ++i) {
    crowd.push_back(std::make_unique<TestPeer>(rig));
    ASSERT_TRUE(crowd.back()->Greet() && crowd.back()->Join("chat:huge"));
  }
  TestPeer neighbour(rig);
  ASSERT_TRUE(neighbour.Greet() && neighbour.Join("chat:quiet"));
  const std::uint64_t before = rig.Count(ops::Counter::kBytesOut);
  constexpr int kCount = 5;
  for (int i = 0; i < kCount; ++i) rig.Publish("chat:huge", std::string(8000, 'x'));
  rig.Publish("chat:quiet", "hello");
  rig.Turn();
  const std::uint64_t in_one_turn = rig.Count(ops::Counter::kBytesOut) - before;
  // 400 KB are owed; what one connection may write comes on top.
  EXPECT_LT(in_one_turn, 150'000u);
  EXPECT_GT(in_one_turn, 90'000u);
  neighbour.Look();
  ASSERT_TRUE(neighbour.Next());
  EXPECT_TRUE(std::holds_alternative<RoomBatch>(neighbour.message.body));
  EXPECT_LT(rig.Count(ops::Counter::kBytesOut) - before, 300'000u) << "it came with the last";
  for (const auto& peer : crowd) {
    for (std::uint64_t seen = 0; seen < kCount;) {
      ASSERT_TRUE(peer->Next());
      for (const Publication& one : std::get<RoomBatch>(peer->message.body).publications) {
        EXPECT_EQ(one.offset, ++seen);
      }
    }
  }
}

TEST(SlowReader, AtTheHardLimitAndWithoutAByteTakenItEndsWith3008) {
  LoopRig::Options options = SmallOutboxes();
  // Without room between them whatever is over the soft limit is over the hard one.
  options.connection.outbox = {60'000, 60'000};
  options.connection.stall = 50ms;
  options.connection.close_deadline = 50ms;
  LoopRig rig(options);
  TestPeer stuck(rig, kSmallWindow);
  ASSERT_TRUE(stuck.Greet() && stuck.Join("chat:1"));
  for (int i = 0; i < 20; ++i) {
    rig.Publish("chat:1", std::string(10'000, 'x'));
    ASSERT_TRUE(rig.Until([&, before = rig.answered] { return rig.answered > before; }));
  }
  EXPECT_EQ(rig.Count(ops::Counter::kMembersBehind), 1u);
  EXPECT_TRUE(rig.Until([&] { return rig.loop->connections() == 0; }));
  EXPECT_NE(rig.metrics.Text().find("roomcast_disconnects_total{code=\"3008\"} 1"),
            std::string::npos);
}

}  // namespace
}  // namespace roomcast::net
