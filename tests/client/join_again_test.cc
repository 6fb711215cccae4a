// Joins of a room that is joined already: what is new in them is told to the hub at once.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tests/support/client_world.h"
#include "tests/support/scripted_hub.h"

namespace roomcast::test {
namespace {

using client::CallId;
using client::Outcome;
using client::RoomId;
using client::RoomState;

class JoinAgain : public ::testing::Test {
 protected:
  void TearDown() override { EXPECT_EQ(world.broken, ""); }
  void BeConnected() {
    world.Connect();
    hub.Accept();
  }
  // Another connection, up to its Hello.
  const Hello& SayHello() {
    world.LoseSocket();
    while (world.socket() == client::kNoGeneration) world.Advance(10ms);
    world.Forget();
    world.OpenSocket();
    return std::get<Hello>(world.sent().back()->body);
  }

  ClientWorld world;
  ScriptedHub hub{world};
  RoomId room = world.Open("chat:1");
};

client::JoinOptions Wanting(PresenceInterest presence, std::string_view data = {},
                            std::string_view token = {}) {
  client::JoinOptions options;
  options.presence = presence;
  options.member_data = data;
  options.token = token;
  return options;
}

TEST_F(JoinAgain, AMemberWhoWantsMoreTellsTheHubAtOnce) {
  BeConnected();
  world.Join(room);
  hub.AnswerJoin();
  world.Forget();
  const CallId call = world.Join(room, Wanting(PresenceInterest::kMembers, "{}", "room token"));
  EXPECT_FALSE(world.settled(call));
  const ClientMessage* message = world.Next<roomcast::Join>();
  ASSERT_NE(message, nullptr);
  const roomcast::Join& join = std::get<roomcast::Join>(message->body);
  EXPECT_EQ(join.presence, PresenceInterest::kMembers);
  EXPECT_EQ(join.member_data.view, "{}");
  EXPECT_EQ(join.token.view, "room token");
  Joined joined = hub.MakeJoined(join, Verdict::kLive);
  const std::vector<PresenceUser> ann{{"ann", 1, {}}};
  joined.presence = PresenceSnapshot{5, ann, 1, 1};
  world.Say(joined, message->id);
  EXPECT_EQ(world.outcome(call)->outcome, Outcome::kDone);
  EXPECT_EQ(world.presence, (std::vector<std::string>{"list: +ann(1); 1/1"}));
  EXPECT_EQ(world.joined.size(), 1u) << "it was in, and nothing is read anew";
  hub.Deliver("chat:1", 1, "a");
  ASSERT_EQ(world.heard.size(), 1u);
}

TEST_F(JoinAgain, WhoSaysNothingNewTakesNothingAwayAndAsksNothing) {
  BeConnected();
  world.Join(room, Wanting(PresenceInterest::kMembers, "{}", "room token"));
  hub.AnswerJoin();
  world.Forget();
  EXPECT_EQ(world.outcome(world.Join(room))->outcome, Outcome::kDone);
  const auto same = Wanting(PresenceInterest::kCounts, "{}", "room token");
  EXPECT_EQ(world.outcome(world.Join(room, same))->outcome, Outcome::kDone);
  EXPECT_TRUE(world.Silent());
  const Hello& hello = SayHello();
  ASSERT_EQ(hello.joins.size(), 1u);
  EXPECT_EQ(hello.joins[0].presence, PresenceInterest::kMembers);
  EXPECT_EQ(hello.joins[0].member_data.view, "{}");
  EXPECT_EQ(hello.joins[0].token.view, "room token");
}

TEST_F(JoinAgain, WhatIsWantedWhileTheJoinIsUnderWayIsAskedForAfterIt) {
  BeConnected();
  const CallId first = world.Join(room);
  const CallId more = world.Join(room, Wanting(PresenceInterest::kCounts));
  hub.AnswerJoin();
  EXPECT_EQ(world.outcome(first)->outcome, Outcome::kDone);
  EXPECT_EQ(world.outcome(more)->outcome, Outcome::kDone);
  const ClientMessage* message = world.Next<roomcast::Join>();
  ASSERT_NE(message, nullptr);
  EXPECT_EQ(std::get<roomcast::Join>(message->body).presence, PresenceInterest::kCounts);
  world.Join(room, Wanting(PresenceInterest::kMembers));
  hub.AnswerJoin();
  EXPECT_EQ(world.unsettled(), 0u);
  EXPECT_EQ(world.core().room_state(room), RoomState::kJoined);
}

TEST_F(JoinAgain, AMemberWhoseNewTokenIsRefusedStaysWithTheOldOne) {
  BeConnected();
  world.Join(room, Wanting(PresenceInterest::kNone, {}, "good"));
  hub.AnswerJoin();
  const CallId call = world.Join(room, Wanting(PresenceInterest::kNone, {}, "bad"));
  hub.RefuseJoin(ErrorCode::kPermissionDenied, false);
  EXPECT_EQ(world.outcome(call)->code, "permission_denied");
  EXPECT_EQ(world.core().room_state(room), RoomState::kJoined);
  EXPECT_TRUE(world.lefts.empty());
  EXPECT_EQ(SayHello().joins[0].token.view, "good");
}

TEST_F(JoinAgain, ARefusalIsForWhoAskedSoAndAnotherTokenIsTriedAfterIt) {
  BeConnected();
  const CallId bad = world.Join(room, Wanting(PresenceInterest::kNone, {}, "bad"));
  const CallId good = world.Join(room, Wanting(PresenceInterest::kNone, {}, "good"));
  hub.RefuseJoin(ErrorCode::kPermissionDenied, false);
  EXPECT_EQ(world.outcome(bad)->code, "permission_denied");
  EXPECT_FALSE(world.settled(good));
  EXPECT_EQ(world.core().room_state(room), RoomState::kJoining);
  EXPECT_TRUE(world.lefts.empty());
  hub.AnswerJoin();
  EXPECT_EQ(world.outcome(good)->outcome, Outcome::kDone);
  EXPECT_EQ(SayHello().joins[0].token.view, "good");
}

TEST_F(JoinAgain, WhoComesWithABadTokenIsNotToldThatAGoodOneWasTaken) {
  BeConnected();
  const CallId good = world.Join(room, Wanting(PresenceInterest::kNone, {}, "good"));
  const CallId bad = world.Join(room, Wanting(PresenceInterest::kNone, {}, "bad"));
  hub.AnswerJoin();
  EXPECT_EQ(world.outcome(good)->outcome, Outcome::kDone);
  EXPECT_FALSE(world.settled(bad));
  hub.RefuseJoin(ErrorCode::kPermissionDenied, false);
  EXPECT_EQ(world.outcome(bad)->code, "permission_denied");
  EXPECT_EQ(world.core().room_state(room), RoomState::kJoined);
  EXPECT_EQ(SayHello().joins[0].token.view, "good");
}

TEST_F(JoinAgain, AMembersTokensAreTriedOneAfterTheOther) {
  BeConnected();
  world.Join(room, Wanting(PresenceInterest::kNone, {}, "first"));
  hub.AnswerJoin();
  const CallId bad = world.Join(room, Wanting(PresenceInterest::kNone, {}, "bad"));
  const CallId good = world.Join(room, Wanting(PresenceInterest::kNone, {}, "good"));
  hub.RefuseJoin(ErrorCode::kPermissionDenied, false);
  EXPECT_EQ(world.outcome(bad)->code, "permission_denied");
  EXPECT_FALSE(world.settled(good));
  hub.AnswerJoin();
  EXPECT_EQ(world.outcome(good)->outcome, Outcome::kDone);
  EXPECT_EQ(SayHello().joins[0].token.view, "good");
}

TEST_F(JoinAgain, AnAnswerThatNeverComesKeepsNobodyWaiting) {
  BeConnected();
  world.Join(room);
  hub.AnswerJoin();
  const CallId lost = world.Join(room, Wanting(PresenceInterest::kNone, {}, "lost"));
  hub.Ping();
  world.Advance(kCallTimeout);
  EXPECT_EQ(world.outcome(lost)->code, "timeout");
  world.Forget();
  const CallId call = world.Join(room, Wanting(PresenceInterest::kNone, {}, "other"));
  hub.AnswerJoin();
  EXPECT_EQ(world.outcome(call)->outcome, Outcome::kDone);
}

}  // namespace
}  // namespace roomcast::test
