#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "tests/support/client_world.h"
#include "tests/support/scripted_hub.h"

// What a room is asked: pages of its history, who is in it.

namespace roomcast::test {
namespace {

using client::CallId;
using client::Outcome;
using client::RoomId;
using Lines = std::vector<std::string>;

class AsksStory : public ::testing::Test {
 protected:
  void TearDown() override { EXPECT_EQ(world.broken, ""); }

  void BeConnected() {
    world.Connect();
    hub.Accept();
  }
  // Joined with everything that there is to know of the others.
  void BeJoined(const PresenceSnapshot& snapshot) {
    if (world.core().state() != client::ConnectionState::kConnected) BeConnected();
    client::JoinOptions options;
    options.presence = PresenceInterest::kMembers;
    world.Join(room, options);
    const ClientMessage* asked = world.Next<Join>();
    ASSERT_NE(asked, nullptr);
    Joined joined = hub.MakeJoined(std::get<Join>(asked->body), Verdict::kLive);
    joined.presence = snapshot;
    world.Say(joined, asked->id);
  }
  Lines Told() { return std::exchange(world.presence, {}); }
  Presence Change(std::uint64_t version, std::uint32_t users) {
    Presence presence;
    presence.handle = hub.stream("chat:1").handle;
    presence.version = version;
    presence.user_count = presence.session_count = users;
    return presence;
  }
  // What PresenceGet asked for, with the id to answer it by.
  const ClientMessage& Asked() {
    const ClientMessage* message = world.Next<PresenceGet>();
    if (message != nullptr) return *message;
    ADD_FAILURE() << "nobody was asked who is there";
    static const ClientMessage kNothing{0, PresenceGet{}};
    return kNothing;
  }
  std::string_view CursorOf(const ClientMessage& message) {
    return std::get<PresenceGet>(message.body).cursor.view;
  }
  void AnswerPage(const ClientMessage& asked, std::uint64_t version,
                  const std::vector<PresenceUser>& users, std::string_view cursor) {
    world.Say(PresencePage{PresenceSnapshot{version, users, 9, 9}, cursor}, asked.id);
  }

