// The public testing transport, used as an application's tests use it: what becomes of messages on
// bad networks, all in told time, and the same again with the same seed.
#include "roomcast/testing.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "roomcast/client.h"

namespace roomcast::testing {
namespace {

using namespace std::chrono_literals;

// An application in a few lines: it is in a room and writes down what it hears.
struct Person {
  explicit Person(TestWorld& world, const std::string& token = "")
      : transport(world.AddTransport()),
        client({.url = "ws://hub.test/ws", .token = token}, Events(), transport) {
    client.Connect();
    client.Join("chat:lobby");
  }
  ClientEvents Events() {
    ClientEvents events;
    events.on_message = [this](const Message& message) { heard.emplace_back(message.data); };
    events.on_state = [this](ConnectionState state, const Trouble&) { states.push_back(state); };
    events.on_gap = [this](const MissedMessages& missed) { gaps += missed.to - missed.from + 1; };
    events.on_joined = [this](const JoinedRoom& joined) {
      rooms.emplace_back(joined.room);
      lost = lost || (joined.again && !joined.recovered);
    };
    return events;
  }
  void Say(std::string_view text) {
    client.Publish("chat:lobby", {.type = "said", .data = text},
                   [this](const Result& result) { outcomes.push_back(result.outcome); });
  }

  std::vector<std::string> heard, rooms;
  std::vector<ConnectionState> states;
  std::vector<CallOutcome> outcomes;
  std::uint64_t gaps = 0;
  bool lost = false;
  Transport& transport;
  Client client;
};

using Words = std::vector<std::string>;

TEST(TestWorld, CarriesWhatIsSaid) {
  TestWorld world;
  Person ada(world), bob(world);
  EXPECT_EQ(ada.client.state(), ConnectionState::kConnecting) << "nothing happens by itself";
  world.Advance(1s);
  EXPECT_EQ(ada.client.state(), ConnectionState::kConnected);
  EXPECT_EQ(world.sessions(), 2u);
  ada.Say("hello");
  EXPECT_TRUE(world.Push("chat:lobby", {.type = "said", .data = "from a backend"}));
  world.Advance(1s);
  EXPECT_EQ(bob.heard, (Words{"from a backend", "hello"}));
  EXPECT_EQ(ada.outcomes, std::vector<CallOutcome>{CallOutcome::kDone});
  EXPECT_FALSE(world.Push("nowhere:1", {.data = "x"}));
}

TEST(TestWorld, ACutIsNoticedAndWhatWasSaidMeanwhileIsRecovered) {
  TestWorld world;
  Person ada(world), bob(world);
  world.Advance(1s);
  world.Cut(ada.transport);
  world.SetReachable(false);
  bob.Say("meanwhile");
  world.Advance(5s);
  EXPECT_EQ(ada.client.state(), ConnectionState::kReconnecting);
  EXPECT_EQ(bob.client.state(), ConnectionState::kConnected) << "it was another's cable";
  EXPECT_TRUE(ada.heard.empty());
  world.SetReachable(true);
  world.Advance(1min);
  EXPECT_EQ(ada.heard, Words{"meanwhile"});
  EXPECT_FALSE(ada.lost);
}

TEST(TestWorld, APublishWhoseAnswerIsCutOffTakesEffectOnce) {
  TestWorld world;
  Person ada(world), bob(world);
  world.Advance(1s);
  world.SetDelay(10ms, 10ms);
  ada.Say("once");
  world.Advance(15ms);  // it is there, and its answer is not yet back
  world.Cut(ada.transport);
  world.Advance(1min);
  EXPECT_EQ(bob.heard, Words{"once"});
  EXPECT_EQ(ada.outcomes, std::vector<CallOutcome>{CallOutcome::kDone});
}

TEST(TestWorld, ASilentLinkIsFoundOut) {
  TestWorld world;
  Person ada(world);
  world.Advance(1s);
  world.SetSilent(true);
  world.Advance(20s);
  EXPECT_EQ(ada.client.state(), ConnectionState::kConnected) << "nobody can know yet";
  world.Advance(20s);
  EXPECT_EQ(ada.client.state(), ConnectionState::kReconnecting);
  world.SetSilent(false);
  world.Advance(1min);
  EXPECT_EQ(ada.client.state(), ConnectionState::kConnected);
}

TEST(TestWorld, ALostMessageIsFetchedAgainBeforeWhatFollows) {
  TestWorld world;
  Person ada(world);
  world.Advance(1s);
  world.LoseNext(1);
  world.Push("chat:lobby", {.data = "lost on its way"});
  world.Push("chat:lobby", {.data = "next"});
  world.Advance(1min);
  EXPECT_EQ(ada.heard, (Words{"lost on its way", "next"}));
  EXPECT_EQ(ada.gaps, 0u);
}

TEST(TestWorld, ALostPublishIsSaidToHaveTimedOut) {
  TestWorld world;
  Person ada(world);
  world.Advance(1s);
  world.LoseNext(1);
  ada.Say("never there");
  world.Advance(30s);
  EXPECT_EQ(ada.outcomes, std::vector<CallOutcome>{CallOutcome::kTimedOut});
}

TEST(TestWorld, AHubThatBeganAnewKnowsNothingAndSaysSo) {
  TestWorld world;
  Person ada(world);
  world.Advance(1s);
  world.Push("chat:lobby", {.data = "before"});
  world.Advance(1s);
  world.RestartHub();
  world.Advance(1min);
  EXPECT_EQ(ada.client.state(), ConnectionState::kConnected);
  EXPECT_TRUE(ada.lost);
}

TEST(TestWorld, ABackendBringsAUserIn) {
  TestWorld world;
  Person ada(world, "ada"), bob(world, "bob");
  world.Advance(1s);
  world.BringIn("ada", "chat:staff");
  world.Push("chat:staff", {.data = "for the staff"});
  world.Advance(1s);
  EXPECT_EQ(ada.rooms.back(), "chat:staff");
  EXPECT_EQ(ada.heard, Words{"for the staff"});
  EXPECT_EQ(ada.client.room_state("chat:staff"), RoomState::kJoined);
  EXPECT_TRUE(bob.heard.empty());
}

TEST(TestWorld, AWallClockThatJumpsMakesClientsAskAfterTheirLink) {
  TestWorld world;
  Person ada(world);
  world.Advance(1s);
  world.SetSilent(true);
  world.MoveWallClock(1h);
  ada.Say("awake");
  world.Advance(4s);
  EXPECT_EQ(ada.client.state(), ConnectionState::kReconnecting) << "no pong within 3 s";
}

// What happened when, in one line.
std::string RunOf(std::uint64_t seed) {
  TestWorld world({.seed = seed});
  world.SetDelay(1ms, 80ms);
  Person ada(world), bob(world);
  world.Advance(1s);
  std::string run;
  for (int i = 0; i < 40; ++i) {
    world.Advance(50ms);
    ada.Say(std::to_string(i));
    if (i % 13 == 12) world.Cut();
    run += std::to_string(bob.heard.size()) + (ada.outcomes.size() > 20 ? "!" : ".");
  }
  world.Advance(1min);
  EXPECT_EQ(ada.outcomes, std::vector<CallOutcome>(40, CallOutcome::kDone)) << "seed " << seed;
  EXPECT_EQ(bob.heard.size(), 40u) << "seed " << seed;
  return run;
}

TEST(TestWorld, ASeedIsARun) {
  EXPECT_EQ(RunOf(1), RunOf(1));
  EXPECT_NE(RunOf(1), RunOf(2));
}

}  // namespace
}  // namespace roomcast::testing
