// Rooms of a Hello between their home's answer and Welcome: the session is counted in them already,
// and has said nothing and heard nothing yet.
#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

#include "server/hub/home.h"
#include "server/hub/inspector.h"
#include "tests/hub/visitor.h"

namespace roomcast::test {
namespace {

// A hub of three shards whose last one is held up, and a Hello at the first with one room at home
// on the second and one on the last: one answer is there, and Welcome waits for the other.
class GreetingRooms : public ::testing::Test {
 protected:
  static hub::HubConfig Config() {
    hub::HubConfig config = ConfigOf(3);
    for (hub::NamespaceConfig& one : config.namespaces) {
      one.presence.mode = PresenceInterest::kMembers;
    }
    return config;
  }
  std::string RoomAtHome(std::uint16_t shard) {
    std::string room = "chat:";
    while (hub::HomeShardOf(rig.config(), room) != hub::ShardId{shard}) room += "x";
    return room;
  }
  // As far as the first answer.
  hub::ConnectionId Greet(std::string_view token = "") {
    const hub::ConnectionId connection = rig.Open(0);
    Hello hello;
    hello.protocol_version = 1;
    hello.token = token;
    hello.producer = Bytes(std::string_view("0123456789abcdef"));
    const std::vector<Join> joins{{.room = near, .presence = PresenceInterest::kMembers},
                                  {.room = far}};
    hello.joins = joins;
    rig.Say(connection, {1, hello});
    rig.Hold(2, true);
    rig.Settle();
    EXPECT_TRUE(rig.Take(connection).empty());
    EXPECT_EQ(MembersOf(near), 1u);
    return connection;
  }
  void Welcome() {
    rig.Hold(2, false);
    rig.Settle();
  }
  std::uint32_t MembersOf(const std::string& room) {
    hub::RoomsAsk ask;
    ask.name_prefix = room;
    const auto home = static_cast<std::uint16_t>(hub::HomeShardOf(rig.config(), room));
    const hub::RoomsPage page = rig.shard(home).inspector().Rooms(ask);
    return page.rooms.empty() ? 0 : page.rooms[0].members;
  }

  HubRig rig{{.shards = 3}, Config()};
  const std::string near = RoomAtHome(1);
  const std::string far = RoomAtHome(2);
};

TEST_F(GreetingRooms, ASessionThatEndsBeforeWelcomeIsInNone) {
  const auto connection = Greet();
  rig.Close(connection);
  Welcome();
  rig.Pass(11s);
  EXPECT_EQ(MembersOf(near), 0u);
  EXPECT_EQ(MembersOf(far), 0u);
  const auto present = rig.shard(1).inspector().PresenceOf(near, {}, 10);
  EXPECT_EQ(std::get<hub::PresenceState>(present).user_count, 0u);
}

TEST_F(GreetingRooms, ASessionThatIsLostBeforeWelcomeComesBackToEachRoomOnce) {
  Client ada;
  ada.Connect(rig, 0, "user:ada", {{.room = near}, {.room = far}});
  rig.Close(ada.connection);
  rig.Settle();
  rig.Hold(2, true);
  ada.Connect(rig, 0, "user:ada", {{.room = near}, {.room = far}});
  rig.Close(ada.connection);
  Welcome();
  ada.Connect(rig, 1, "user:ada", {{.room = near}, {.room = far}});
  EXPECT_TRUE(ada.resumed);
  EXPECT_EQ(MembersOf(near), 1u);
  EXPECT_EQ(MembersOf(far), 1u);
}

TEST_F(GreetingRooms, WhatIsSaidMeanwhileFollowsWelcome) {
  const auto connection = Greet();
  Push(rig, near, "meanwhile");
  rig.Settle();
  EXPECT_TRUE(rig.Take(connection).empty()) << "nothing comes before Welcome";
  Welcome();
  const RoomBatch batch = rig.Next<RoomBatch>(connection);
  ASSERT_EQ(batch.publications.size(), 1u);
  EXPECT_EQ(batch.publications[0].data.view, "meanwhile");
}

TEST_F(GreetingRooms, WhoComesMeanwhileIsToldAfterWelcome) {
  const auto connection = Greet();
  const auto bob = rig.Greeted(1, "user:bob");
  rig.Say(bob, {2, Join{.room = near}});
  rig.Pass(200ms);
  EXPECT_TRUE(rig.Take(connection).empty());
  Welcome();
  const Presence told = rig.Next<Presence>(connection);
  ASSERT_EQ(told.joins.size(), 2u) << "itself, and";
  EXPECT_EQ(told.joins[1].user.view, "bob");
}

TEST_F(GreetingRooms, AStreamThatBeginsAnewMeanwhileIsTheOneOfWelcome) {
  const auto connection = Greet();
  hub::StreamReset reset;
  // Whatever handle the room has: the first of its home.
  hub::RoomsAsk ask;
  ask.name_prefix = near;
  reset.handle = rig.shard(1).inspector().Rooms(ask).rooms[0].handle;
  reset.position = {99, 5};
  rig.Mail(0, reset);
  rig.Settle();
  EXPECT_TRUE(rig.Take(connection).empty());
  Welcome();
  const auto all = rig.Take(connection);
  ASSERT_EQ(all.size(), 1u) << "no Reset: Welcome says it";
  const auto& welcome = std::get<roomcast::Welcome>(all[0].body);
  EXPECT_EQ(std::get<Joined>(welcome.joins[0].outcome).position, (Position{99, 5}));
}

}  // namespace
}  // namespace roomcast::test
