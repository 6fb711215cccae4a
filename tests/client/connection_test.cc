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
using client::RoomId;
using client::Signal;
using client::TokenReason;
using State = ConnectionState;

class ConnectionStory : public ::testing::Test {
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

TEST_F(ConnectionStory, NothingHappensBeforeConnect) {
  world.Advance(1h);
  EXPECT_EQ(world.sockets, 0u);
  EXPECT_TRUE(world.states.empty());
  EXPECT_FALSE(world.timer.has_value());
}

TEST_F(ConnectionStory, ConnectOpensASocketSaysHelloAndIsDoneAtWelcome) {
  const CallId call = world.Connect();
  EXPECT_EQ(world.urls, (std::vector<std::string>{"ws://hub.test/connect"}));
  EXPECT_EQ(world.states, (std::vector<State>{State::kConnecting}));
  EXPECT_TRUE(world.Silent());
  world.OpenSocket();
  const ClientMessage* message = world.sent().at(0);
  const Hello& hello = std::get<Hello>(message->body);
  EXPECT_GT(message->id, 0u);
  EXPECT_EQ(hello.protocol_version, 1u);
  EXPECT_EQ(hello.client_name.view, "test");
  EXPECT_EQ(hello.producer.view.size(), kProducerBytes);
  EXPECT_FALSE(hello.resume.has_value());
  EXPECT_FALSE(world.settled(call));
  hub.Welcome();
  EXPECT_EQ(world.states, (std::vector<State>{State::kConnecting, State::kConnected}));
  EXPECT_EQ(world.outcome(call)->outcome, Outcome::kDone);
}

TEST_F(ConnectionStory, AFailedFirstAttemptIsTriedAgainInTheSameLoop) {
  const CallId call = world.Connect();
  world.LoseSocket();
  EXPECT_EQ(world.core().state(), State::kConnecting);
  ASSERT_TRUE(AwaitSocket(510ms));
  hub.Accept();
  EXPECT_EQ(world.outcome(call)->outcome, Outcome::kDone);
}

TEST_F(ConnectionStory, AConnectThatFindsNoHubTimesOutAfterAMinuteAndTheCoreStillTries) {
  const CallId call = world.Connect();
  for (int i = 0; i < 400 && !world.settled(call); ++i) {
    if (world.socket() != client::kNoGeneration) world.LoseSocket();
    world.Advance(200ms);
  }
  EXPECT_EQ(world.outcome(call)->outcome, Outcome::kTimedOut);
  EXPECT_EQ(world.outcome(call)->code, "queue_timeout");
  ASSERT_TRUE(AwaitSocket());
  hub.Accept();
  EXPECT_EQ(world.core().state(), State::kConnected);
}

TEST_F(ConnectionStory, AnAttemptThatHangsIsGivenUpAfterTenSeconds) {
  world.Connect();
  world.Advance(9999ms);
  EXPECT_EQ(world.sockets, 1u);
  EXPECT_TRUE(world.closes.empty());
  world.Advance(1ms);
  EXPECT_EQ(world.closes.size(), 1u);
  EXPECT_EQ(world.state_codes.back(), "connect_timeout");
}

TEST_F(ConnectionStory, AHubThatNeverSaysWelcomeIsGivenUpToo) {
  world.Connect();
  world.Advance(2s);
  world.OpenSocket();
  world.Advance(8s);
  EXPECT_EQ(world.closes.size(), 1u);
}

TEST_F(ConnectionStory, ALostConnectionComesBackWithItsSession) {
  BeConnected();
  world.LoseSocket();
  EXPECT_EQ(world.core().state(), State::kReconnecting);
  ASSERT_TRUE(AwaitSocket());
  world.OpenSocket();
  const Hello& hello = std::get<Hello>(world.sent().back()->body);
  ASSERT_TRUE(hello.resume.has_value());
  EXPECT_EQ(hello.resume->session_id.view, "session-1");
  EXPECT_EQ(hello.resume->session_key.view, "0123456789abcdef");
  hub.Welcome(true);
  EXPECT_EQ(world.core().state(), State::kConnected);
  EXPECT_EQ(world.core().stats().resumed, 1u);
}

TEST_F(ConnectionStory, WaitsGrowToTwentySecondsAndAStableConnectionForgivesThem) {
  BeConnected();
  Duration longest{};
  world.LoseSocket();
  for (int i = 0; i < 60; ++i) {
    const Instant from = world.now().instant;
    ASSERT_TRUE(AwaitSocket(21s));
    longest = std::max(longest, world.now().instant - from);
    world.LoseSocket();
  }
  EXPECT_GT(longest, 10s);
  EXPECT_LE(longest, 20s + 10ms);
  ASSERT_TRUE(AwaitSocket());
  hub.Accept();
  hub.Ping();
  world.Advance(10s);
  world.LoseSocket();
  EXPECT_TRUE(AwaitSocket(510ms));
}

// The band of a close code decides.
struct Band {
  std::uint32_t code;
  State state;
};
TEST_F(ConnectionStory, ACloseCodesBandSaysStopOrComeBack) {
  for (const Band& band : std::initializer_list<Band>{{1000, State::kDisconnected},
                                                      {1001, State::kReconnecting},
                                                      {1002, State::kDisconnected},
                                                      {1006, State::kReconnecting},
                                                      {1011, State::kReconnecting},
                                                      {1013, State::kReconnecting},
                                                      {3000, State::kReconnecting},
                                                      {3499, State::kReconnecting},
                                                      {3500, State::kDisconnected},
                                                      {3505, State::kDisconnected},
                                                      {4000, State::kReconnecting},
                                                      {4500, State::kDisconnected}}) {
    ClientWorld other;
    ScriptedHub its_hub(other);
    other.Connect();
    its_hub.Accept();
    other.LoseSocket(band.code);
    EXPECT_EQ(other.core().state(), band.state) << band.code;
    EXPECT_EQ(other.broken, "");
  }
}

TEST_F(ConnectionStory, ACodeThatSaysStopRefusesConnectAndWhatWasNeverSent) {
  const RoomId room = world.Open("chat:1");
  const CallId publish = world.Publish(room, "never sent");
  const CallId connect = world.Connect();
  world.OpenSocket();
  hub.Disconnect(3500, DisconnectAction::kStop);
  EXPECT_EQ(world.core().state(), State::kDisconnected);
  EXPECT_EQ(world.outcome(connect)->outcome, Outcome::kRefused);
  EXPECT_EQ(world.outcome(connect)->code, "invalid_token");
  EXPECT_EQ(world.outcome(publish)->outcome, Outcome::kRefused);
  world.Advance(1h);
  EXPECT_EQ(world.sockets, 1u);
}

TEST_F(ConnectionStory, ADisconnectsRetryAfterIsObeyedEvenByWakeSignals) {
  BeConnected();
  hub.Disconnect(3001, DisconnectAction::kResume, 5'000, 2'000);
  const Instant from = world.now().instant;
  world.Advance(2s);
  world.Signal(Signal::kOnline);
  EXPECT_EQ(world.socket(), client::kNoGeneration);
  ASSERT_TRUE(AwaitSocket());
  EXPECT_GE(world.now().instant - from, 5s);
  EXPECT_LE(world.now().instant - from, 7s + 10ms);
}

TEST_F(ConnectionStory, ADisconnectThatSaysFreshForgetsTheSession) {
  BeConnected();
  hub.Disconnect(3000, DisconnectAction::kFresh);
  ASSERT_TRUE(AwaitSocket());
  world.OpenSocket();
  EXPECT_FALSE(std::get<Hello>(world.sent().back()->body).resume.has_value());
}

TEST_F(ConnectionStory, GoAwayMovesToTheOtherAddressWithinItsWindow) {
  BeConnected();
  world.Say(GoAway{15'000, 3'000, 5'000, "ws://other.test/connect"});
  world.Advance(2999ms);
  EXPECT_EQ(world.sockets, 1u);
  world.Advance(5'002ms);
  ASSERT_EQ(world.sockets, 2u);
  EXPECT_EQ(world.urls.back(), "ws://other.test/connect");
  // What is not reachable there is looked for at home.
  world.LoseSocket();
  ASSERT_TRUE(AwaitSocket());
  EXPECT_EQ(world.urls.back(), "ws://hub.test/connect");
}

TEST_F(ConnectionStory, DisconnectSaysByeAndStays) {
  BeConnected();
  world.Disconnect();
  EXPECT_NE(world.Next<Bye>(), nullptr);
  EXPECT_EQ(world.closes, (std::vector<std::uint16_t>{1000}));
  world.Advance(1h);
  EXPECT_EQ(world.core().state(), State::kDisconnected);
  EXPECT_EQ(world.sockets, 1u);
}

TEST_F(ConnectionStory, CloseAbortsEverythingForGood) {
  const RoomId room = world.Open("chat:1");
  const CallId join = world.Join(room);
  const CallId publish = world.Publish(room, "x");
  const CallId connect = world.Connect();
  world.Close();
  for (const CallId call : {join, publish, connect}) {
    EXPECT_EQ(world.outcome(call)->outcome, Outcome::kAborted);
  }
  EXPECT_EQ(world.core().state(), State::kClosed);
  for (const CallId call : {world.Connect(), world.Join(room), world.Publish(room, "y"),
                            world.Leave(room), world.Ping()}) {
    EXPECT_EQ(world.outcome(call)->outcome, Outcome::kRefused);
    EXPECT_EQ(world.outcome(call)->code, "closed");
  }
  world.Close();
  EXPECT_FALSE(world.Send(room, "z"));
}

TEST_F(ConnectionStory, WhatAnOldSocketSaysDoesNotTouchTheNewOne) {
  BeConnected();
  const Generation old = world.socket();
  world.LoseSocket();
  ASSERT_TRUE(AwaitSocket());
  hub.Accept();
  std::string frame;
  ServerMessage message;
  message.body = roomcast::Disconnect{3500, "late", DisconnectAction::kStop};
  AppendFrame(frame, message);
  world.ReceiveOn(old, frame);
  world.ReceiveOn(old, "garbage");
  world.core().OnSocketClosed(world.now(), old, 3500, "late");
  world.core().OnSocketOpen(world.now(), old);
  EXPECT_EQ(world.core().state(), State::kConnected);
}

// ---- What a hub must not send
// ---------------------------------------------------------------------

TEST_F(ConnectionStory, WhatIsNoFrameEndsTheConnectionAndItComesBack) {
  BeConnected();
  world.Receive("\xff\xff\xff");
  EXPECT_EQ(world.closes, (std::vector<std::uint16_t>{3501}));
  EXPECT_EQ(world.problems, (std::vector<std::string>{"bad_frame"}));
  EXPECT_EQ(world.core().stats().protocol_errors, 1u);
  EXPECT_EQ(world.core().state(), State::kReconnecting);
  ASSERT_TRUE(AwaitSocket());
  hub.Accept();
  EXPECT_EQ(world.core().state(), State::kConnected);
}

TEST_F(ConnectionStory, MessagesThatMakeNoSenseWhereTheyStandAreRefused) {
  world.Connect();
  world.OpenSocket();
  world.Say(RoomBatch{1, {}});
  EXPECT_EQ(world.problems.back(), "bad_frame");
  ASSERT_TRUE(AwaitSocket());
  hub.Accept();
  world.Say(roomcast::Welcome{});
  EXPECT_EQ(world.problems.size(), 2u);
  ASSERT_TRUE(AwaitSocket());
  world.OpenSocket();
  roomcast::Welcome answers_too_much;
  const JoinOutcome nothing;
  answers_too_much.joins = Repeated<JoinOutcome>(&nothing, 1);
  world.Say(answers_too_much);
  EXPECT_EQ(world.problems.size(), 3u);
}

TEST_F(ConnectionStory, RepliesToNothingAreCountedAndIgnored) {
  BeConnected();
  world.Say(Ok{}, 999);
  world.Say(Published{}, 998);
  world.Say(Error{100, "late", true, 0}, 997);
  Joined joined;
  joined.room = "nowhere";
  world.Say(joined, 996);
  EXPECT_EQ(world.core().stats().unknown_replies, 4u);
  EXPECT_EQ(world.core().state(), State::kConnected);
}

TEST_F(ConnectionStory, TracesNameFramesAndNeverTokens) {
  world.core().SetTrace(client::TraceLevel::kFrames);
  BeConnected();
  EXPECT_NE(std::find(world.traces.begin(), world.traces.end(), "> Hello"), world.traces.end());
  EXPECT_NE(std::find(world.traces.begin(), world.traces.end(), "< Welcome"), world.traces.end());
}

// ---- Tokens
// --------------------------------------------------------------------------------------

client::ClientOptions WithProvider() {
  client::ClientOptions options = ClientWorld::DefaultOptions();
  options.token_provider = true;
  return options;
}

class TokenStory : public ::testing::Test {
 protected:
  void TearDown() override { EXPECT_EQ(world.broken, ""); }
  ClientWorld world{WithProvider()};
  ScriptedHub hub{world};
};

TEST_F(TokenStory, ATokenIsAskedForOnceAndBeforeTheSocket) {
  world.Connect();
  world.Connect();
  ASSERT_EQ(world.tokens.size(), 1u);
  EXPECT_EQ(world.tokens[0].reason, TokenReason::kInitial);
  EXPECT_EQ(world.sockets, 0u);
  world.GiveToken(world.tokens[0].request, "secret");
  ASSERT_EQ(world.sockets, 1u);
  world.OpenSocket();
  EXPECT_EQ(std::get<Hello>(world.sent().back()->body).token.view, "secret");
}

TEST_F(TokenStory, AnExpiredTokenIsReplacedBeforeTheNextAttempt) {
  world.Connect();
  world.GiveToken(world.tokens[0].request, "old");
  hub.Accept();
  world.LoseSocket(3005);
  world.Advance(1s);
  ASSERT_EQ(world.tokens.size(), 2u);
  EXPECT_EQ(world.tokens[1].reason, TokenReason::kExpired);
  EXPECT_EQ(world.sockets, 1u);
  world.GiveToken(world.tokens[0].request, "an answer to the old question");
  EXPECT_EQ(world.sockets, 1u);
  world.GiveToken(world.tokens[1].request, "new");
  world.OpenSocket();
  EXPECT_EQ(std::get<Hello>(world.sent().back()->body).token.view, "new");
}

TEST_F(TokenStory, ATokenWhoseTimeIsOverIsReplacedWithoutTryingIt) {
  hub.token_lifetime_ms = 60'000;
  world.Connect();
  world.GiveToken(world.tokens[0].request, "old");
  hub.Accept();
  world.LoseSocket();
  world.Signal(client::Signal::kHidden);
  world.Advance(61s);
  ASSERT_EQ(world.tokens.size(), 2u);
  EXPECT_EQ(world.tokens[1].reason, TokenReason::kExpired);
  EXPECT_EQ(world.sockets, 1u);
  world.GiveToken(world.tokens[1].request, "new");
  world.OpenSocket();
  EXPECT_EQ(std::get<Hello>(world.sent().back()->body).token.view, "new");
}

TEST_F(TokenStory, AProviderThatHangsIsAskedAgainLater) {
  world.Connect();
  world.Advance(30s);
  EXPECT_EQ(world.state_codes.back(), "token_timeout");
  world.Advance(1s);
  EXPECT_EQ(world.tokens.size(), 2u);
}

TEST_F(TokenStory, AProviderThatRefusesStopsTheClient) {
  const CallId call = world.Connect();
  world.FailToken(world.tokens[0].request, true);
  EXPECT_EQ(world.core().state(), State::kDisconnected);
  EXPECT_EQ(world.outcome(call)->code, "token_failed");
  world.Connect();
  EXPECT_EQ(world.tokens.size(), 2u);
  world.FailToken(world.tokens[1].request, false);
  EXPECT_EQ(world.core().state(), State::kConnecting);
}

TEST_F(TokenStory, RubbishInPlaceOfATokenIsAFailure) {
  world.Connect();
  world.GiveToken(world.tokens[0].request, "\xff\xfe");
  EXPECT_EQ(world.core().state(), State::kDisconnected);
}

TEST_F(TokenStory, ATokenIsRefreshedInPlaceBeforeItExpires) {
  hub.token_lifetime_ms = 20'000;
  world.Connect();
  world.GiveToken(world.tokens[0].request, "first");
  hub.Accept();
  world.Advance(15s);
  ASSERT_EQ(world.tokens.size(), 2u);
  EXPECT_EQ(world.tokens[1].reason, TokenReason::kRefresh);
  world.GiveToken(world.tokens[1].request, "second");
  const ClientMessage* refresh = world.Next<Refresh>();
  ASSERT_NE(refresh, nullptr);
  EXPECT_EQ(std::get<Refresh>(refresh->body).token.view, "second");
  world.Say(Ok{}, refresh->id);
  EXPECT_EQ(world.core().stats().unknown_replies, 0u);
  EXPECT_EQ(world.core().state(), State::kConnected);
  world.Advance(15s);
  EXPECT_EQ(world.tokens.size(), 3u);
}

}  // namespace
}  // namespace roomcast::test
