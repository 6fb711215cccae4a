#include "proto/protocol/dedupe.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>

#include "proto/protocol/limits.h"
#include "proto/protocol/random.h"

namespace roomcast {
namespace {

using Verdict = Dedupe::Verdict;

constexpr ProducerId kAnn{1, 100};
constexpr ProducerId kBob{2, 200};
constexpr ProducerId kCid{3, 300};
constexpr Dedupe::Config kConfig{5min, 1000};

constexpr Instant At(Duration d) { return InstantFromMicroseconds(7'000'000) + d; }

TEST(DedupeTest, APublishSentTwiceIsADuplicateAtItsOffset) {
  Dedupe dedupe(kConfig);
  EXPECT_EQ(dedupe.Check(kAnn, 1, At(0s)).verdict, Verdict::kNew);
  dedupe.Record(kAnn, 1, 41, At(0s));
  const Dedupe::Answer again = dedupe.Check(kAnn, 1, At(1s));
  EXPECT_EQ(again.verdict, Verdict::kDuplicate);
  EXPECT_EQ(again.offset, 41u);
}

TEST(DedupeTest, WhatWasCheckedAndDidNotTakeEffectIsStillNew) {
  Dedupe dedupe(kConfig);
  EXPECT_EQ(dedupe.Check(kAnn, 1, At(0s)).verdict, Verdict::kNew);
  EXPECT_EQ(dedupe.Check(kAnn, 1, At(0s)).verdict, Verdict::kNew);
  EXPECT_EQ(dedupe.producers(), 0u);
}

TEST(DedupeTest, AResendAfterALaterPublishIsNeitherDoubledNorTakenForDone) {
  Dedupe dedupe(kConfig);
  dedupe.Record(kAnn, 1, 11, At(0s));
  dedupe.Record(kAnn, 3, 12, At(0s));
  // 2 was lost on the way; 1 took effect.
  EXPECT_EQ(dedupe.Check(kAnn, 2, At(1s)).verdict, Verdict::kNew);
  EXPECT_EQ(dedupe.Check(kAnn, 1, At(1s)).verdict, Verdict::kDuplicate);
  EXPECT_EQ(dedupe.Check(kAnn, 1, At(1s)).offset, 0u) << "only the highest one's is known";
  dedupe.Record(kAnn, 2, 13, At(1s));
  EXPECT_EQ(dedupe.Check(kAnn, 2, At(2s)).verdict, Verdict::kDuplicate);
  EXPECT_EQ(dedupe.Check(kAnn, 3, At(2s)).offset, 12u);
}

TEST(DedupeTest, SixtyThreeBelowTheHighestAreKnownAndBelowThatNobodyCanTell) {
  Dedupe dedupe(kConfig);
  dedupe.Record(kAnn, 1000, 1, At(0s));
  EXPECT_EQ(dedupe.Check(kAnn, 937, At(0s)).verdict, Verdict::kNew);
  EXPECT_EQ(dedupe.Check(kAnn, 936, At(0s)).verdict, Verdict::kTooOld);
  EXPECT_EQ(dedupe.Check(kAnn, 1, At(0s)).verdict, Verdict::kTooOld);
  dedupe.Record(kAnn, 937, 2, At(0s));
  EXPECT_EQ(dedupe.Check(kAnn, 937, At(0s)).verdict, Verdict::kDuplicate);
  dedupe.Record(kAnn, 936, 3, At(0s));
  EXPECT_EQ(dedupe.Check(kAnn, 936, At(0s)).verdict, Verdict::kTooOld);
  EXPECT_EQ(dedupe.Check(kAnn, 1000, At(0s)).offset, 1u);
}

TEST(DedupeTest, AJumpOfTheCounterForgetsExactlyWhatFallsOut) {
  for (const std::uint64_t jump : {1, 2, 62, 63, 64, 65, 1000}) {
    Dedupe dedupe(kConfig);
    dedupe.Record(kAnn, 5, 1, At(0s));
    dedupe.Record(kAnn, 5 + jump, 2, At(0s));
    EXPECT_EQ(dedupe.Check(kAnn, 5, At(0s)).verdict,
              jump < 64 ? Verdict::kDuplicate : Verdict::kTooOld)
        << "jump of " << jump;
    for (std::uint64_t between = 6; between < 5 + jump; ++between) {
      EXPECT_EQ(dedupe.Check(kAnn, between, At(0s)).verdict,
                5 + jump - between < 64 ? Verdict::kNew : Verdict::kTooOld)
          << "jump of " << jump << ", counter " << between;
    }
  }
}

TEST(DedupeTest, TheLargestCountersHaveNoEdge) {
  constexpr std::uint64_t kMost = UINT64_MAX;
  Dedupe dedupe(kConfig);
  dedupe.Record(kAnn, 1, 1, At(0s));
  dedupe.Record(kAnn, kMost, 2, At(0s));
  EXPECT_EQ(dedupe.Check(kAnn, kMost, At(0s)).verdict, Verdict::kDuplicate);
  EXPECT_EQ(dedupe.Check(kAnn, kMost - 1, At(0s)).verdict, Verdict::kNew);
  EXPECT_EQ(dedupe.Check(kAnn, kMost - 63, At(0s)).verdict, Verdict::kNew);
  EXPECT_EQ(dedupe.Check(kAnn, kMost - 64, At(0s)).verdict, Verdict::kTooOld);
  EXPECT_EQ(dedupe.Check(kAnn, 1, At(0s)).verdict, Verdict::kTooOld);
}

TEST(DedupeTest, ProducersAreTheirWholeSixteenBytes) {
  Dedupe dedupe(kConfig);
  dedupe.Record({1, 100}, 1, 1, At(0s));
  EXPECT_EQ(dedupe.Check({1, 101}, 1, At(0s)).verdict, Verdict::kNew) << "another secret";
  EXPECT_EQ(dedupe.Check({2, 100}, 1, At(0s)).verdict, Verdict::kNew);
}

TEST(DedupeTest, AfterTheWindowAProducerIsForgotten) {
  Dedupe dedupe(kConfig);
  dedupe.Record(kAnn, 1, 1, At(0s));
  EXPECT_EQ(dedupe.Check(kAnn, 1, At(5min - 1us)).verdict, Verdict::kDuplicate);
  EXPECT_EQ(dedupe.Check(kAnn, 1, At(5min)).verdict, Verdict::kNew);
  EXPECT_EQ(dedupe.producers(), 0u);
}

TEST(DedupeTest, TheWindowRunsFromTheLastPublish) {
  Dedupe dedupe(kConfig);
  dedupe.Record(kAnn, 1, 1, At(0s));
  dedupe.Record(kAnn, 2, 2, At(4min));
  EXPECT_EQ(dedupe.Check(kAnn, 1, At(9min - 1us)).verdict, Verdict::kDuplicate);
  EXPECT_EQ(dedupe.Check(kAnn, 1, At(9min)).verdict, Verdict::kNew);
}

TEST(DedupeTest, AProducerThatIsBackAfterTheWindowBeginsAnew) {
  Dedupe dedupe(kConfig);
  dedupe.Record(kAnn, 900, 1, At(0s));
  dedupe.Record(kAnn, 1, 2, At(6min));
  EXPECT_EQ(dedupe.Check(kAnn, 1, At(6min)).verdict, Verdict::kDuplicate);
  EXPECT_EQ(dedupe.Check(kAnn, 1, At(6min)).offset, 2u);
  EXPECT_EQ(dedupe.Check(kAnn, 2, At(6min)).verdict, Verdict::kNew);
}

TEST(DedupeTest, ExpireForgetsWithoutBeingAskedAnythingElse) {
  Dedupe dedupe(kConfig);
  dedupe.Record(kAnn, 1, 1, At(0s));
  dedupe.Record(kBob, 1, 2, At(1min));
  dedupe.Record(kAnn, 2, 3, At(2min));
  dedupe.Expire(At(6min));
  EXPECT_EQ(dedupe.producers(), 1u) << "Bob was silent for longer than the window";
  dedupe.Expire(At(7min));
  EXPECT_EQ(dedupe.producers(), 0u);
}

TEST(DedupeTest, OverTheCapTheLongestSilentIsForgottenFirst) {
  Dedupe dedupe({5min, 2});
  dedupe.Record(kAnn, 1, 1, At(0s));
  dedupe.Record(kAnn, 2, 2, At(10s));
  dedupe.Record(kBob, 1, 3, At(20s));
  dedupe.Record(kCid, 1, 4, At(30s));
  EXPECT_EQ(dedupe.producers(), 2u);
  EXPECT_EQ(dedupe.Check(kAnn, 2, At(30s)).verdict, Verdict::kNew) << "silent since 10 s";
  EXPECT_EQ(dedupe.Check(kBob, 1, At(30s)).verdict, Verdict::kDuplicate) << "silent since 20 s";
  EXPECT_EQ(dedupe.Check(kCid, 1, At(30s)).verdict, Verdict::kDuplicate);
}

TEST(DedupeTest, WhoKeepsPublishingIsNotPushedOutByStrangers) {
  Dedupe dedupe({5min, 10});
  for (std::uint64_t i = 1; i <= 1000; ++i) {
    const Instant now = At(i * 1ms);
    dedupe.Record(kAnn, i, i, now);
    dedupe.Record({1000 + i, 0}, 1, i, now);
    ASSERT_EQ(dedupe.Check(kAnn, i, now).verdict, Verdict::kDuplicate);
    ASSERT_LE(dedupe.producers(), 10u);
  }
}

// An exact and unbounded account of what took effect.
class Model {
 public:
  Verdict Check(const ProducerId& producer, std::uint64_t counter, Instant now) const {
    const auto found = producers_.find(producer);
    if (found == producers_.end() || found->second.last + kConfig.window <= now) {
      return Verdict::kNew;
    }
    const auto& used = found->second.used;
    const std::uint64_t highest = used.rbegin()->first;
    if (counter < highest && highest - counter >= 64) return Verdict::kTooOld;
    return used.count(counter) != 0 ? Verdict::kDuplicate : Verdict::kNew;
  }
  void Record(const ProducerId& producer, std::uint64_t counter, Instant now) {
    auto& known = producers_[producer];
    if (known.last + kConfig.window <= now) known.used.clear();
    known.used[counter] = true;
    known.last = now;
  }

