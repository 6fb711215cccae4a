// What one session, and one room, may take: first an Error that says when to come again, then the
// end.
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
