// What one session, and one room, may take: first an Error that says when to come again, then the
// end.
#include "proto/protocol/limits.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/support/hub_rig.h"

namespace roomcast::test {
namespace {

struct TooFast {
  std::string name;
  std::string says;
  std::function<void(hub::HubConfig&)> limit;  // to 2 a second and 4 at once
  std::function<ClientMessage(int)> message;
};

TEST(Limits, WhoIsTooFastIsToldWhenToComeAgainAndEndedIfItGoesOn) {
  const std::vector<TooFast> table{
      {"publishes", "2 publishes a second",
       [](hub::HubConfig& config) { config.publishes_per_second = 2, config.publish_burst = 4; },
       [](int) {
         return ClientMessage{9, Publish{.room = "chat:a"}};
       }},
      {"joins", "2 joins a second",
       [](hub::HubConfig& config) { config.joins_per_second = 2, config.join_burst = 4; },
       [](int i) {
         return ClientMessage{9, Join{.room = i % 2 == 0 ? "chat:a" : "chat:b"}};
       }},
      {"commands", "2 commands a second",
       [](hub::HubConfig& config) { config.commands_per_second = 2, config.command_burst = 4; },
       [](int) {
         return ClientMessage{9, Leave{.room = "chat:elsewhere"}};
       }},
  };
  for (const TooFast& row : table) {
    SCOPED_TRACE(row.name);
    HubRig::Options options;
    hub::HubConfig config = HubRig::DefaultConfig(options);
    for (hub::NamespaceConfig& one : config.namespaces) one.may_publish = hub::Who::kAnyone;
    row.limit(config);
    HubRig rig(options, config);
    const auto connection = rig.Greeted();
    const auto say = [&](int i) {
      rig.Say(connection, row.message(i));
      rig.Settle();
      for (const ServerMessage& answer : rig.Take(connection)) {
        if (const auto* error = std::get_if<Error>(&answer.body)) return *error;
      }
      return Error{};
    };
    for (int i = 0; i < 4; ++i) EXPECT_EQ(say(i).code, 0u) << i;
    const Error told = say(4);
    EXPECT_EQ(told.code, static_cast<std::uint32_t>(ErrorCode::kTooManyRequests));
    EXPECT_TRUE(told.temporary);
    EXPECT_EQ(told.retry_after_ms, 500u);
    rig.Pass(500ms);
    EXPECT_EQ(say(5).code, 0u) << "after the time that it was told";
    for (int i = 0; i < 4; ++i) EXPECT_NE(say(i).code, 0u);
    EXPECT_FALSE(rig.wire(connection).closed);
    say(0);
    EXPECT_EQ(rig.wire(connection).code, DisconnectCode::kRateLimited);
  }
}

TEST(Limits, HeartbeatsAreNoCommands) {
  HubRig::Options options;
  hub::HubConfig config = HubRig::DefaultConfig(options);
  config.commands_per_second = config.command_burst = 1;
  HubRig rig(options, config);
  const auto connection = rig.Greeted();
  for (std::uint64_t i = 1; i < 50; ++i) rig.Say(connection, {0, Ping{.sequence = i}});
  EXPECT_EQ(rig.Take(connection).size(), 49u);
}

TEST(Limits, AFullRoomIsRefusedUntilSomebodyLeaves) {
  HubRig::Options options{.shards = 2};
  hub::HubConfig config = HubRig::DefaultConfig(options);
  for (hub::NamespaceConfig& one : config.namespaces) one.capacity = 2;
  HubRig rig(options, config);
  const auto first = rig.Greeted(0);
  rig.JoinRoom(first, "chat:a");
  rig.JoinRoom(rig.Greeted(1), "chat:a");
  const auto third = rig.Greeted(1);
  const auto join = [&] {
    rig.Say(third, {2, Join{.room = "chat:a"}});
    rig.Settle();
  };
  join();
  const auto refused = rig.Next<Error>(third);
  EXPECT_EQ(refused.code, static_cast<std::uint32_t>(ErrorCode::kRoomFull));
  EXPECT_EQ(refused.message.view, "the room has 2 members, the most is 2");
  EXPECT_TRUE(refused.temporary);
  rig.Say(first, {3, Leave{.room = "chat:a"}});
  rig.Settle();
  join();
  rig.Next<Joined>(third);
}

TEST(Limits, ARoomTakesOnlySoManyPublishesWhoeverTheyAreFrom) {
  HubRig::Options options{.shards = 2};
  hub::HubConfig config = HubRig::DefaultConfig(options);
  for (hub::NamespaceConfig& one : config.namespaces) {
    if (one.name == "chat") one.publishes_per_second = 2, one.publish_burst = 4;
  }
  HubRig rig(options, config);
  std::vector<hub::ConnectionId> speakers;
  for (std::uint16_t i = 0; i < 4; ++i) {
    speakers.push_back(rig.Greeted(i % 2, "", i + 1));
    rig.JoinRoom(speakers.back(), "chat:a");
    rig.Publish(speakers.back(), "chat:a", "x", 1, 5);
    rig.Settle();
    rig.Next<Published>(speakers.back());
  }
  rig.Publish(speakers[0], "chat:a", "x", 2, 6);
  rig.Settle();
  const auto told = rig.Next<Error>(speakers[0]);
  EXPECT_EQ(told.code, static_cast<std::uint32_t>(ErrorCode::kTooManyRequests));
  EXPECT_EQ(told.retry_after_ms, 500u);
  // One that took effect is recognised all the same.
  rig.Publish(speakers[0], "chat:a", "x", 1, 7);
  rig.Settle();
  EXPECT_TRUE(rig.Next<Published>(speakers[0]).duplicate);
  rig.Pass(500ms);
  rig.Publish(speakers[0], "chat:a", "x", 2, 8);
  rig.Settle();
  EXPECT_FALSE(rig.Next<Published>(speakers[0]).duplicate);
}

// Goal: whoever makes up names, a million a minute, cannot make the hub hold them.
TEST(Limits, RoomNamesThatComeAndGoLeaveNoRoomAndNoHistory) {
  HubRig::Options options;
  hub::HubConfig config = HubRig::DefaultConfig(options);
  config.joins_per_second = config.commands_per_second = config.publishes_per_second = 1'000'000;
  config.join_burst = config.command_burst = config.publish_burst = 1'000'000;
  for (hub::NamespaceConfig& one : config.namespaces) one.may_publish = hub::Who::kAnyone;
  HubRig rig(options, config);
  const auto connection = rig.Greeted();
  constexpr int kNames = 5000;
  for (int i = 0; i < kNames; ++i) {
    const std::string name = "chat:joined" + std::to_string(i);
    rig.Say(connection, {0, Join{.room = name}});
    rig.Say(connection, {0, Leave{.room = name}});
  }
  rig.Settle();
  EXPECT_EQ(rig.shard(0).counts().rooms, 0u);
  for (int i = 0; i < kNames; ++i) {
    const std::string name = "chat:said" + std::to_string(i);
    rig.Say(connection, {0, Publish{.room = name}});
  }
  rig.Settle();
  EXPECT_EQ(rig.shard(0).counts().rooms, static_cast<std::size_t>(kNames));
  EXPECT_GT(rig.shard(0).counts().history_bytes, 0u);
  rig.Close(connection, 1000);
  // Until history is over, and the next look after it.
  rig.Pass(kHistoryTtl + 61s);
  EXPECT_EQ(rig.shard(0).counts().rooms, 0u);
  EXPECT_EQ(rig.shard(0).counts().history_bytes, 0u);
}

TEST(Limits, AHubHasOnlySoManyRooms) {
  HubRig::Options options;
  hub::HubConfig config = HubRig::DefaultConfig(options);
  config.rooms_max = 10;
  config.rooms_per_connection = 20;
  HubRig rig(options, config);
  const auto connection = rig.Greeted();
  for (int i = 0; i < 10; ++i) rig.JoinRoom(connection, "chat:" + std::to_string(i));
  rig.Say(connection, {2, Join{.room = "chat:more"}});
  rig.Settle();
  EXPECT_EQ(rig.Next<Error>(connection).code, static_cast<std::uint32_t>(ErrorCode::kOverloaded));
  rig.Say(connection, {3, Leave{.room = "chat:0"}});
  rig.Settle();
  rig.JoinRoom(connection, "chat:more");
  EXPECT_EQ(rig.shard(0).counts().rooms, 10u);
}

}  // namespace
}  // namespace roomcast::test
