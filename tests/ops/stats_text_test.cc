#include "server/ops/stats_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace roomcast::ops {
namespace {

using nlohmann::json;

TEST(StatsText, SumsWhatEveryShardHas) {
  Metrics metrics(2, "1.2.3");
  metrics.Shard(0).Set(Gauge::kConnections, 3);
  metrics.Shard(1).Set(Gauge::kConnections, 4);
  metrics.Shard(1).Set(Gauge::kSlowMembers, 2);
  metrics.Shard(0).Set(Gauge::kHistoryBytes, 1000);
  metrics.Shard(0).Count(Counter::kDeliveries, 10);
  metrics.Shard(1).Count(Counter::kDeliveries, 5);
  metrics.Shard(0).CountPublications(Door::kWebSocket, 2);
  metrics.Shard(1).CountPublications(Door::kBridge, 3);
  metrics.Shared().Count(TurnedAway::kFull);
  const json stats = json::parse(StatsText(metrics, {.instance = "00aa",
                                                     .node = "here",
                                                     .resident_bytes = 5000,
                                                     .cpu_us = 7,
                                                     .uptime_us = 8,
                                                     .at_us = 9}));
  EXPECT_EQ(stats["now"]["connections"], 7);
  EXPECT_EQ(stats["now"]["slow_members"], 2);
  EXPECT_EQ(stats["total"]["deliveries"], 15);
  EXPECT_EQ(stats["total"]["publications"], 5);
  EXPECT_EQ(stats["total"]["connections_turned_away"], 1);
  EXPECT_EQ(stats["memory_bytes"],
            json({{"resident", 5000}, {"history", 1000}, {"outboxes", 0}, {"parked_sessions", 0}}));
  EXPECT_EQ(stats["version"], "1.2.3");
  EXPECT_EQ(stats["shards"], 2);
  EXPECT_EQ(stats["node"], "here");
  EXPECT_EQ(stats["at_us"], 9);
}

TEST(StatsText, HasEachBucketApart) {
  Metrics metrics(2, "1");
  metrics.Shard(0).Observe(Histogram::kLoopTurn, 40);
  metrics.Shard(1).Observe(Histogram::kLoopTurn, 99);
  metrics.Shard(1).Observe(Histogram::kLoopTurn, 60'000'000);
  const json turn = json::parse(StatsText(metrics, {}))["loop_turn"];
  ASSERT_EQ(turn["counts"].size(), turn["bounds_us"].size() + 1);
  EXPECT_EQ(turn["counts"][0], 1);
  EXPECT_EQ(turn["counts"][1], 1);
  EXPECT_EQ(turn["counts"].back(), 1);
}

// A hub publishes it every second, and keeps the last 120.
TEST(StatsText, IsShort) { EXPECT_LT(StatsText(Metrics(8, "1.0.0"), {}).size(), 2048u); }

TEST(StatsText, OfANodeWhoseNameIsNoTextIsTextAllTheSame) {
  const Metrics metrics(1, "1");
  EXPECT_TRUE(json::accept(StatsText(metrics, {.node = "\xff"})));
}

TEST(StatsText, KnowsWhatTheProcessHasUsed) {
  const std::uint64_t before = CpuMicroseconds();
  volatile std::uint64_t sum = 0;
  while (CpuMicroseconds() == before) sum = sum + 1;
  EXPECT_GT(CpuMicroseconds(), before);
}

}  // namespace
}  // namespace roomcast::ops
