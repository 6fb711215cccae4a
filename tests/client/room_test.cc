#include <gtest/gtest.h>

#include <string>
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

class RoomStory : public ::testing::Test {
 protected:
  void TearDown() override { EXPECT_EQ(world.broken, ""); }
  void BeConnected() {
    world.Connect();
    hub.Accept();
  }
  void BeJoined() {
    BeConnected();
    world.Join(room);
    hub.AnswerJoin();
    ASSERT_EQ(world.core().room_state(room), RoomState::kJoined);
  }
  void Reopen() {
    if (world.socket() != client::kNoGeneration) world.LoseSocket();
    AwaitSocket();
  }
  void AwaitSocket() {
    while (world.socket() == client::kNoGeneration) world.Advance(10ms);
    world.Forget();
  }
  std::vector<std::string> HeardData() const {
    std::vector<std::string> data;
    for (const auto& heard : world.heard) data.push_back(heard.data);
    return data;
  }

  ClientWorld world;
  ScriptedHub hub{world};
  RoomId room = world.Open("chat:1");
};

TEST_F(RoomStory, ANameIsOneRoomAndABadNameIsNone) {
  EXPECT_EQ(world.Open("chat:1"), room);
  EXPECT_NE(world.Open("chat:2"), room);
  EXPECT_EQ(world.Open(" chat"), client::kNoRoom);
  EXPECT_EQ(world.problems, (std::vector<std::string>{"bad_room_name"}));
}

TEST_F(RoomStory, JoinIsDoneAtJoined) {
  BeConnected();
  const CallId call = world.Join(room);
  const CallId again = world.Join(room);
  EXPECT_FALSE(world.settled(call));
  hub.AnswerJoin();
  EXPECT_EQ(world.outcome(call)->outcome, Outcome::kDone);
  EXPECT_EQ(world.outcome(again)->outcome, Outcome::kDone);
  EXPECT_EQ(world.Next<roomcast::Join>(), nullptr) << "one Join for both";
  EXPECT_EQ(world.room_states, (std::vector<RoomState>{RoomState::kJoining, RoomState::kJoined}));
  ASSERT_EQ(world.joined.size(), 1u);
  EXPECT_FALSE(world.joined[0].again);
  EXPECT_EQ(world.outcome(world.Join(room))->outcome, Outcome::kDone);
}

TEST_F(RoomStory, ARoomWantedOfflineTravelsInHello) {
  const CallId call = world.Join(room);
  EXPECT_EQ(world.core().room_state(room), RoomState::kJoining);
  world.Connect();
  world.OpenSocket();
  const Hello& hello = std::get<Hello>(world.sent().front()->body);
  ASSERT_EQ(hello.joins.size(), 1u);
  EXPECT_EQ(hello.joins[0].room.view, "chat:1");
  hub.Welcome();
  EXPECT_EQ(world.outcome(call)->outcome, Outcome::kDone);
}

TEST_F(RoomStory, PublicationsComeInOrderAndOnce) {
  BeJoined();
  hub.Deliver("chat:1", 1, "a");
  hub.Deliver("chat:1", 2, "b");
  hub.Deliver("chat:1", 1, "a again");
  hub.Deliver("chat:1", 0, "ephemeral");
  EXPECT_EQ(HeardData(), (std::vector<std::string>{"a", "b", "ephemeral"}));
  EXPECT_EQ(world.core().stats().seen, 1u);
  EXPECT_EQ(world.heard[0].type, "said");
  EXPECT_EQ(world.heard[0].user, "bob");
  EXPECT_EQ(world.core().position(room)->offset, 2u);
}

