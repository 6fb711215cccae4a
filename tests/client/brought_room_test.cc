// Rooms that the hub brings a client into: a backend's JoinUser, told with a Joined that answers
// nothing.
#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

#include "proto/protocol/limits.h"
#include "tests/support/client_world.h"
#include "tests/support/scripted_hub.h"

namespace roomcast::test {
namespace {

using client::Outcome;
using client::RoomId;
using client::RoomState;

class BroughtRoom : public ::testing::Test {
 protected:
  void TearDown() override { EXPECT_EQ(world.broken, ""); }
  void BeConnected() {
    world.Connect();
    hub.Accept();
  }

  ClientWorld world;
  ScriptedHub hub{world};
};

std::vector<std::string> HeardData(const ClientWorld& world) {
  std::vector<std::string> data;
  for (const auto& heard : world.heard) data.push_back(heard.data);
  return data;
}

TEST_F(BroughtRoom, ARoomThatNobodyAskedForIsWantedFromThenOn) {
  BeConnected();
  world.Say(hub.MakeJoined(roomcast::Join{.room = "chat:2"}, Verdict::kLive), 0);
  EXPECT_EQ(world.opened_rooms, std::vector<std::string>{"chat:2"});
  ASSERT_EQ(world.joined.size(), 1u);
  const RoomId brought = world.joined[0].room;
  EXPECT_EQ(world.Open("chat:2"), brought);
  EXPECT_EQ(world.core().room_state(brought), RoomState::kJoined);
  hub.Deliver("chat:2", 1, "welcome");
  EXPECT_EQ(HeardData(world), std::vector<std::string>{"welcome"});
  EXPECT_EQ(world.outcome(world.Join(brought))->outcome, Outcome::kDone);
  EXPECT_EQ(world.Next<roomcast::Join>(), nullptr);

  world.LoseSocket();
  while (world.socket() == client::kNoGeneration) world.Advance(10ms);
  world.Forget();
  world.OpenSocket();
  const Hello& hello = std::get<Hello>(world.sent().front()->body);
  ASSERT_EQ(hello.joins.size(), 1u);
  EXPECT_EQ(hello.joins[0].room.view, "chat:2");
  EXPECT_EQ(std::get<Position>(hello.joins[0].since), (Position{7, 1}));
}

TEST_F(BroughtRoom, WhoIsThereIsKnownAsSoonAsItIsAskedFor) {
  BeConnected();
  world.Say(hub.MakeJoined(roomcast::Join{.room = "chat:2"}, Verdict::kLive), 0);
  client::JoinOptions options;
  options.presence = PresenceInterest::kMembers;
  const client::CallId call = world.Join(world.joined[0].room, options);
  const ClientMessage* message = world.Next<roomcast::Join>();
  ASSERT_NE(message, nullptr);
  Joined joined = hub.MakeJoined(std::get<roomcast::Join>(message->body), Verdict::kLive);
  const std::vector<PresenceUser> ann{{"ann", 1, {}}};
  joined.presence = PresenceSnapshot{5, ann, 1, 1};
  world.Say(joined, message->id);
  EXPECT_EQ(world.outcome(call)->outcome, Outcome::kDone);
  EXPECT_EQ(world.presence, (std::vector<std::string>{"list: +ann(1); 1/1"}));
}

TEST_F(BroughtRoom, ARoomThatWasLeftCanBeBroughtBack) {
  BeConnected();
  const RoomId room = world.Open("chat:1");
  world.Join(room);
  hub.AnswerJoin();
  world.Leave(room);
  world.Say(hub.MakeJoined(roomcast::Join{.room = "chat:1"}, Verdict::kLive), 0);
  EXPECT_EQ(world.core().room_state(room), RoomState::kJoined);
  EXPECT_EQ(world.opened_rooms, std::vector<std::string>{"chat:1"});
}

TEST_F(BroughtRoom, WhatIsAskedForOrNoRoomOfItsOwnIsNotBroughtIn) {
  BeConnected();
  const RoomId room = world.Open("chat:1");
  world.Join(room);
  for (const char* name : {"chat:1", "$user:ada", " no name", ""}) {
    world.Say(hub.MakeJoined(roomcast::Join{.room = name}, Verdict::kLive), 0);
  }
  EXPECT_EQ(world.core().room_state(room), RoomState::kJoining) << "its answer is still to come";
  EXPECT_TRUE(world.opened_rooms.empty());
  hub.AnswerJoin();
  EXPECT_EQ(world.core().room_state(room), RoomState::kJoined);
}

TEST_F(BroughtRoom, AHubThatTellsOfEverMoreRoomsIsNotBelieved) {
  BeConnected();
  for (int i = 0; i < 1000; ++i) {
    const std::string name = "chat:more-" + std::to_string(i);
    world.Say(hub.MakeJoined(roomcast::Join{.room = name}, Verdict::kLive), 0);
  }
  EXPECT_EQ(world.opened_rooms.size(), kRoomsPerConnection);
}

}  // namespace
}  // namespace roomcast::test
