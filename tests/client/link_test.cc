#include <gtest/gtest.h>

#include <variant>

#include "tests/support/client_world.h"
#include "tests/support/scripted_hub.h"

namespace roomcast::test {
namespace {

using client::CallId;
using client::ConnectionState;
using client::Generation;
using client::Outcome;
using client::Signal;
using State = ConnectionState;

class LinkStory : public ::testing::Test {
 protected:
  void TearDown() override { EXPECT_EQ(world.broken, ""); }
  void BeConnected() {
    world.Connect();
    hub.Accept();
    ASSERT_EQ(world.core().state(), State::kConnected);
  }
  // Until a socket is asked for, at most so long.
  bool AwaitSocket(Duration most = 30s) {
    for (Duration waited{}; waited < most; waited += 10ms) {
      if (world.socket() != client::kNoGeneration) return true;
      world.Advance(10ms);
    }
    return false;
  }

  ClientWorld world;
  ScriptedHub hub{world};
};

// ---- Heartbeat
// -----------------------------------------------------------------------------------

TEST_F(LinkStory, APingIsAnsweredAtOnce) {
  BeConnected();
  hub.Ping();
  const ClientMessage* message = world.Next<Pong>();
  ASSERT_NE(message, nullptr);
  EXPECT_EQ(std::get<Pong>(message->body).sequence, 1u);
  EXPECT_EQ(message->id, 0u);
}

TEST_F(LinkStory, ASilentHubIsLostAfterIntervalAndGrace) {
  BeConnected();
  world.Advance(34'999ms);
  EXPECT_EQ(world.core().state(), State::kConnected);
  world.Advance(1ms);
  EXPECT_EQ(world.core().state(), State::kReconnecting);
  EXPECT_EQ(world.state_codes.back(), "no_pong");
  EXPECT_EQ(world.core().stats().lost_links, 1u);
}

TEST_F(LinkStory, AnythingThatComesPostponesTheEnd) {
  BeConnected();
  for (int i = 0; i < 10; ++i) {
    world.Advance(30s);
    hub.Ping();
  }
  EXPECT_EQ(world.core().state(), State::kConnected);
}

TEST_F(LinkStory, AWakeSignalNoticesADeadLinkInThreeSeconds) {
  BeConnected();
  world.Advance(10s);
  world.Signal(Signal::kWake);
  EXPECT_NE(world.Next<roomcast::Ping>(), nullptr);
  world.Signal(Signal::kVisible);
  EXPECT_TRUE(world.Silent()) << "one probe is enough";
  world.Advance(3s);
  EXPECT_EQ(world.core().state(), State::kReconnecting);
}

TEST_F(LinkStory, AnAnsweredProbeKeepsTheConnection) {
  BeConnected();
  world.Signal(Signal::kOnline);
  const ClientMessage* probe = world.Next<roomcast::Ping>();
  ASSERT_NE(probe, nullptr);
  world.Advance(20ms);
  world.Say(Pong{std::get<roomcast::Ping>(probe->body).sequence, 5, 5});
  world.Advance(10s);
  EXPECT_EQ(world.core().state(), State::kConnected);
  EXPECT_EQ(world.core().stats().round_trip_us, 20'000u);
}

TEST_F(LinkStory, AMachineThatSleptAsksBeforeItCallsTheHubDead) {
  BeConnected();
  world.Advance(5s);
  world.Sleep(10min, false);
  world.Advance(0s);  // the timer comes, late
  EXPECT_EQ(world.core().state(), State::kConnected);
  EXPECT_NE(world.Next<roomcast::Ping>(), nullptr);
  world.Advance(3s);
  EXPECT_EQ(world.core().state(), State::kReconnecting);
}

TEST_F(LinkStory, AClockThatStoodStillIsNoticedByTheOther) {
  BeConnected();
  ASSERT_TRUE(world.core().HubTime(world.now()).has_value());
  world.Sleep(10min, true);
  hub.Ping();
  EXPECT_NE(world.Next<roomcast::Ping>(), nullptr) << "a probe";
  EXPECT_FALSE(world.core().HubTime(world.now()).has_value()) << "the samples are worth nothing";
}

TEST_F(LinkStory, ASocketThatWasLostWhileTheMachineSleptIsNotAskedAfter) {
  BeConnected();
  world.Forget();
  world.Sleep(10min, true);
  world.LoseSocket();
  EXPECT_TRUE(world.Silent()) << "something was sent on a socket that is gone";
  EXPECT_EQ(world.core().state(), State::kReconnecting);
}

TEST_F(LinkStory, AskedForAPingTheCallKnowsTheRoundTrip) {
  const CallId early = world.Ping();
  EXPECT_EQ(world.outcome(early)->code, "not_connected");
  BeConnected();
  const CallId call = world.Ping();
  const ClientMessage* ping = world.Next<roomcast::Ping>();
  world.Advance(30ms);
  world.Say(Pong{std::get<roomcast::Ping>(ping->body).sequence, 1, 1});
  EXPECT_EQ(world.outcome(call)->outcome, Outcome::kDone);
  const CallId lost = world.Ping();
  world.LoseSocket();
  EXPECT_EQ(world.outcome(lost)->outcome, Outcome::kRefused);
  EXPECT_EQ(world.outcome(lost)->code, "connection_lost");
}

TEST_F(LinkStory, TheHubsClockIsKnownFromWelcomeOn) {
  EXPECT_FALSE(world.core().HubTime(world.now()).has_value());
  BeConnected();
  world.Advance(1s);
  const auto reading = world.core().HubTime(world.now());
  ASSERT_TRUE(reading.has_value());
  EXPECT_EQ(reading->hub_time, Microseconds(world.now().wall));
  EXPECT_LE(reading->error, 1);
}

// ---- The page
// ------------------------------------------------------------------------------------

TEST_F(LinkStory, WhileHiddenThereIsOneAttemptAMinute) {
  BeConnected();
  world.Signal(Signal::kHidden);
  const std::uint64_t before = world.sockets;
  world.LoseSocket();
  for (int i = 0; i < 600; ++i) {
    world.Advance(1s);
    if (world.socket() != client::kNoGeneration) world.LoseSocket();
  }
  EXPECT_GE(world.sockets - before, 9u);
  EXPECT_LE(world.sockets - before, 11u);
  world.Signal(Signal::kVisible);
  world.Advance(1s);
  EXPECT_NE(world.socket(), client::kNoGeneration) << "seen again, it tries at once";
}

TEST_F(LinkStory, OnVisibleAHalfMadeAttemptIsMadeAnew) {
  world.Connect();
  const Generation half = world.socket();
  world.Advance(500ms);
  world.Signal(Signal::kVisible);
  EXPECT_EQ(world.socket(), half) << "a fresh one is left alone";
  world.Advance(600ms);
  world.Signal(Signal::kVisible);
  EXPECT_NE(world.socket(), half);
  EXPECT_NE(world.socket(), client::kNoGeneration);
  world.Signal(Signal::kOnline);
  EXPECT_EQ(world.sockets, 2u) << "signals come in swarms";
}

TEST_F(LinkStory, APageThatIsPutAwayParksItsSessionAndComesBack) {
  BeConnected();
  world.Signal(Signal::kPageHide);
  EXPECT_EQ(world.socket(), client::kNoGeneration);
  EXPECT_EQ(world.Next<Bye>(), nullptr);
  EXPECT_EQ(world.core().state(), State::kReconnecting);
  world.Advance(10min);
  EXPECT_EQ(world.sockets, 1u);
  world.Signal(Signal::kPageShow);
  ASSERT_NE(world.socket(), client::kNoGeneration);
  world.OpenSocket();
  EXPECT_TRUE(std::get<Hello>(world.sent().back()->body).resume.has_value());
}

TEST_F(LinkStory, APageThatGoesForGoodSaysBye) {
  BeConnected();
  world.Signal(Signal::kUnload);
  EXPECT_NE(world.Next<Bye>(), nullptr);
  EXPECT_EQ(world.core().state(), State::kClosed);
}

}  // namespace
}  // namespace roomcast::test