 private:
  struct Known {
    std::map<std::uint64_t, bool> used;
    Instant last = At(-60min);
  };
  std::map<ProducerId, Known> producers_;
};

TEST(DedupeTest, AgreesWithAnExactModelOverRandomSchedules) {
  std::map<Verdict, int> seen;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Random random(seed);
    Dedupe dedupe(kConfig);
    Model model;
    Instant now = At(0s);
    std::uint64_t top = 1 + random.Below(100);
    for (int i = 0; i < 300; ++i) {
      now += Duration(
          static_cast<std::int64_t>(random.Below(random.Chance(20) ? 400'000'000 : 2'000'000)));
      const ProducerId producer{random.Below(4), 9};
      const std::uint64_t counter = random.Chance(300) ? ++top : 1 + random.Below(top + 3);
      if (random.Chance(30)) top += random.Below(100);
      const Verdict verdict = dedupe.Check(producer, counter, now).verdict;
      ASSERT_EQ(verdict, model.Check(producer, counter, now)) << "seed " << seed << " step " << i;
      ++seen[verdict];
      if (verdict == Verdict::kNew && random.Chance(900)) {
        dedupe.Record(producer, counter, static_cast<std::uint64_t>(i), now);
        model.Record(producer, counter, now);
      }
    }
  }
  EXPECT_GT(seen[Verdict::kNew], 1000);
  EXPECT_GT(seen[Verdict::kDuplicate], 1000);
  EXPECT_GT(seen[Verdict::kTooOld], 1000);
}

}  // namespace
}  // namespace roomcast