TEST_F(RoomStory, ARejoinAsksFromThePositionAndReplayComesBeforeLive) {
  BeJoined();
  hub.Deliver("chat:1", 1, "a");
  hub.stream("chat:1").top = 3;
  Reopen();
  world.OpenSocket();
  const Hello& hello = std::get<Hello>(world.sent().back()->body);
  ASSERT_EQ(hello.joins.size(), 1u);
  EXPECT_EQ(std::get<Position>(hello.joins[0].since), (Position{7, 1}));
  hub.Welcome(true);
  ASSERT_EQ(world.joined.size(), 2u);
  EXPECT_TRUE(world.joined[1].again);
  EXPECT_TRUE(world.joined[1].recovered);
  EXPECT_EQ(world.joined[1].replayed, 2u);
  hub.Deliver("chat:1", 1, "overlap");
  hub.Deliver("chat:1", 2, "b");
  hub.Deliver("chat:1", 3, "c");
  hub.Deliver("chat:1", 4, "d");
  EXPECT_EQ(HeardData(), (std::vector<std::string>{"a", "b", "c", "d"}));
  EXPECT_TRUE(world.heard[2].replay);
  EXPECT_FALSE(world.heard[3].replay);
}

TEST_F(RoomStory, LostSaysSoAndReadingGoesOnFromWhereTheHubCan) {
  BeJoined();
  hub.Deliver("chat:1", 1, "a");
  hub.stream("chat:1").top = 9;
  Reopen();
  hub.Accept(false, Verdict::kLost);
  EXPECT_EQ(world.joined[1].verdict, Verdict::kLost);
  EXPECT_FALSE(world.joined[1].recovered);
  hub.Deliver("chat:1", 10, "k");
  EXPECT_EQ(HeardData(), (std::vector<std::string>{"a", "k"}));
}

TEST_F(RoomStory, AHubThatClaimsRecoveryAcrossEpochsIsNotBelieved) {
  BeJoined();
  hub.Deliver("chat:1", 1, "a");
  hub.stream("chat:1") = {8, 5, 300};
  Reopen();
  hub.Accept(false, Verdict::kRecovered);
  EXPECT_EQ(world.joined[1].verdict, Verdict::kLost);
  EXPECT_FALSE(world.joined[1].recovered);
}

