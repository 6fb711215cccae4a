#include "proto/protocol/backoff.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "proto/protocol/limits.h"
#include "proto/protocol/random.h"

namespace roomcast {
namespace {

constexpr Backoff::Config kConfig{500ms, 20s, 10s};
constexpr Instant kStart = InstantFromMicroseconds(1'000'000);

// The ceiling of the next wait: with this "random" number the wait is one tick below it.
Duration CeilingOf(Backoff backoff, Duration expected) {
  return backoff.Next(static_cast<std::uint64_t>(expected.count()) - 1) + 1us;
}

TEST(BackoffTest, TheCeilingDoublesUpToItsMost) {
  Backoff backoff(kConfig);
  const Duration ceilings[] = {500ms, 1s, 2s, 4s, 8s, 16s, 20s, 20s, 20s};
  for (const Duration ceiling : ceilings) {
    EXPECT_EQ(CeilingOf(backoff, ceiling), ceiling);
    EXPECT_EQ(Backoff(backoff).Next(static_cast<std::uint64_t>(ceiling.count())), 0us) << "wraps";
    (void)backoff.Next(0);
  }
}

TEST(BackoffTest, TheCeilingStaysThereForEver) {
  Backoff backoff(kConfig);
  Random random(1);
  for (int i = 0; i < 10'000; ++i) {
    const Duration wait = backoff.Next(random.Next());
    ASSERT_GE(wait, 0us);
    ASSERT_LT(wait, 20s);
  }
}

TEST(BackoffTest, WaitsAreSpreadOverTheWholeRange) {
  Random random(2);
  std::vector<int> tenths(10);
  for (int i = 0; i < 10'000; ++i) {
    Backoff backoff(kConfig);
    backoff.Raise();
    ++tenths[static_cast<std::size_t>(backoff.Next(random.Next()) / 2s)];
  }
  for (const int count : tenths) EXPECT_NEAR(count, 1000, 150);
}

TEST(BackoffTest, AConnectionThatHeldForgivesWhatWasBefore) {
  Backoff backoff(kConfig);
  for (int i = 0; i < 4; ++i) (void)backoff.Next(0);
  backoff.OnConnected(kStart);
  backoff.OnLost(kStart + 10s);
  EXPECT_EQ(CeilingOf(backoff, 500ms), 500ms);
}

TEST(BackoffTest, AConnectionThatDidNotHoldForgivesNothing) {
  Backoff backoff(kConfig);
  for (int i = 0; i < 4; ++i) (void)backoff.Next(0);
  backoff.OnConnected(kStart);
  backoff.OnLost(kStart + 10s - 1us);
  EXPECT_EQ(CeilingOf(backoff, 8s), 8s);
}

TEST(BackoffTest, AnAttemptThatFailedIsNoConnectionThatHeld) {
  Backoff backoff(kConfig);
  backoff.OnConnected(kStart);
  backoff.OnLost(kStart + 1s);
  for (int i = 0; i < 4; ++i) (void)backoff.Next(0);
  backoff.OnLost(kStart + 60s);
  EXPECT_EQ(CeilingOf(backoff, 8s), 8s);
}

TEST(BackoffTest, RaisedIsTheMostAtOnceAndResetIsTheFirst) {
  Backoff backoff(kConfig);
  backoff.Raise();
  EXPECT_EQ(CeilingOf(backoff, 20s), 20s);
  backoff.Reset();
  EXPECT_EQ(CeilingOf(backoff, 500ms), 500ms);
}

TEST(BackoffTest, RaisedIsTheMostAlsoWhenTheFirstIsTiny) {
  Backoff backoff({1us, 20s, 10s});
  backoff.Raise();
  EXPECT_EQ(CeilingOf(backoff, 20s), 20s);
}

TEST(BackoffTest, AFirstCeilingOverTheMostIsTheMost) {
  EXPECT_EQ(CeilingOf(Backoff({30s, 20s, 10s}), 20s), 20s);
}

}  // namespace
}  // namespace roomcast
