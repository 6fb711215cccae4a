#include "proto/protocol/heartbeat.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proto/protocol/limits.h"
#include "proto/protocol/random.h"

namespace roomcast {
namespace {

using Role = Heartbeat::Role;
using Verdict = Heartbeat::Verdict;

constexpr Heartbeat::Config kConfig{25s, 10s};
constexpr Instant kStart = InstantFromMicroseconds(1'000'000'000);

// What happens at a line's moment, just before OnTime() is called.
enum class Hears {
  kNothing,
  kByte,
  kPong,        // the answer to the latest ping
  kOldPong,     // the answer to the ping before it
  kFuturePong,  // the answer to a ping that was never sent
};

struct Line {
  Duration at;
  Hears hears;
  Verdict verdict;
  bool then_probe = false;
};

struct Story {
  const char* name;
  Role role;
  Duration first_ping_after;
  std::vector<Line> lines;
};

std::ostream& operator<<(std::ostream& out, const Story& story) { return out << story.name; }

constexpr auto kNothing = Hears::kNothing;
constexpr auto kByte = Hears::kByte;
constexpr auto kPong = Hears::kPong;
constexpr auto kWait = Verdict::kWait;
constexpr auto kSendPing = Verdict::kSendPing;
constexpr auto kPeerLost = Verdict::kPeerLost;
constexpr bool kThenProbe = true;

const Story kStories[] = {
    // The asking side: interval 25 s, grace 10 s.
    {"ASilentPeerIsLostAfterIntervalAndGrace",
     Role::kAsks,
     25s,
     {{24999ms, kNothing, kWait},
      {25s, kNothing, kSendPing},
      {34999ms, kNothing, kWait},
      {35s, kNothing, kPeerLost}}},
    {"AnySignOfLifePostponesTheEnd",
     Role::kAsks,
     25s,
     {{25s, kNothing, kSendPing},
      {34s, kByte, kWait},
      {50s, kNothing, kSendPing},
      {68s, kNothing, kWait},
      {69s, kNothing, kPeerLost}}},
    {"ThePingGoesOutWhateverElseArrives",
     Role::kAsks,
     25s,
     {{10s, kByte, kWait},
      {24s, kByte, kWait},
      {25s, kByte, kSendPing},
      {49s, kByte, kWait},
      {50s, kByte, kSendPing},
      {75s, kByte, kSendPing}}},
    {"TheFirstPingMayComeEarlierAndTheOthersKeepItsPhase",
     Role::kAsks,
     3s,
     {{2s, kNothing, kWait},
      {3s, kNothing, kSendPing},
      {4s, kPong, kWait},
      {27s, kNothing, kWait},
      {28s, kNothing, kSendPing},
      {53s, kByte, kSendPing}}},
    {"AFirstPingBeyondTheIntervalIsSentAtTheInterval",
     Role::kAsks,
     90s,
     {{24s, kNothing, kWait}, {25s, kNothing, kSendPing}}},
    {"APongIsASignOfLifeAlsoWhenItAnswersNothing",
     Role::kAsks,
     25s,
     {{25s, kNothing, kSendPing},
      {34s, Hears::kFuturePong, kWait},
      {50s, kNothing, kSendPing},
      {68s, Hears::kOldPong, kWait},
      {75s, kNothing, kSendPing},
      {100s, kNothing, kSendPing},
      {103s, kNothing, kPeerLost}}},
    {"ACallerThatComesLateSendsOnePingAndKeepsThePhase",
     Role::kAsks,
     25s,
     {{25s, kNothing, kSendPing},
      {110s, kByte, kSendPing},
      {110s, kNothing, kWait},
      {124s, kNothing, kWait},
      {125s, kByte, kSendPing}}},
    {"ACallerThatComesALittleLateKeepsThePhase",
     Role::kAsks,
     25s,
     {{30s, kNothing, kSendPing}, {31s, kByte, kWait}, {50s, kNothing, kSendPing}}},
    {"ACallerThatComesTooLateFindsTheSilentPeerLostAndSendsNoPing",
     Role::kAsks,
     25s,
     {{60s, kNothing, kPeerLost}}},
    // The listening side: it is pinged, and never pings by itself.
    {"AListenerNeverPings",
     Role::kListens,
     25s,
     {{25s, kNothing, kWait}, {34999ms, kNothing, kWait}, {35s, kNothing, kPeerLost}}},
    {"AListenerLivesOnTheOthersPings",
     Role::kListens,
     1s,
     {{20s, kByte, kWait},
      {45s, kByte, kWait},
      {70s, kByte, kWait},
      {104s, kNothing, kWait},
      {105s, kNothing, kPeerLost}}},
    // Probes: 3 s for an answer.
    {"AnUnansweredProbeEndsIt",
     Role::kListens,
     1s,
     {{10s, kByte, kWait, kThenProbe}, {12999ms, kNothing, kWait}, {13s, kNothing, kPeerLost}}},
    {"AnAnsweredProbeIsOver",
     Role::kListens,
     1s,
     {{10s, kByte, kWait, kThenProbe},
      {12s, kPong, kWait},
      {46s, kNothing, kWait},
      {47s, kNothing, kPeerLost}}},
    {"BytesThatWereOnTheirWayPostponeAProbesEndAndDoNotPreventIt",
     Role::kListens,
     1s,
     {{10s, kByte, kWait, kThenProbe},
      {12s, kByte, kWait},
      {14s, kByte, kWait},
      {16999ms, kNothing, kWait},
      {17s, kNothing, kPeerLost}}},
    {"AskingAgainDoesNotPostponeAProbesEnd",
     Role::kListens,
     1s,
     {{10s, kByte, kWait, kThenProbe},
      {12s, kNothing, kWait, kThenProbe},
      {13s, kNothing, kPeerLost}}},
    {"ThePongOfAnEarlierProbeDoesNotEndALaterOne",
     Role::kListens,
     1s,
     {{10s, kByte, kWait, kThenProbe},
      {11s, kNothing, kWait, kThenProbe},
      {12s, Hears::kOldPong, kWait},
      {14999ms, kNothing, kWait},
      {15s, kNothing, kPeerLost}}},
    {"AProbeDoesNotOutliveTheOrdinaryDeadline",
     Role::kListens,
     1s,
     {{34s, kNothing, kWait, kThenProbe}, {35s, kNothing, kPeerLost}}},
    {"AnAskerMayProbeToo",
     Role::kAsks,
     25s,
     {{10s, kNothing, kWait, kThenProbe},
      {11s, kPong, kWait},
      {25s, kNothing, kSendPing},
      {26s, kNothing, kWait, kThenProbe},
      {29s, kNothing, kPeerLost}}},
};

std::uint64_t SequenceOf(Hears pong, std::uint64_t latest) {
  if (pong == Hears::kOldPong) return latest - 1;
  return pong == Hears::kFuturePong ? latest + 1 : latest;
}

class HeartbeatStory : public testing::TestWithParam<Story> {};

TEST_P(HeartbeatStory, GoesAsTold) {
  const Story& story = GetParam();
  Heartbeat heartbeat(story.role, kConfig, kStart, story.first_ping_after);
  std::uint64_t latest = 0;
  for (const Line& line : story.lines) {
    SCOPED_TRACE("at " + std::to_string(line.at.count() / 1000) + " ms");
    const Instant now = kStart + line.at;
    if (line.hears != Hears::kNothing) heartbeat.OnHeard(now);
    if (line.hears >= Hears::kPong) {
      const std::uint64_t sequence = SequenceOf(line.hears, latest);
      EXPECT_EQ(heartbeat.OnPong(Pong{sequence, 0, 0}, now), line.hears == Hears::kPong);
    }
    ASSERT_EQ(heartbeat.OnTime(now), line.verdict);
    if (line.verdict == kPeerLost) {
      EXPECT_LE(heartbeat.NextDeadline(), now);
      EXPECT_EQ(heartbeat.OnTime(now), kPeerLost) << "and stays lost";
      continue;
    }
    if (line.verdict == kSendPing) latest = heartbeat.MakePing(now, 0).sequence;
    EXPECT_GT(heartbeat.NextDeadline(), now) << "a timer set to it would spin";
    if (line.then_probe) {
      latest = heartbeat.MakeProbe(now, 0, kProbeDeadline).sequence;
      EXPECT_TRUE(heartbeat.probing());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Stories, HeartbeatStory, testing::ValuesIn(kStories),
                         [](const auto& story) { return std::string(story.param.name); });

TEST(HeartbeatTest, SequencesRiseByOneFromOneAndCarryTheSendersClock) {
  Heartbeat heartbeat(Role::kAsks, kConfig, kStart, 1s);
  for (std::uint64_t i = 1; i <= 3; ++i) {
    const auto clock = static_cast<std::int64_t>(1000 * i);
    const Ping ping = heartbeat.MakePing(kStart + i * 1s, clock);
    EXPECT_EQ(ping.sequence, i);
    EXPECT_EQ(ping.sent_at, clock);
    EXPECT_EQ(ping.round_trip_us, 0u) << "nothing was answered yet";
    EXPECT_EQ(ping.round_trip_of, 0u);
  }
}

TEST(HeartbeatTest, TheRoundTripIsLessTheTimeThatThePeerHeldThePing) {
  Heartbeat heartbeat(Role::kAsks, kConfig, kStart, 1s);
  const Ping ping = heartbeat.MakePing(kStart, 5);
  EXPECT_FALSE(heartbeat.round_trip().has_value());
  // The peer's clock has another origin.
  EXPECT_TRUE(heartbeat.OnPong(Pong{ping.sequence, -9'000'000, -8'998'000}, kStart + 12ms));
  EXPECT_EQ(heartbeat.round_trip(), std::optional<Duration>(10ms));
  const Ping next = heartbeat.MakePing(kStart + 1s, 6);
  EXPECT_EQ(next.round_trip_us, 10'000u);
  EXPECT_EQ(next.round_trip_of, ping.sequence);
}

TEST(HeartbeatTest, APingIsAnsweredOnce) {
  Heartbeat heartbeat(Role::kAsks, kConfig, kStart, 1s);
  const Ping ping = heartbeat.MakePing(kStart, 0);
  EXPECT_TRUE(heartbeat.OnPong(Pong{ping.sequence, 0, 0}, kStart + 10ms));
  EXPECT_FALSE(heartbeat.OnPong(Pong{ping.sequence, 0, 0}, kStart + 90ms));
  EXPECT_EQ(heartbeat.round_trip(), std::optional<Duration>(10ms));
}

TEST(HeartbeatTest, APongBeforeAnyPingMeasuresNothing) {
  Heartbeat heartbeat(Role::kListens, kConfig, kStart, 1s);
  EXPECT_FALSE(heartbeat.OnPong(Pong{0, 0, 0}, kStart + 1s));
  EXPECT_FALSE(heartbeat.round_trip().has_value());
}

TEST(HeartbeatTest, ThePeersNonsenseIsTakenAsHeldForNoTime) {
  constexpr std::int64_t kMin = INT64_MIN;
  constexpr std::int64_t kMax = INT64_MAX;
  const Pong nonsense[] = {{0, kMin, kMax}, {0, 5, 4},    {0, 0, 12'001},
                           {0, kMin, 0},    {0, 0, kMin}, {0, -1, kMax}};
  for (Pong pong : nonsense) {
    Heartbeat heartbeat(Role::kAsks, kConfig, kStart, 1s);
    pong.sequence = heartbeat.MakePing(kStart, 0).sequence;
    EXPECT_TRUE(heartbeat.OnPong(pong, kStart + 12ms));
    EXPECT_EQ(heartbeat.round_trip(), std::optional<Duration>(12ms)) << pong.received_at;
  }
}

TEST(HeartbeatTest, ARoundTripIsNeverZeroBecauseThatSaysNotMeasured) {
  Heartbeat heartbeat(Role::kAsks, kConfig, kStart, 1s);
  const Ping ping = heartbeat.MakePing(kStart, 0);
  EXPECT_TRUE(heartbeat.OnPong(Pong{ping.sequence, 7, 7}, kStart));
  EXPECT_EQ(heartbeat.MakePing(kStart + 1s, 0).round_trip_us, 1u);
}

TEST(HeartbeatTest, ARoundTripThatDoesNotFitTheWireIsTheMostThatFits) {
  Heartbeat heartbeat(Role::kAsks, kConfig, kStart, 1s);
  const Ping ping = heartbeat.MakePing(kStart, 0);
  EXPECT_TRUE(heartbeat.OnPong(Pong{ping.sequence, 0, 0}, kStart + 5000s));
  EXPECT_EQ(heartbeat.round_trip(), std::optional<Duration>(5000s));
  EXPECT_EQ(heartbeat.MakePing(kStart + 5000s, 0).round_trip_us, UINT32_MAX);
}

TEST(HeartbeatTest, NewsFromThePastDoNotTakeLifeAway) {
  Heartbeat heartbeat(Role::kListens, kConfig, kStart, 1s);
  heartbeat.OnHeard(kStart + 20s);
  heartbeat.OnHeard(kStart + 10s);
  EXPECT_EQ(heartbeat.NextDeadline(), kStart + 55s);
}

// Goal: I4 over random schedules. Method: a hub and a client exchange pings over a link with random
// one-way delays; at a random moment the link dies in both directions. Each end's timer fires late
// by up to a second.
struct Ends {
  Instant cut;
  Instant hub_heard = kStart;
  Instant client_heard = kStart;
  std::optional<Instant> hub_lost;
  std::optional<Instant> client_lost;
  int pings = 0;
};

Ends RunToTheEnd(std::uint64_t seed) {
  Random random(seed);
  const auto below = [&](Duration bound) {
    return Duration(
        static_cast<std::int64_t>(random.Below(static_cast<std::uint64_t>(bound.count()))));
  };
  struct Flying {
    Instant arrives;
    bool to_hub;
    Pong pong;
  };
  Ends ends;
  ends.cut = kStart + 1s + below(300s);
  Heartbeat hub(Role::kAsks, kConfig, kStart, 1us + below(25s));
  Heartbeat client(Role::kListens, kConfig, kStart, 1s);
  std::vector<Flying> flying;
  const auto send = [&](Instant now, bool to_hub, Pong pong) {
    const Instant arrives = now + 1us + below(4s);
    if (arrives < ends.cut) flying.push_back({arrives, to_hub, pong});
  };
  const auto timer = [&](const Heartbeat& end) { return end.NextDeadline() + below(1s); };
  Instant hub_timer = timer(hub);
  Instant client_timer = timer(client);
  while (!ends.hub_lost || !ends.client_lost) {
    const auto next = std::min_element(flying.begin(), flying.end(),
                                       [](auto& a, auto& b) { return a.arrives < b.arrives; });
    const Instant timers = std::min(hub_timer, client_timer);
    if (next != flying.end() && next->arrives <= timers) {
      const Flying news = *next;
      flying.erase(next);
      if (news.to_hub) {
        hub.OnHeard(news.arrives);
        hub.OnPong(news.pong, news.arrives);
        ends.hub_heard = news.arrives;
      } else {
        client.OnHeard(news.arrives);
        ends.client_heard = news.arrives;
        send(news.arrives, true, news.pong);
      }
    } else if (hub_timer <= client_timer) {
      const Instant now = hub_timer;
      const Verdict verdict = hub.OnTime(now);
      if (verdict == kSendPing) {
        ++ends.pings;
        send(now, false, Pong{hub.MakePing(now, 0).sequence, 0, 0});
      }
      if (verdict == kPeerLost) ends.hub_lost = now;
      hub_timer = ends.hub_lost ? kNever : timer(hub);
    } else {
      const Instant now = client_timer;
      if (client.OnTime(now) == kPeerLost) ends.client_lost = now;
      client_timer = ends.client_lost ? kNever : timer(client);
    }
  }
  return ends;
}

TEST(HeartbeatTest, OverRandomSchedulesALivePeerIsKeptAndADeadOneIsNoticedInTime) {
  int pings = 0;
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Ends ends = RunToTheEnd(seed);
    ASSERT_GE(*ends.hub_lost, ends.cut) << "a live client was declared dead";
    ASSERT_GE(*ends.client_lost, ends.cut) << "a live hub was declared dead";
    // The last second is the timer's lateness.
    ASSERT_LE(*ends.hub_lost - ends.hub_heard, 25s + 10s + 1s);
    ASSERT_LE(*ends.client_lost - ends.client_heard, 25s + 10s + 1s);
    ASSERT_GE(*ends.hub_lost - ends.hub_heard, 25s + 10s);
    ASSERT_GE(*ends.client_lost - ends.client_heard, 25s + 10s);
    pings += ends.pings;
  }
  EXPECT_GT(pings, 10'000) << "the schedules were too short to mean anything";
}

TEST(HeartbeatTest, APeerThatSendsBytesIsNeverDeclaredDead) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Random random(seed);
    for (const Role role : {Role::kAsks, Role::kListens}) {
      Heartbeat heartbeat(role, kConfig, kStart, 1s);
      Instant now = kStart;
      for (int i = 0; i < 200; ++i) {
        // It answers no ping at all, and its bytes come barely in time.
        now += Duration(static_cast<std::int64_t>(random.Below(35'000'000)));
        ASSERT_NE(heartbeat.OnTime(now), kPeerLost) << "seed " << seed << " byte " << i;
        heartbeat.OnHeard(now);
      }
    }
  }
}

}  // namespace
}  // namespace roomcast
