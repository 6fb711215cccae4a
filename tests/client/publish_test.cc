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

class PublishStory : public ::testing::Test {
 protected:
  void TearDown() override { EXPECT_EQ(world.broken, ""); }
  void BeConnected() {
    world.Connect();
    hub.Accept();
  }
  void Reconnect() {
    if (world.socket() != client::kNoGeneration) world.LoseSocket();
    while (world.socket() == client::kNoGeneration) world.Advance(10ms);
    world.Forget();
    hub.Accept(true);
  }
  // Of the publishes that were sent, in order; nothing else is kept.
  std::vector<std::string> SentData() {
    std::vector<std::string> data;
    while (const ClientMessage* message = world.Next<roomcast::Publish>()) {
      data.emplace_back(std::get<roomcast::Publish>(message->body).data.view);
    }
    return data;
  }

  ClientWorld world;
  ScriptedHub hub{world};
  RoomId room = world.Open("chat:1");
};

TEST_F(PublishStory, IsDoneWithItsPosition) {
  BeConnected();
  const CallId call = world.Publish(room, "hello");
  EXPECT_FALSE(world.settled(call));
  hub.AnswerPublish();
  EXPECT_EQ(world.outcome(call)->outcome, Outcome::kDone);
  EXPECT_EQ(world.outcome(call)->offset, 1u);
}

TEST_F(PublishStory, CountersRiseByOneAndTheOrderIsThatOfTheCalls) {
  world.Publish(room, "a");
  const RoomId other = world.Open("chat:2");
  world.Publish(other, "b");
  BeConnected();
  world.Publish(room, "c");
  for (std::uint64_t counter = 1; counter <= 3; ++counter) {
    const ClientMessage* message = world.Next<roomcast::Publish>();
    ASSERT_NE(message, nullptr);
    const auto& publish = std::get<roomcast::Publish>(message->body);
    EXPECT_EQ(publish.counter, counter);
    EXPECT_EQ(publish.data.view, std::string(1, static_cast<char>('a' + counter - 1)));
    EXPECT_FALSE(publish.ephemeral);
  }
}

TEST_F(PublishStory, ARefusalIsTheCallsOutcome) {
  BeConnected();
  const CallId call = world.Publish(room, "x");
  hub.Refuse(world.Next<roomcast::Publish>()->id, ErrorCode::kTooManyRequests, true, 500);
  EXPECT_EQ(world.outcome(call)->outcome, Outcome::kRefused);
  EXPECT_EQ(world.outcome(call)->code, "too_many_requests");
  EXPECT_TRUE(world.outcome(call)->retryable);
}

