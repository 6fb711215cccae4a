#include "proto/protocol/random.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace roomcast {
namespace {

TEST(RandomTest, ASeedIsASequenceTheSameEverywhere) {
  // Steele et al. 2014; the reference program's first numbers for the seed 1234567.
  Random random(1234567);
  EXPECT_EQ(random.Next(), 6457827717110365317u);
  EXPECT_EQ(random.Next(), 3203168211198807973u);
  EXPECT_EQ(random.Next(), 9817491932198370423u);
  EXPECT_EQ(random.Next(), 4593380528125082431u);
  EXPECT_EQ(random.Next(), 16408922859458223821u);
}

TEST(RandomTest, BelowIsBelow) {
  Random random(1);
  for (int i = 0; i < 1000; ++i) ASSERT_LT(random.Below(7), 7u);
  EXPECT_EQ(random.Below(1), 0u);
}

TEST(RandomTest, AChanceIsPerMille) {
  Random random(2);
  int hits = 0;
  for (int i = 0; i < 100'000; ++i) hits += random.Chance(250) ? 1 : 0;
  EXPECT_NEAR(hits, 25'000, 1'000);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_FALSE(random.Chance(0));
    ASSERT_TRUE(random.Chance(1000));
  }
}

}  // namespace
}  // namespace roomcast
