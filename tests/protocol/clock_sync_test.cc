#include "proto/protocol/clock_sync.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "proto/protocol/random.h"

namespace roomcast {
namespace {

TEST(ClockSyncTest, KnowsNothingBeforeTheFirstSample) {
  EXPECT_FALSE(ClockSync().Read(0).has_value());
}

TEST(ClockSyncTest, ASymmetricPathGivesTheExactClock) {
  ClockSync sync;
  // The hub is 1,000,000 ahead; 300 each way; it held the question for 50.
  sync.OnOurQuestion(100, 1'000'400, 1'000'450, 750);
  const auto reading = sync.Read(2000);
  ASSERT_TRUE(reading.has_value());
  EXPECT_EQ(reading->hub_time, 1'002'000);
  EXPECT_EQ(reading->error, 301);
}

TEST(ClockSyncTest, TheHubsQuestionSaysTheSame) {
  ClockSync sync;
  // The hub asks at 1,000,000; ours is 1,000,000 behind; 300 each way; we held it for 50.
  sync.OnHubsQuestion(1'000'000, 300, 350, 1'000'650);
  const auto reading = sync.Read(2000);
  ASSERT_TRUE(reading.has_value());
  EXPECT_EQ(reading->hub_time, 1'002'000);
  EXPECT_EQ(reading->error, 301);
}

TEST(ClockSyncTest, AnAsymmetricPathIsWrongByNoMoreThanItSays) {
  ClockSync sync;
  // All of the 600 on the way out: the worst case.
  sync.OnOurQuestion(100, 1'000'700, 1'000'700, 700);
  const auto reading = sync.Read(0);
  ASSERT_TRUE(reading.has_value());
  EXPECT_EQ(reading->hub_time, 1'000'300);
  EXPECT_EQ(reading->error, 301);
}

TEST(ClockSyncTest, TheLeastDelayWins) {
  ClockSync sync;
  sync.OnOurQuestion(0, 1'000, 1'000, 1'000);        // delay 1000
  sync.OnOurQuestion(5'000, 5'510, 5'510, 5'020);    // delay 20, the hub is 500 ahead
  sync.OnOurQuestion(9'000, 10'500, 10'500, 9'900);  // delay 900
  const auto reading = sync.Read(0);
  ASSERT_TRUE(reading.has_value());
  EXPECT_EQ(reading->hub_time, 500);
  EXPECT_EQ(reading->error, 11);
}

TEST(ClockSyncTest, ASampleIsForgottenAfterSevenNewerOnes) {
  ClockSync sync;
  sync.OnOurQuestion(0, 510, 510, 20);  // delay 20, the hub is 500 ahead
  const auto add_slow = [&] { sync.OnOurQuestion(0, 50'000, 50'000, 60'000); };  // 20,000 ahead
  for (int i = 0; i < 7; ++i) add_slow();
  EXPECT_EQ(sync.Read(0)->hub_time, 500);
  add_slow();
  EXPECT_EQ(sync.Read(0)->hub_time, 20'000);
}

TEST(ClockSyncTest, AClockThatWasSetBackBetweenTheTimesIsNoSample) {
  ClockSync sync;
  sync.OnOurQuestion(5'000, 10'000, 10'000, 4'000);  // ours went back
  sync.OnOurQuestion(0, 10'000, 20'000, 1'000);      // held for longer than we waited
  sync.OnHubsQuestion(5'000, 100, 100, 4'000);       // the hub's went back
  EXPECT_FALSE(sync.Read(0).has_value());
}

TEST(ClockSyncTest, AfterForgetOnlyNewSamplesCount) {
  ClockSync sync;
  sync.OnOurQuestion(0, 510, 510, 20);
  sync.Forget();
  EXPECT_FALSE(sync.Read(0).has_value());
  sync.OnOurQuestion(0, 90'500, 90'500, 1'000);  // worse, and all there is
  EXPECT_EQ(sync.Read(0)->hub_time, 90'000);
}

TEST(ClockSyncTest, NumbersThatNoClockShowsAreIgnored) {
  constexpr std::array<std::int64_t, 5> kInsane{INT64_MIN, INT64_MAX, INT64_MIN + 1,
                                                std::int64_t{1} << 60, -(std::int64_t{1} << 60)};
  ClockSync sync;
  for (const std::int64_t insane : kInsane) {
    for (int place = 0; place < 4; ++place) {
      std::array<std::int64_t, 4> times{0, 0, 0, 0};
      times[static_cast<std::size_t>(place)] = insane;
      sync.OnOurQuestion(times[0], times[1], times[2], times[3]);
      sync.OnHubsQuestion(times[0], times[1], times[2], times[3]);
    }
  }
  EXPECT_FALSE(sync.Read(0).has_value());
}

TEST(ClockSyncTest, TheLargestPlausibleTimesDoNotOverflow) {
  constexpr std::int64_t kMost = (std::int64_t{1} << 60) - 1;
  ClockSync sync;
  for (const std::int64_t a : {-kMost, kMost}) {
    for (const std::int64_t b : {-kMost, kMost}) {
      for (const std::int64_t c : {-kMost, kMost}) {
        for (const std::int64_t d : {-kMost, kMost}) {
          sync.OnOurQuestion(a, b, c, d);
          sync.OnHubsQuestion(a, b, c, d);
        }
      }
    }
  }
  EXPECT_TRUE(sync.Read(0).has_value());
}

// Goal: the hub's clock is within hub_time ± error, whatever the network does, while both clocks
// run at one rate. Method: random offset, delays of each direction and holding times, both kinds of
// question, odd and even numbers alike.
TEST(ClockSyncTest, TheErrorBoundHoldsOverRandomNetworks) {
  for (std::uint64_t seed = 1; seed <= 20'000; ++seed) {
    Random random(seed);
    const auto below = [&](std::uint64_t bound) {
      return static_cast<std::int64_t>(random.Below(bound));
    };
    const std::int64_t offset = below(4'000'000'000'000'000) - 2'000'000'000'000'000;
    const std::uint64_t spread = std::uint64_t{1} << random.Below(24);
    ClockSync sync;
    std::int64_t ours = below(1'000'000'000);
    for (int i = 0; i < 12; ++i) {
      const std::int64_t out = below(spread);
      const std::int64_t held = below(spread);
      const std::int64_t back = below(spread);
      if (random.Chance(500)) {
        sync.OnOurQuestion(ours, ours + out + offset, ours + out + held + offset,
                           ours + out + held + back);
      } else {
        sync.OnHubsQuestion(ours + offset, ours + out, ours + out + held,
                            ours + out + held + back + offset);
      }
      ours += out + held + back + below(25'000'000);
      const auto reading = sync.Read(ours);
      ASSERT_TRUE(reading.has_value());
      ASSERT_LE(std::llabs(reading->hub_time - (ours + offset)), reading->error)
          << "seed " << seed << " sample " << i;
    }
  }
}

}  // namespace
}  // namespace roomcast