TEST_F(RoomStory, AHoleEndsTheConnectionAndReadingGoesOnFromThePosition) {
  BeJoined();
  hub.Deliver("chat:1", 1, "a");
  hub.Deliver("chat:1", 3, "c");
  EXPECT_EQ(world.problems.back(), "bad_stream");
  EXPECT_EQ(world.core().stats().protocol_errors, 1u);
  EXPECT_EQ(HeardData(), (std::vector<std::string>{"a"}));
  AwaitSocket();
  world.OpenSocket();
  const Hello& hello = std::get<Hello>(world.sent().back()->body);
  EXPECT_EQ(std::get<Position>(hello.joins[0].since), (Position{7, 1}));
  hub.Welcome();
  hub.Deliver("chat:1", 2, "b");
  hub.Deliver("chat:1", 3, "c");
  EXPECT_EQ(HeardData(), (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(RoomStory, ATopsAboveWhatCameIsAHole) {
  BeJoined();
  hub.Deliver("chat:1", 1, "a");
  const std::uint64_t handle = hub.stream("chat:1").handle;
  const std::vector<Top> complete{{handle, 1}, {handle + 1, 9}};
  world.Say(Tops{complete});
  EXPECT_TRUE(world.problems.empty());
  const std::vector<Top> lost{{handle, 2}};
  world.Say(Tops{lost});
  EXPECT_EQ(world.problems.back(), "bad_stream");
}

TEST_F(RoomStory, AGapNamesWhatWillNotCome) {
  BeJoined();
  hub.Deliver("chat:1", 1, "a");
  const std::uint64_t handle = hub.stream("chat:1").handle;
  world.Say(Gap{handle, 2, 5, GapReason::kSlow});
  hub.Deliver("chat:1", 6, "f");
  ASSERT_EQ(world.gaps.size(), 1u);
  EXPECT_EQ(world.gaps[0].to, 5u);
  EXPECT_EQ(HeardData(), (std::vector<std::string>{"a", "f"}));
  world.Say(Gap{handle, 9, 12, GapReason::kSlow});
  EXPECT_EQ(world.problems.back(), "bad_stream") << "a hole below the gap";
}

TEST_F(RoomStory, AResetBeginsAnewInAnotherEpoch) {
  BeJoined();
  hub.Deliver("chat:1", 1, "a");
  hub.stream("chat:1").epoch = 9;
  world.Say(Reset{hub.stream("chat:1").handle, Position{9, 0}});
  hub.Deliver("chat:1", 1, "first of the new");
  EXPECT_EQ(world.resets.size(), 1u);
  EXPECT_EQ(HeardData().back(), "first of the new");
  EXPECT_EQ(world.core().position(room), (Position{9, 1}));
}

TEST_F(RoomStory, LiesAboutPositionsEndTheConnection) {
  BeConnected();
  world.Join(room);
  Joined joined;
  joined.room = "chat:1";
  joined.position = Position{7, 3};
  joined.start = 4;
  world.Say(joined, world.Next<roomcast::Join>()->id);
  EXPECT_EQ(world.problems.back(), "bad_frame");
  AwaitSocket();
  hub.Accept();
  world.Say(Reset{hub.stream("chat:1").handle, Position{0, 0}});
  EXPECT_EQ(world.problems.size(), 2u);
}

// ---- The last wish wins
// ---------------------------------------------------------------------------

TEST_F(RoomStory, LeaveIsDoneWhenTheHubKnows) {
  BeJoined();
  const CallId call = world.Leave(room);
  EXPECT_EQ(world.core().room_state(room), RoomState::kLeft);
  const ClientMessage* leave = world.Next<roomcast::Leave>();
  ASSERT_NE(leave, nullptr);
  EXPECT_FALSE(world.settled(call));
  world.Say(Ok{}, leave->id);
  EXPECT_EQ(world.outcome(call)->outcome, Outcome::kDone);
  EXPECT_EQ(world.lefts, (std::vector<std::string>{""}));
  EXPECT_EQ(world.outcome(world.Leave(room))->outcome, Outcome::kDone) << "it is out already";
  hub.Deliver("chat:1", 1, "on its way when we left");
  EXPECT_TRUE(world.heard.empty());
}

TEST_F(RoomStory, LeavingBeforeTheAnswerAbortsTheJoinAndTheAnswerMeansNothing) {
  BeConnected();
  const CallId join = world.Join(room);
  const ClientMessage* sent = world.Next<roomcast::Join>();
  world.Leave(room);
  EXPECT_EQ(world.outcome(join)->outcome, Outcome::kAborted);
  EXPECT_EQ(world.outcome(join)->code, "left");
  world.Say(hub.MakeJoined(std::get<roomcast::Join>(sent->body), Verdict::kLive), sent->id);
  EXPECT_EQ(world.core().room_state(room), RoomState::kLeft);
  hub.Deliver("chat:1", 1, "x");
  EXPECT_TRUE(world.heard.empty());
}

TEST_F(RoomStory, JoinLeaveJoinEndsInside) {
  BeConnected();
  world.Join(room);
  const ClientMessage* first = world.Next<roomcast::Join>();
  world.Leave(room);
  const CallId last = world.Join(room);
  ASSERT_NE(world.sent().size(), 0u);
  EXPECT_TRUE(std::holds_alternative<roomcast::Leave>(world.sent().front()->body));
  world.Say(hub.MakeJoined(std::get<roomcast::Join>(first->body), Verdict::kLive), first->id);
  EXPECT_EQ(world.core().room_state(room), RoomState::kJoining) << "that was the first asking";
  hub.AnswerJoin();
  EXPECT_EQ(world.core().room_state(room), RoomState::kJoined);
  EXPECT_EQ(world.outcome(last)->outcome, Outcome::kDone);
}

TEST_F(RoomStory, ARoomLeftBetweenHelloAndWelcomeIsLeftAtTheHubToo) {
  world.Join(room);
  world.Connect();
  world.OpenSocket();
  world.Leave(room);
  hub.Welcome();
  const ClientMessage* leave = world.Next<roomcast::Leave>();
  ASSERT_NE(leave, nullptr);
  EXPECT_EQ(world.core().room_state(room), RoomState::kLeft);
  EXPECT_TRUE(world.joined.empty());
}

TEST_F(RoomStory, ARoomLeftAndWantedAgainBetweenHelloAndWelcomeIsAskedForAnew) {
  world.Join(room);
  world.Connect();
  world.OpenSocket();
  world.Leave(room);
  const CallId again = world.Join(room);
  hub.Welcome();
  hub.AnswerJoin();
  EXPECT_EQ(world.outcome(again)->outcome, Outcome::kDone);
  EXPECT_EQ(world.core().room_state(room), RoomState::kJoined);
}

TEST_F(RoomStory, AfterLeaveThePositionIsForgotten) {
  BeJoined();
  hub.Deliver("chat:1", 1, "a");
  world.Leave(room);
  EXPECT_FALSE(world.core().position(room).has_value());
  world.Join(room);
  const ClientMessage* join = world.Next<roomcast::Join>();
  EXPECT_TRUE(std::holds_alternative<std::monostate>(std::get<roomcast::Join>(join->body).since));
}

TEST_F(RoomStory, AReleasedRoomIsLeftAndGone) {
  BeJoined();
  world.Release(room);
  EXPECT_NE(world.Next<roomcast::Leave>(), nullptr);
  EXPECT_EQ(world.core().RoomName(room), "");
  EXPECT_EQ(world.outcome(world.Join(room))->code, "no_such_room");
  EXPECT_NE(world.Open("chat:1"), room);
}

TEST_F(RoomStory, TenThousandJoinsAndLeavesLeaveNothingBehind) {
  BeConnected();
  for (int i = 0; i < 10'000; ++i) {
    const RoomId one = world.Open("chat:" + std::to_string(i));
    world.Join(one);
    world.Leave(one);
    world.Say(Ok{}, world.Next<roomcast::Leave>()->id);
    world.Release(one);
  }
  EXPECT_EQ(world.unsettled(), 0u);
  EXPECT_EQ(world.core().state(), client::ConnectionState::kConnected);
}

// ---- The hub's no
// ---------------------------------------------------------------------------------

TEST_F(RoomStory, ARefusedFirstJoinIsOver) {
  BeConnected();
  const CallId call = world.Join(room);
  hub.RefuseJoin(ErrorCode::kRoomFull, true);
  EXPECT_EQ(world.outcome(call)->outcome, Outcome::kRefused);
  EXPECT_EQ(world.outcome(call)->code, "room_full");
  EXPECT_TRUE(world.outcome(call)->retryable);
  EXPECT_EQ(world.core().room_state(room), RoomState::kLeft);
  EXPECT_EQ(world.lefts, (std::vector<std::string>{"room_full"}));
}

TEST_F(RoomStory, ARejoinThatIsRefusedForNowIsTriedAgain) {
  BeJoined();
  world.Say(Left{hub.stream("chat:1").handle, 2500, "moved", true});
  EXPECT_EQ(world.core().room_state(room), RoomState::kJoining);
  world.Advance(501ms);
  hub.RefuseJoin(ErrorCode::kOverloaded, true, 3'000);
  EXPECT_EQ(world.core().room_state(room), RoomState::kJoining);
  world.Advance(2'999ms);
  EXPECT_EQ(world.Next<roomcast::Join>(), nullptr);
  world.Advance(1ms);
  hub.AnswerJoin(Verdict::kRecovered);
  EXPECT_EQ(world.core().room_state(room), RoomState::kJoined);
}

TEST_F(RoomStory, ARejoinThatIsRefusedForGoodEndsInLeft) {
  BeJoined();
  world.Say(Left{hub.stream("chat:1").handle, 2500, "", true});
  world.Advance(501ms);
  hub.RefuseJoin(ErrorCode::kPermissionDenied, false);
  EXPECT_EQ(world.core().room_state(room), RoomState::kLeft);
  EXPECT_EQ(world.lefts, (std::vector<std::string>{"permission_denied"}));
}

TEST_F(RoomStory, WhoIsTakenOutStaysOut) {
  BeJoined();
  world.Say(Left{hub.stream("chat:1").handle, 2000, "", false});
  EXPECT_EQ(world.core().room_state(room), RoomState::kLeft);
  EXPECT_EQ(world.lefts, (std::vector<std::string>{"removed"}));
  world.Advance(30s);
  EXPECT_EQ(world.Next<roomcast::Join>(), nullptr);
}

TEST_F(RoomStory, AJoinThatIsNeverAnsweredTimesOutAndIsAskedAgain) {
  BeConnected();
  const CallId call = world.Join(room);
  EXPECT_NE(world.Next<roomcast::Join>(), nullptr);
  world.Advance(10s);
  EXPECT_EQ(world.outcome(call)->outcome, Outcome::kTimedOut);
  EXPECT_EQ(world.core().room_state(room), RoomState::kJoining) << "the wish stays";
  world.Advance(501ms);
  hub.AnswerJoin();
  EXPECT_EQ(world.core().room_state(room), RoomState::kJoined);
}

TEST_F(RoomStory, AJoinWhoseRepeatIsRefusedIsLeftAtTheHubToo) {
  BeConnected();
  world.Join(room);
  EXPECT_NE(world.Next<roomcast::Join>(), nullptr);
  world.Advance(10'501ms);
  hub.RefuseJoin(ErrorCode::kRoomFull, true);
  EXPECT_EQ(world.core().room_state(room), RoomState::kLeft);
  EXPECT_NE(world.Next<roomcast::Leave>(), nullptr);
  world.Join(room);
  hub.RefuseJoin(ErrorCode::kRoomFull, true);
  EXPECT_EQ(world.Next<roomcast::Leave>(), nullptr) << "there is no doubt about this one";
}

TEST_F(RoomStory, RoomsStayWantedOverDisconnectAndConnect) {
  BeJoined();
  world.Disconnect();
  EXPECT_EQ(world.core().room_state(room), RoomState::kJoining);
  world.Forget();
  BeConnected();
  EXPECT_EQ(world.core().room_state(room), RoomState::kJoined);
}

TEST_F(RoomStory, MoreRoomsThanHelloHoldsAreJoinedAfterWelcome) {
  std::vector<RoomId> rooms;
  for (int i = 0; i < 256; ++i) {
    const std::string name = "chat:" + std::string(200, 'x') + std::to_string(i);
    rooms.push_back(world.Open(name));
    world.Join(rooms.back());
  }
  world.Connect();
  world.OpenSocket();
  const std::size_t in_hello = std::get<Hello>(world.sent().front()->body).joins.size();
  EXPECT_GT(in_hello, 50u);
  EXPECT_LT(in_hello, 256u);
  EXPECT_LE(world.core().stats().bytes_out, 16u * 1024);
  hub.Welcome();
  for (std::size_t i = in_hello; i < 256; ++i) hub.AnswerJoin();
  for (const RoomId one : rooms) EXPECT_EQ(world.core().room_state(one), RoomState::kJoined);
}

// ---- Own publications
// -----------------------------------------------------------------------------

TEST_F(RoomStory, OwnPublicationsAreKnownAndWithoutEchoNotHeard) {
  BeJoined();
  hub.Deliver("chat:1", 1, "mine", world.core().producer());
  hub.Deliver("chat:1", 2, "theirs", 77);
  ASSERT_EQ(world.heard.size(), 2u);
  EXPECT_TRUE(world.heard[0].own);
  EXPECT_FALSE(world.heard[1].own);
  client::JoinOptions quiet;
  quiet.echo = false;
  world.Join(room, quiet);
  hub.Deliver("chat:1", 3, "mine too", world.core().producer());
  hub.Deliver("chat:1", 4, "theirs too", 77);
  EXPECT_EQ(world.heard.size(), 3u);
  EXPECT_EQ(world.core().stats().echoes, 1u);
}

TEST_F(RoomStory, JoinOptionsTravelAndCountForTheFirstJoin) {
  BeConnected();
  client::JoinOptions options;
  options.token = "room token";
  options.member_data = "{}";
  options.since = LastCount{20};
  options.on_lost = OnLost::kReject;
  world.Join(room, options);
  const roomcast::Join& join = std::get<roomcast::Join>(world.sent().back()->body);
  EXPECT_EQ(join.token.view, "room token");
  EXPECT_EQ(join.member_data.view, "{}");
  EXPECT_EQ(std::get<LastCount>(join.since), LastCount{20});
  EXPECT_EQ(join.on_lost, OnLost::kReject);
  options.member_data = "this is more than a kibibyte";
  const std::string large(1025, 'x');
  options.member_data = large;
  EXPECT_EQ(world.outcome(world.Join(room, options))->code, "too_large");
}

}  // namespace
}  // namespace roomcast::test