TEST_F(PublishStory, AnUnansweredOneTimesOutAndIsNeverSentAgain) {
  BeConnected();
  const CallId call = world.Publish(room, "x");
  world.Advance(9'999ms);
  EXPECT_FALSE(world.settled(call));
  world.Advance(1ms);
  EXPECT_EQ(world.outcome(call)->outcome, Outcome::kTimedOut);
  EXPECT_EQ(world.outcome(call)->code, "timeout");
  Reconnect();
  EXPECT_TRUE(SentData().empty());
}

TEST_F(PublishStory, ItsOwnTimeoutCounts) {
  BeConnected();
  const CallId call = world.Publish(room, "x", 2s);
  world.Advance(2s);
  EXPECT_EQ(world.outcome(call)->outcome, Outcome::kTimedOut);
}

TEST_F(PublishStory, AfterAReconnectToTheSameHubItGoesOutAgainWithTheSameId) {
  BeConnected();
  const CallId call = world.Publish(room, "x");
  const ClientMessage* first = world.Next<roomcast::Publish>();
  Reconnect();
  const ClientMessage* again = world.Next<roomcast::Publish>();
  ASSERT_NE(again, nullptr);
  EXPECT_EQ(std::get<roomcast::Publish>(again->body).counter,
            std::get<roomcast::Publish>(first->body).counter);
  EXPECT_EQ(world.core().stats().resent, 1u);
  world.Say(Published{Position{7, 1}, true}, again->id);
  EXPECT_EQ(world.outcome(call)->outcome, Outcome::kDone);
  EXPECT_TRUE(world.outcome(call)->duplicate);
}

TEST_F(PublishStory, AnotherHubInstanceSettlesWhatWasSentAsUnknownAndGetsWhatWasNot) {
  BeConnected();
  const CallId sent = world.Publish(room, "sent");
  world.LoseSocket();
  const CallId unsent = world.Publish(room, "unsent");
  hub.instance = "hub-2";
  Reconnect();
  EXPECT_EQ(world.outcome(sent)->outcome, Outcome::kUnknown);
  EXPECT_EQ(world.outcome(sent)->code, "hub_changed");
  EXPECT_FALSE(world.settled(unsent));
  EXPECT_EQ(SentData(), (std::vector<std::string>{"unsent"}));
}

TEST_F(PublishStory, ARefusalMeansNoEffectOnlyForWhatWasSentOnce) {
  BeConnected();
  for (const ErrorCode code : {ErrorCode::kOverloaded, ErrorCode::kTooManyRequests,
                               ErrorCode::kPermissionDenied, ErrorCode::kStalePublishId}) {
    SCOPED_TRACE(static_cast<int>(code));
    const CallId once = world.Publish(room, "once");
    hub.Refuse(world.Next<roomcast::Publish>()->id, code);
    EXPECT_EQ(world.outcome(once)->outcome, Outcome::kRefused);
    // The answer to its first sending was lost: that one may have taken effect.
    const CallId twice = world.Publish(room, "twice");
    Reconnect();
    hub.Refuse(world.Next<roomcast::Publish>()->id, code);
    EXPECT_EQ(world.outcome(twice)->outcome, Outcome::kUnknown);
  }
}

TEST_F(PublishStory, OfflineItWaitsAMinuteAndWasNeverSent) {
  const CallId call = world.Publish(room, "x");
  world.Advance(59'999ms);
  EXPECT_FALSE(world.settled(call));
  world.Advance(1ms);
  EXPECT_EQ(world.outcome(call)->outcome, Outcome::kTimedOut);
  EXPECT_EQ(world.outcome(call)->code, "queue_timeout");
  BeConnected();
  EXPECT_TRUE(SentData().empty());
}

TEST_F(PublishStory, AgeCountsWhileTheMachineSleepsWhicheverClockStops) {
  for (const bool monotonic_stops : {false, true}) {
    ClientWorld sleeper;
    ScriptedHub its_hub(sleeper);
    const CallId call = sleeper.Publish(sleeper.Open("chat:1"), "x");
    sleeper.Sleep(10min, monotonic_stops);
    sleeper.Connect();
    its_hub.Accept();
    EXPECT_EQ(sleeper.outcome(call)->code, "queue_timeout");
    EXPECT_EQ(sleeper.Next<roomcast::Publish>(), nullptr);
    EXPECT_EQ(sleeper.broken, "");
  }
}

TEST_F(PublishStory, TheQueueTakes256MessagesAndOneMebibyte) {
  for (int i = 0; i < 256; ++i) EXPECT_FALSE(world.settled(world.Publish(room, "x")));
  EXPECT_EQ(world.outcome(world.Publish(room, "one more"))->code, "queue_full");
  ClientWorld other;
  const RoomId its_room = other.Open("chat:1");
  const std::string data(60 * 1024, 'x');
  for (int i = 0; i < 17; ++i) EXPECT_FALSE(other.settled(other.Publish(its_room, data)));
  EXPECT_EQ(other.outcome(other.Publish(its_room, data))->code, "queue_full");
  EXPECT_LE(other.core().stats().queued_bytes, kQueueBytes);
}

TEST_F(PublishStory, NoMoreAreInFlightThanAHubCanTellApart) {
  for (int i = 0; i < 100; ++i) world.Publish(room, "x");
  BeConnected();
  EXPECT_EQ(SentData().size(), 64u);
  Reconnect();
  for (int i = 0; i < 100; ++i) hub.AnswerPublish();
  EXPECT_EQ(world.core().stats().queued, 0u);
}

TEST_F(PublishStory, WhatTheHubWouldRefuseIsRefusedHere) {
  BeConnected();
  EXPECT_EQ(world.outcome(world.Publish(room, std::string(65'537, 'x')))->code, "too_large");
  EXPECT_FALSE(world.settled(world.Publish(room, std::string(65'536, 'x'))));
  EXPECT_EQ(world.outcome(world.Publish(static_cast<RoomId>(99), "x"))->code, "no_such_room");
  client::PublishOptions options;
  options.type = "\xff";
  world.core().Publish(world.now(), room, options);
  options.type = {};
  const std::vector<Tag> tags(9);
  options.tags = tags;
  world.core().Publish(world.now(), room, options);
  EXPECT_EQ(SentData().size(), 1u);
}

TEST_F(PublishStory, TakenBackItIsAbortedAndNeverSent) {
  const CallId unsent = world.Publish(room, "unsent");
  world.Abort(unsent);
  EXPECT_EQ(world.outcome(unsent)->outcome, Outcome::kAborted);
  BeConnected();
  const CallId sent = world.Publish(room, "sent");
  world.Abort(sent);
  EXPECT_EQ(world.outcome(sent)->outcome, Outcome::kAborted);
  Reconnect();
  EXPECT_TRUE(SentData().empty());
}

TEST_F(PublishStory, DisconnectAbortsWhatIsUnderWay) {
  BeConnected();
  const CallId call = world.Publish(room, "x");
  world.Disconnect();
  EXPECT_EQ(world.outcome(call)->outcome, Outcome::kAborted);
}

TEST_F(PublishStory, AVolatileSendHasNoIdAndIsDroppedOffline) {
  EXPECT_FALSE(world.Send(room, "nobody hears"));
  EXPECT_EQ(world.core().stats().dropped, 1u);
  BeConnected();
  EXPECT_TRUE(world.Send(room, "now"));
  const ClientMessage* message = world.Next<roomcast::Publish>();
  ASSERT_NE(message, nullptr);
  EXPECT_EQ(message->id, 0u);
  EXPECT_EQ(std::get<roomcast::Publish>(message->body).counter, 0u);
  EXPECT_TRUE(std::get<roomcast::Publish>(message->body).ephemeral);
  Reconnect();
  EXPECT_TRUE(SentData().empty());
}

TEST_F(PublishStory, AFloodIsSplitIntoMessagesThatTheHubTakes) {
  const std::string data(30 * 1024, 'x');
  for (int i = 0; i < 10; ++i) world.Publish(room, data);
  BeConnected();
  EXPECT_EQ(SentData().size(), 10u);
  // Hello, then two publishes in each.
  EXPECT_EQ(world.core().stats().messages_out, 6u);
}

}  // namespace
}  // namespace roomcast::test
