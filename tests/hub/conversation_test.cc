// Joining, leaving, heartbeats and the ends of sessions.
#include <gtest/gtest.h>

#include "proto/protocol/frame.h"
#include "proto/protocol/limits.h"
#include "server/hub/home.h"
#include "tests/support/hub_rig.h"

namespace roomcast::test {
namespace {

TEST(Conversation, JoiningTwiceAnswersWithTheSameRoom) {
  HubRig rig;
  const auto connection = rig.Greeted();
  const Joined first = rig.JoinRoom(connection, "chat:a");
  const std::uint64_t handle = first.handle;
  EXPECT_EQ(rig.JoinRoom(connection, "chat:a").handle, handle);
  EXPECT_EQ(rig.shard(0).counts().members, 1u);
}

TEST(Conversation, LeavingARoomThatWasNeverJoinedIsOk) {
  HubRig rig;
  const auto connection = rig.Greeted();
  rig.Say(connection, {5, Leave{.room = "chat:a"}});
  const auto all = rig.Take(connection);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<Ok>(all[0].body));
}

struct Refused {
  std::string name;
  ErrorCode code;
  std::string room;
};

TEST(Conversation, AJoinThatMayNotBeIsAnsweredWithItsError) {
  const std::vector<Refused> table{
      {"no name", ErrorCode::kBadRoomName, ""},
      {"a name that is too long", ErrorCode::kBadRoomName, std::string(256, 'r')},
      {"a control character", ErrorCode::kBadRoomName, "chat:\n"},
      {"a space at the end", ErrorCode::kBadRoomName, "chat:a "},
      {"an unknown namespace", ErrorCode::kUnknownNamespace, "nowhere:a"},
      {"an unknown namespace of the hub's own", ErrorCode::kUnknownNamespace, "$sys:stats"},
      {"a namespace for users, for an anonymous session", ErrorCode::kPermissionDenied, "users:a"},
  };
  HubRig rig;
  const auto connection = rig.Greeted();
  for (const Refused& row : table) {
    SCOPED_TRACE(row.name);
    rig.Say(connection, {9, Join{.room = row.room}});
    rig.Settle();
    EXPECT_EQ(rig.Next<Error>(connection).code, static_cast<std::uint32_t>(row.code));
  }
  EXPECT_FALSE(rig.wire(connection).closed);
  EXPECT_EQ(rig.shard(0).counts().rooms, 0u) << "a refused join makes no room";
}

TEST(Conversation, ThereIsAMostOfRooms) {
  HubRig::Options options;
  hub::HubConfig config = HubRig::DefaultConfig(options);
  config.rooms_per_connection = 3;
  HubRig rig(options, config);
  const auto connection = rig.Greeted();
  for (const char* room : {"chat:a", "chat:b", "chat:c"}) rig.JoinRoom(connection, room);
  rig.Say(connection, {9, Join{.room = "chat:d"}});
  EXPECT_EQ(rig.Next<Error>(connection).code,
            static_cast<std::uint32_t>(ErrorCode::kLimitExceeded));
  rig.Say(connection, {10, Leave{.room = "chat:a"}});
  EXPECT_EQ(rig.JoinRoom(connection, "chat:d").room.view, "chat:d");
}

TEST(Conversation, ACommandThatIsNotKnownIsAnErrorAndNothingElse) {
  HubRig rig;
  const auto connection = rig.Greeted();
  rig.Say(connection, {3, {}});
  EXPECT_EQ(rig.Next<Error>(connection).code,
            static_cast<std::uint32_t>(ErrorCode::kUnknownCommand));
  rig.Say(connection, {4, Call{.method = "add"}});
  EXPECT_EQ(rig.Next<Error>(connection).code, static_cast<std::uint32_t>(ErrorCode::kNotAvailable));
}

TEST(Conversation, AProbeIsAnsweredAtOnce) {
  HubRig rig;
  const auto connection = rig.Greeted();
  rig.Say(connection, {0, Ping{.sequence = 12, .sent_at = 5}});
  const Pong pong = rig.Next<Pong>(connection);
  EXPECT_EQ(pong.sequence, 12u);
  EXPECT_EQ(pong.received_at, Microseconds(rig.now().wall));
}

TEST(Conversation, AClientThatAnswersPingsLives) {
  HubRig rig;
  const auto connection = rig.Greeted();
  int pings = 0;
  for (int second = 0; second < 300; ++second) {
    rig.Pass(1s);
    for (const ServerMessage& message : rig.Take(connection)) {
      const auto* ping = std::get_if<Ping>(&message.body);
      if (ping == nullptr) continue;
      ++pings;
      rig.Say(connection, {0, Pong{.sequence = ping->sequence}});
    }
  }
  EXPECT_FALSE(rig.wire(connection).closed);
  EXPECT_GE(pings, 11);
  EXPECT_LE(pings, 13);
  EXPECT_EQ(rig.events().round_trips, static_cast<std::uint64_t>(pings));
}

TEST(Conversation, AClientThatFallsSilentIsEndedWithinIntervalAndGrace) {
  HubRig rig;
  const auto connection = rig.Greeted();
  rig.Pass(34'999ms);
  EXPECT_FALSE(rig.wire(connection).closed);
  rig.Pass(1ms);
  EXPECT_EQ(rig.wire(connection).code, DisconnectCode::kNoPong);
  EXPECT_EQ(rig.shard(0).counts().sessions, 0u);
}

TEST(Conversation, WhatTheHubTakesToGreetIsNoSignOfTheClientsLife) {
  HubRig rig({.shards = 2});
  std::string user = "user:a";
  while (static_cast<int>(hub::HomeShardOfUser(rig.config(), user.substr(5))) != 1) user += 'a';
  const auto connection = rig.Open(0);
  Hello hello;
  hello.protocol_version = 1;
  hello.token = user;
  hello.producer = Bytes(std::string_view("0123456789abcdef"));
  rig.Hold(1, true);
  rig.Say(connection, {1, hello});
  rig.Pass(4s);
  rig.Hold(1, false);
  rig.Settle();
  rig.Next<Welcome>(connection);
  rig.Pass(30'999ms);
  EXPECT_FALSE(rig.wire(connection).closed);
  rig.Pass(1ms);
  EXPECT_EQ(rig.wire(connection).code, DisconnectCode::kNoPong);
}

TEST(Conversation, WhatWaitedAtTheDoorIsNoSignOfLifeWhenItIsLetIn) {
  HubRig rig;
  const auto connection = rig.Greeted();
  std::string bytes;
  AppendFrame(bytes, ClientMessage{0, Ping{.sequence = 1}});
  AppendFrame(bytes, ClientMessage{0, Pong{.sequence = 1}});
  rig.Pass(10s);
  rig.shard(0).OnMessage(connection, bytes, rig.now());
  rig.Pass(25s);
  EXPECT_EQ(rig.wire(connection).code, DisconnectCode::kNoPong);
}

TEST(Conversation, APeerThatTakesBytesIsNotDeclaredDead) {
  HubRig rig;
  const auto connection = rig.Greeted();
  for (int second = 0; second < 120; ++second) {
    rig.Pass(1s);
    rig.shard(0).OnAlive(connection, rig.now());
  }
  EXPECT_FALSE(rig.wire(connection).closed);
}

TEST(Conversation, ByeEndsTheSession) {
  HubRig rig;
  const auto connection = rig.Greeted();
  rig.JoinRoom(connection, "chat:a");
  rig.Say(connection, {0, Bye{}});
  EXPECT_EQ(rig.wire(connection).code, DisconnectCode::kNormal);
  EXPECT_EQ(rig.shard(0).counts().members, 0u);
}

TEST(Conversation, AStoppingHubSaysSoToEverybody) {
  HubRig rig;
  const auto one = rig.Greeted();
  const auto two = rig.Greeted();
  rig.shard(0).Shutdown(rig.now());
  for (const auto connection : {one, two}) {
    EXPECT_EQ(rig.wire(connection).code, DisconnectCode::kShutdown);
    EXPECT_EQ(rig.Next<Disconnect>(connection).action, DisconnectAction::kFresh);
  }
  EXPECT_EQ(rig.shard(0).counts().sessions, 0u);
}

TEST(Conversation, ARoomThatNobodyNeedsIsLetGo) {
  HubRig rig;
  const auto connection = rig.Greeted(0, "user:ada");
  for (int i = 0; i < 200; ++i) {
    const std::string room = "chat:" + std::to_string(i);
    rig.JoinRoom(connection, room);
    // Where nothing was said there is nothing to remember.
    if (i % 2 == 0) rig.Publish(connection, room, "hello");
    rig.Say(connection, {0, Leave{.room = room}});
  }
  EXPECT_EQ(rig.shard(0).counts().rooms, 100u);
  for (int second = 0; second < 420; ++second) {
    rig.Pass(1s);
    rig.shard(0).OnAlive(connection, rig.now());
  }
  EXPECT_EQ(rig.shard(0).counts().rooms, 0u);
}

}  // namespace
}  // namespace roomcast::test
