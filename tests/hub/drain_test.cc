// How a hub sends its clients elsewhere: one after the other, each in a part of the window that it
// was told of.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "tests/support/hub_rig.h"

namespace roomcast::test {
namespace {

std::vector<GoAway> Told(HubRig& rig, const std::vector<hub::ConnectionId>& clients) {
  std::vector<GoAway> told;
  told.reserve(clients.size());
  for (const auto client : clients) told.push_back(rig.Next<GoAway>(client));
  return told;
}

TEST(Drain, GivesEachSessionAPartOfTheWindowInRandomOrderEvenlySpread) {
  HubRig rig;
  std::vector<hub::ConnectionId> clients;
  clients.reserve(1500);
  for (int i = 0; i < 1500; ++i) clients.push_back(rig.Greeted());
  rig.shard(0).BeginDrain({3s, 15s, 7}, rig.now());
  const std::vector<GoAway> told = Told(rig, clients);
  std::map<std::uint32_t, int> in_second;
  for (const GoAway& one : told) {
    EXPECT_GE(one.retry_after_ms, 3000u);
    EXPECT_EQ(one.spread_ms, 800u);
    EXPECT_EQ(one.deadline_ms, one.retry_after_ms + 1000) << "who obeys at the last is gone before";
    EXPECT_LE(one.deadline_ms, 18'000u);
    ++in_second[one.retry_after_ms / 1000];
  }
  // 1,500 begin over 14 s: evenly, whatever the second.
  for (const auto& [second, count] : in_second) EXPECT_LE(count, 110) << second;
  EXPECT_FALSE(std::is_sorted(told.begin(), told.end(), [](const GoAway& a, const GoAway& b) {
    return a.retry_after_ms < b.retry_after_ms;
  })) << "who came first does not go first";
}

TEST(Drain, ClosesWhoHasNotGoneAtTheEndOfItsPart) {
  HubRig rig({.shards = 2});
  std::vector<hub::ConnectionId> clients;
  for (std::uint16_t i = 0; i < 20; ++i) clients.push_back(rig.Greeted(i % 2));
  rig.shard(0).BeginDrain({3s, 15s, 1}, rig.now());
  rig.shard(1).BeginDrain({3s, 15s, 2}, rig.now());
  // Every other one obeys.
  for (std::size_t i = 0; i < clients.size(); i += 2) rig.Close(clients[i], 1000);
  std::map<std::size_t, GoAway> told;
  for (std::size_t i = 1; i < clients.size(); i += 2) told[i] = rig.Next<GoAway>(clients[i]);
  rig.Pass(2999ms);
  for (int ms = 2999; ms < 18'000; ms += 100) {
    for (const auto& [i, go_away] : told) {
      EXPECT_EQ(rig.wire(clients[i]).closed, static_cast<int>(go_away.deadline_ms) <= ms) << ms;
    }
    rig.Pass(100ms);
  }
  for (const auto& [i, go_away] : told) {
    EXPECT_EQ(rig.wire(clients[i]).code, DisconnectCode::kShutdown);
    EXPECT_EQ(rig.Next<Disconnect>(clients[i]).action, DisconnectAction::kFresh);
  }
  EXPECT_EQ(rig.shard(0).counts().sessions + rig.shard(1).counts().sessions, 0u);
}

TEST(Drain, RefusesWhoComesMeanwhileAndSendsThemElsewhere) {
  HubRig rig;
  rig.Greeted();
  const auto silent = rig.Open();
  rig.shard(0).BeginDrain({3s, 2s, 1}, rig.now());
  EXPECT_TRUE(rig.Take(silent).empty()) << "before Welcome a client takes nothing else";
  for (const auto late : {rig.Open(), silent}) {
    Hello hello;
    hello.protocol_version = 1;
    hello.producer = Bytes(std::string_view("0123456789abcdef"));
    rig.Say(late, {1, hello});
    EXPECT_EQ(rig.wire(late).code, DisconnectCode::kShutdown);
  }
}

TEST(Drain, BegunTwiceGoesOnAsItBegan) {
  HubRig rig;
  const auto client = rig.Greeted();
  rig.shard(0).BeginDrain({3s, 15s, 1}, rig.now());
  rig.Next<GoAway>(client);
  rig.shard(0).BeginDrain({1s, 1s, 1}, rig.now());
  EXPECT_TRUE(rig.Take(client).empty());
  rig.Pass(2500ms);
  EXPECT_FALSE(rig.wire(client).closed);
}

TEST(Drain, WithoutASpreadAllGoAfterTheNotice) {
  HubRig rig;
  const auto client = rig.Greeted();
  rig.shard(0).BeginDrain({2s, 0s, 1}, rig.now());
  const auto told = rig.Next<GoAway>(client);
  EXPECT_EQ(told.retry_after_ms, 2000u);
  EXPECT_EQ(told.spread_ms, 0u);
  rig.Pass(2s);
  EXPECT_TRUE(rig.wire(client).closed);
}

TEST(Drain, GoesOnPublishingToWhoIsStillThere) {
  HubRig rig({.shards = 2});
  const auto ada = rig.Greeted(0);
  const auto bob = rig.Greeted(1);
  rig.JoinRoom(ada, "chat:a");
  rig.JoinRoom(bob, "chat:a");
  rig.shard(0).BeginDrain({3s, 15s, 1}, rig.now());
  rig.shard(1).BeginDrain({3s, 15s, 1}, rig.now());
  rig.Publish(ada, "chat:a", "still here");
  rig.Settle();
  EXPECT_EQ(rig.Next<RoomBatch>(bob).publications.size(), 1u);
}

}  // namespace
}  // namespace roomcast::test
