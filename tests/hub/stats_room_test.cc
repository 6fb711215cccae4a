// The hub's own figures: who may read them, that nobody but the hub says them, and that the hub
// knows whether anybody reads.
#include "server/hub/stats_room.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "server/hub/inspector.h"
#include "tests/hub/visitor.h"
#include "tests/support/hub_rig.h"

namespace roomcast::test {
namespace {

constexpr std::string_view kAdmin = "user:ada $sys:stats=manage";

hub::HubConfig WithStats(std::uint16_t shards) {
  hub::HubConfig config = ConfigOf(shards);
  config.namespaces.push_back(hub::StatsNamespace());
  return config;
}

// As the process does once a second.
void SayStats(HubRig& rig, std::string_view json) {
  hub::PublishToRoom publish;
  publish.origin.from = hub::FromHub{};
  publish.room = hub::kStatsRoom;
  publish.encoding = Encoding::kJson;
  publish.data = json;
  rig.Mail(static_cast<std::uint16_t>(hub::HomeShardOf(rig.config(), hub::kStatsRoom)), publish);
  rig.Settle();
}

std::size_t Readers(HubRig& rig) {
  std::size_t readers = 0;
  for (std::size_t shard = 0; shard < rig.shards(); ++shard) {
    readers += rig.shard(static_cast<std::uint16_t>(shard)).inspector().stats_readers();
  }
  return readers;
}

TEST(StatsRoom, IsHeardByWhoManagesIt) {
  HubRig rig({.shards = 3}, WithStats(3));
  Client ada;
  ada.Connect(rig, 1, std::string(kAdmin), {Join{.room = hub::kStatsRoom}});
  EXPECT_EQ(Readers(rig), 1u);
  SayStats(rig, R"({"now":1})");
  ada.Read(rig);
  EXPECT_EQ(ada.data, std::vector<std::string>{R"({"now":1})"});
  EXPECT_EQ(rig.events().publications, 0u) << "the hub's own words are no traffic";
  Client later;
  later.Connect(rig, 0, std::string(kAdmin),
                {Join{.room = hub::kStatsRoom, .since = LastCount{120}}});
  EXPECT_EQ(later.data, ada.data) << "who comes anew sees what was";
  rig.Close(later.connection);
  rig.Settle();

  rig.Say(ada.connection, {2, History{.room = hub::kStatsRoom, .limit = 5}});
  rig.Settle();
  EXPECT_EQ(rig.Next<HistoryPage>(ada.connection).publications.size(), 1u);
  rig.Say(ada.connection, {3, Leave{hub::kStatsRoom}});
  rig.Settle();
  EXPECT_EQ(Readers(rig), 0u);
}

TEST(StatsRoom, IsShutToEverybodyElse) {
  HubRig rig({.shards = 2}, WithStats(2));
  const auto refused = [&](Client& client, const ClientMessage& message) {
    rig.Say(client.connection, message);
    rig.Settle();
    return static_cast<ErrorCode>(rig.Next<Error>(client.connection).code);
  };
  for (const std::string token :
       {"", "user:bob", "user:bob *=join,publish,history,presence", "user:bob chat:*=manage",
        "user:bob $sys:stats=join,history", "user:bob $sys:other=manage"}) {
    Client bob;
    bob.Connect(rig, 0, token);
    EXPECT_EQ(refused(bob, {2, Join{.room = hub::kStatsRoom}}), ErrorCode::kPermissionDenied)
        << token;
    EXPECT_EQ(refused(bob, {3, History{.room = hub::kStatsRoom, .limit = 1}}),
              ErrorCode::kPermissionDenied)
        << token;
    EXPECT_EQ(Readers(rig), 0u) << token;
  }
  Client ada;
  ada.Connect(rig, 0, "user:ada $sys:*=manage,publish,join");
  EXPECT_EQ(refused(ada, {2, Publish{.room = hub::kStatsRoom}}), ErrorCode::kPermissionDenied);
  EXPECT_EQ(refused(ada, {3, Join{.room = "$sys:other"}}), ErrorCode::kPermissionDenied);
}

TEST(StatsRoom, IsSaidByNoBackend) {
  HubRig rig({}, WithStats(1));
  Push(rig, hub::kStatsRoom, "lies");
  ASSERT_EQ(rig.bridge_answers().size(), 1u);
  EXPECT_TRUE(rig.bridge_answers()[0].second.refused);
  EXPECT_EQ(rig.bridge_answers()[0].second.failure.code, ErrorCode::kPermissionDenied);
}

TEST(StatsRoom, IsLeftWhenTheRightIsGone) {
  HubRig rig({}, WithStats(1));
  Client ada;
  ada.Connect(rig, 0, std::string(kAdmin), {Join{.room = hub::kStatsRoom}});
  rig.Say(ada.connection, {2, Refresh{"user:ada"}});
  rig.Settle();
  EXPECT_EQ(rig.Next<Left>(ada.connection).code,
            static_cast<std::uint32_t>(LeftCode::kPermissionLost));
  EXPECT_EQ(Readers(rig), 0u);
}

TEST(StatsRoom, CountsWhoFellBehindUntilItIsCaughtUpOrGone) {
  HubRig rig;
  const auto behind = [&] { return rig.shard(0).inspector().behind(); };
  Client reader;
  reader.Connect(rig, 0, "", {Join{.room = "chat:busy"}, Join{.room = "drop:busy"}});
  rig.wire(reader.connection).slow = true;
  const std::string large(60'000, 'x');
  for (int i = 0; i < 8; ++i) {
    Push(rig, "chat:busy", large);
    Push(rig, "drop:busy", large);
  }
  EXPECT_EQ(behind(), 2u);
  for (int i = 0; i < 20 && behind() > 0; ++i) {
    rig.Drain(reader.connection);
    rig.Settle();
  }
  EXPECT_EQ(behind(), 0u);
  for (int i = 0; i < 8; ++i) Push(rig, "chat:busy", large);
  EXPECT_GT(behind(), 0u);
  rig.Close(reader.connection);
  rig.Settle();
  EXPECT_EQ(behind(), 0u);
}

}  // namespace
}  // namespace roomcast::test