  ClientWorld world;
  ScriptedHub hub{world};
  RoomId room = world.Open("chat:1");
  const std::vector<PresenceUser> ann_and_bob{{"ann", 1, Bytes("a")}, {"bob", 2, {}}};
};

// ---- Presence

TEST_F(AsksStory, WhoIsThereComesWithJoinedAndChangesFollow) {
  BeJoined({5, ann_and_bob, 2, 3});
  EXPECT_EQ(Told(), (Lines{"list: +ann(1)a +bob(2); 2/3"}));
  const std::vector<PresenceUser> cid{{"cid", 1, {}}};
  const std::vector<PresenceUser> bob{{"bob", 1, Bytes("b")}};
  const std::vector<Text> ann{"ann"};
  Presence change = Change(6, 2);
  change.joins = cid;
  change.updates = bob;
  change.leaves = ann;
  world.Say(change);
  EXPECT_EQ(Told(), (Lines{"+cid(1) =bob(1)b -ann; 2/2"}));
  world.Say(change);
  EXPECT_EQ(Told(), Lines{}) << "a version that was seen changes nothing";
  EXPECT_EQ(world.Next<PresenceGet>(), nullptr);
}

TEST_F(AsksStory, AJumpOfTheVersionAsksForTheWholeListAgain) {
  BeJoined({5, ann_and_bob, 2, 3});
  Told();
  world.Say(Change(8, 1));
  const ClientMessage& asked = Asked();
  EXPECT_EQ(CursorOf(asked), "");
  AnswerPage(asked, 8, {{"bob", 2, {}}}, "");
  EXPECT_EQ(Told(), (Lines{"; 1/1", "list: +bob(2); 9/9"}));
  world.Say(Change(9, 3));
  EXPECT_EQ(world.Next<PresenceGet>(), nullptr);
}

TEST_F(AsksStory, AListThatDoesNotFitJoinedIsAskedForPageByPage) {
  BeJoined({5, {}, 2, 3});
  EXPECT_EQ(Told(), Lines{});
  const ClientMessage& first = Asked();
  AnswerPage(first, 5, {{"ann", 1, {}}}, "ann");
  const ClientMessage& second = Asked();
  EXPECT_EQ(CursorOf(second), "ann");
  // In its place in the order, it is between the pages.
  const std::vector<Text> ann{"ann"};
  Presence change = Change(6, 1);
  change.leaves = ann;
  world.Say(change);
  AnswerPage(second, 6, {{"bob", 2, {}}}, "");
  EXPECT_EQ(Told(), (Lines{"list: +ann(1); 9/9 and more", "-ann; 1/1 and more", "+bob(2); 9/9"}));
}

TEST_F(AsksStory, AChangeLostBetweenTwoPagesBeginsTheListAgain) {
  BeJoined({5, {}, 2, 3});
  AnswerPage(Asked(), 5, {{"ann", 1, {}}}, "ann");
  AnswerPage(Asked(), 7, {{"bob", 2, {}}}, "");
  const ClientMessage& again = Asked();
  EXPECT_EQ(CursorOf(again), "");
  AnswerPage(again, 7, {{"bob", 2, {}}}, "");
  EXPECT_EQ(Told(),
            (Lines{"list: +ann(1); 9/9 and more", "+bob(2); 9/9 and more", "list: +bob(2); 9/9"}));
}

TEST_F(AsksStory, ARefusedPageIsAskedForAtTheNextChange) {
  BeJoined({5, {}, 2, 3});
  hub.Refuse(Asked().id, ErrorCode::kOverloaded, true);
  EXPECT_EQ(world.problems, Lines{});
  world.Say(Change(6, 1));
  AnswerPage(Asked(), 6, {{"bob", 2, {}}}, "");
  EXPECT_EQ(Told().back(), "list: +bob(2); 9/9");
}

TEST_F(AsksStory, ARefusedPageIsAskedForAgainEvenIfNothingChanges) {
  BeJoined({5, {}, 2, 3});
  hub.Refuse(Asked().id, ErrorCode::kOverloaded, true, 3'000);
  world.Advance(2'999ms);
  EXPECT_EQ(world.Next<PresenceGet>(), nullptr);
  world.Advance(1ms);
  hub.Refuse(Asked().id, ErrorCode::kOverloaded, true);
  world.Advance(999ms);
  EXPECT_EQ(world.Next<PresenceGet>(), nullptr) << "never sooner than after a second";
  world.Advance(1s);
  AnswerPage(Asked(), 5, {{"bob", 2, {}}}, "");
  EXPECT_EQ(Told(), (Lines{"list: +bob(2); 9/9"}));
  world.Advance(30s);
  EXPECT_EQ(world.Next<PresenceGet>(), nullptr) << "once is enough";
}

TEST_F(AsksStory, APageThatIsRefusedForGoodIsNotAskedForAgain) {
  BeJoined({5, {}, 2, 3});
  hub.Refuse(Asked().id, ErrorCode::kPermissionDenied);
  world.Advance(30s);
  EXPECT_EQ(world.Next<PresenceGet>(), nullptr);
}

TEST_F(AsksStory, AfterAReconnectTheHubsNewVersionCounts) {
  BeJoined({50, ann_and_bob, 2, 3});
  world.LoseSocket();
  while (world.socket() == client::kNoGeneration) world.Advance(10ms);
  world.OpenSocket();
  hub.Welcome();
  Told();
  world.Say(Change(2, 1));
  const ClientMessage& asked = Asked();
  AnswerPage(asked, 2, ann_and_bob, "");
  EXPECT_EQ(Told().back(), "list: +ann(1)a +bob(2); 9/9");
}

TEST_F(AsksStory, WhoWantsNumbersOnlyIsNotAskedFor) {
  BeConnected();
  client::JoinOptions options;
  options.presence = PresenceInterest::kCounts;
  world.Join(room, options);
  const ClientMessage* asked = world.Next<Join>();
  Joined joined = hub.MakeJoined(std::get<Join>(asked->body), Verdict::kLive);
  joined.presence = PresenceSnapshot{5, {}, 700, 900};
  world.Say(joined, asked->id);
  world.Say(Change(9, 701));
  EXPECT_EQ(Told(), (Lines{"list:; 700/900", "; 701/701"}));
  EXPECT_EQ(world.Next<PresenceGet>(), nullptr);
}

TEST_F(AsksStory, NewMemberDataIsToldAndTravelsWithEveryLaterJoin) {
  BeJoined({5, ann_and_bob, 2, 3});
  const CallId call = world.UpdateMember(room, "typing");
  const ClientMessage* update = world.Next<PresenceUpdate>();
  ASSERT_NE(update, nullptr);
  EXPECT_EQ(std::get<PresenceUpdate>(update->body).member_data.view, "typing");
  world.Say(Ok{}, update->id);
  EXPECT_EQ(world.outcome(call)->outcome, Outcome::kDone);
  world.LoseSocket();
  while (world.socket() == client::kNoGeneration) world.Advance(10ms);
  world.OpenSocket();
  const ClientMessage* hello = world.Next<Hello>();
  ASSERT_NE(hello, nullptr);
  EXPECT_EQ(std::get<Hello>(hello->body).joins[0].member_data.view, "typing");
  EXPECT_EQ(world.outcome(world.UpdateMember(room, std::string(1025, 'x')))->code, "too_large");
}

// ---- History

TEST_F(AsksStory, APageOfHistoryComesBeforeItsCallSettles) {
  BeConnected();
  const CallId call = world.History(room, {Position{7, 40}, 2, true});
  const ClientMessage* message = world.Next<History>();
  ASSERT_NE(message, nullptr);
  const History& asked = std::get<History>(message->body);
  EXPECT_EQ(asked.room.view, "chat:1");
  EXPECT_EQ(asked.before, (Position{7, 40}));
  EXPECT_FALSE(asked.since);
  EXPECT_EQ(asked.limit, 2u);
  EXPECT_TRUE(asked.reverse);
  Publication publications[2];
  publications[0].offset = 39, publications[0].data = Bytes("b");
  publications[1].offset = 38, publications[1].data = Bytes("a");
  world.Say(HistoryPage{Position{7, 50}, {publications, 2}, true, false}, message->id);
  ASSERT_EQ(world.heard.size(), 2u);
  EXPECT_EQ(world.heard[0].data, "b");
  EXPECT_EQ(world.heard[1].history, call);
  const auto ended = world.outcome(call);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->outcome, Outcome::kDone);
  EXPECT_EQ(ended->offset, 50u);
  EXPECT_TRUE(ended->more);
  EXPECT_FALSE(ended->lost);
  EXPECT_EQ(world.core().position(room), std::nullopt) << "reading history is not being there";
}

TEST_F(AsksStory, AQuestionWaitsForAConnectionAndIsAskedAgainOfAnyHub) {
  const CallId call = world.History(room);
  BeConnected();
  ASSERT_NE(world.Next<History>(), nullptr);
  world.LoseSocket();
  while (world.socket() == client::kNoGeneration) world.Advance(10ms);
  hub.instance = "hub-2";
  hub.Accept();
  const ClientMessage* again = world.Next<History>();
  ASSERT_NE(again, nullptr);
  EXPECT_FALSE(world.settled(call));
  EXPECT_EQ(world.core().stats().resent, 0u) << "which counts publishes";
  hub.Refuse(again->id, ErrorCode::kPermissionDenied);
  EXPECT_EQ(world.outcome(call)->outcome, Outcome::kRefused);
  EXPECT_EQ(world.outcome(call)->code, "permission_denied");
}

TEST_F(AsksStory, AnUnansweredQuestionTimesOutAndALateAnswerIsNothing) {
  BeConnected();
  const CallId call = world.History(room);
  const ClientMessage* message = world.Next<History>();
  world.Advance(11s);
  EXPECT_EQ(world.outcome(call)->code, "timeout");
  Publication publication;
  world.Say(HistoryPage{{}, {&publication, 1}, false, false}, message->id);
  EXPECT_TRUE(world.heard.empty());
}

TEST_F(AsksStory, QuestionsDoNotCountAmongThePublishesInFlight) {
  BeConnected();
  for (int i = 0; i < 70; ++i) world.History(room);
  world.Publish(room, "p");
  EXPECT_NE(world.Next<Publish>(), nullptr);
}

}  // namespace
}  // namespace roomcast::test
