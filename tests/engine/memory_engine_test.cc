// The engine's memory is bounded whatever rooms there are, and where a stream stands outlives what
// was said in it.
#include "server/engine/memory_engine.h"

#include <gtest/gtest.h>

#include <string>

#include "proto/protocol/limits.h"

namespace roomcast::engine {
namespace {

constexpr hub::Engine::Keep kKeep{1 << 20, 1000, 300s};
constexpr HashKey kKey{1, 2};

// Asks, and takes the answer.
class Asker {
 public:
  explicit Asker(const MemoryEngine::Limits& limits) : engine(kKey, 3, limits) {}

  Position Top(const std::string& room) {
    engine.Top({}, room, kKeep, now);
    return Answer().top;
  }
  Position Append(const std::string& room, std::size_t bytes) {
    const std::string data(bytes, 'x');
    Publication publication;
    publication.data = Bytes(data);
    engine.Append({}, room, kKeep, publication, now);
    const hub::Engine::Answer answer = Answer();
    EXPECT_GT(answer.entries.size(), bytes) << "the entry is there for the batch";
    return answer.top;
  }
  // Offset of the first that is still there.
  std::uint64_t Oldest(const std::string& room) {
    engine.Read({}, room, {.bytes_max = 1}, now);
    return Answer().oldest;
  }
  hub::Engine::Answer Answer() {
    hub::Engine::Answer answer;
    EXPECT_TRUE(engine.TakeAnswer(answer));
    return answer;
  }
  void Pass(Duration time) { now.instant += time; }

  MemoryEngine engine;
  Now now{Instant(std::chrono::hours(1)), WallTime{1}};
};

TEST(MemoryEngine, OneCapForAllRoomsAndTheOldestHistoryGoesFirst) {
  constexpr std::size_t kCap = 1 << 20;
  Asker asker({kCap, 1000, 30s});
  std::uint64_t appended = 0;
  for (int round = 0; round < 40; ++round) {
    // Early rooms fall silent; later ones go on.
    for (int room = round; room < 40; ++room) {
      for (int i = 0; i < 5; ++i) asker.Append("chat:" + std::to_string(room), 2000), ++appended;
    }
    asker.Pass(1s);
    ASSERT_LE(asker.engine.history_bytes(), kCap);
  }
  EXPECT_GT(asker.engine.history_bytes(), kCap * 9 / 10);
  EXPECT_GT(asker.engine.history_evicted(), 1000u);
  EXPECT_LT(asker.engine.history_evicted(), appended);
  // The newest room has what was said last; the first, what a cap must leave to answer with.
  EXPECT_LT(asker.Oldest("chat:39"), 200u);
  EXPECT_GE(asker.Oldest("chat:0"), 3u);
}

TEST(MemoryEngine, WhatGoesIsTheOldestThoughItsRoomIsTheBusiest) {
  Asker asker({1 << 20, 1000, 30s});
  // One room was first and has since let go of what it said first; another fell silent later.
  asker.Append("chat:busy", 2000);
  asker.Pass(1s);
  for (int i = 0; i < 100; ++i) asker.Append("chat:silent", 2000);
  asker.Pass(1s);
  for (int i = 0; i < 1500; ++i) asker.Append("chat:busy", 300);
  asker.Pass(1s);
  for (int i = 0; i < 350; ++i) asker.Append("chat:new", 2000);
  EXPECT_GT(asker.engine.history_evicted(), 0u);
  EXPECT_GT(asker.Oldest("chat:silent"), 10u) << "the oldest that is left";
  EXPECT_EQ(asker.Oldest("chat:busy"), 502u) << "only what its own limit let go";
  EXPECT_EQ(asker.Oldest("chat:new"), 1u);
}

TEST(MemoryEngine, APositionOutlivesItsMessages) {
  Asker asker({1 << 20, 1000, 30 * 24h});
  const Position top = asker.Append("chat:a", 100);
  asker.Pass(400s);
  asker.engine.Release("chat:a", asker.now);
  EXPECT_EQ(asker.engine.history_bytes(), 0u);
  asker.Pass(29 * 24h);
  EXPECT_EQ(asker.Top("chat:a"), top);
  asker.engine.Release("chat:a", asker.now);
  asker.Pass(30 * 24h);
  asker.Top("chat:b");
  asker.engine.Release("chat:b", asker.now);
  EXPECT_NE(asker.Top("chat:a").epoch, top.epoch) << "forgotten: the stream begins anew";
}

TEST(MemoryEngine, ManyRoomNamesDoNotGrowItWithoutBound) {
  Asker asker({1 << 20, 1000, 30 * 24h});
  const Position first = asker.Top("chat:used");
  for (int i = 0; i < 300'000; ++i) {
    const std::string room = "chat:" + std::to_string(i);
    asker.Top(room);
    asker.engine.Release(room, asker.now);
    // The least recently used go first.
    if (i % 500 == 0) {
      ASSERT_EQ(asker.Top("chat:used"), first);
      asker.engine.Release("chat:used", asker.now);
    }
  }
  EXPECT_LE(asker.engine.streams(), 1001u);
}

}  // namespace
}  // namespace roomcast::engine
