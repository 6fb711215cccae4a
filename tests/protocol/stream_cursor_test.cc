#include "proto/protocol/stream_cursor.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>

#include "proto/protocol/random.h"

namespace roomcast {
namespace {

using Step = StreamCursor::Step;

TEST(StreamCursorTest, PublicationsAreDeliveredInOrderAndOnce) {
  StreamCursor cursor(Position{9, 4});
  EXPECT_EQ(cursor.OnPublication(5), Step::kDeliver);
  EXPECT_EQ(cursor.OnPublication(5), Step::kSeen);
  EXPECT_EQ(cursor.OnPublication(1), Step::kSeen);
  EXPECT_EQ(cursor.OnPublication(6), Step::kDeliver);
  EXPECT_EQ(cursor.position(), (Position{9, 6}));
}

TEST(StreamCursorTest, AHoleThatNoGapNamedIsFoundAndNotSteppedOver) {
  StreamCursor cursor(Position{9, 4});
  EXPECT_EQ(cursor.OnPublication(6), Step::kHole);
  EXPECT_EQ(cursor.position().offset, 4u);
  EXPECT_EQ(cursor.OnPublication(5), Step::kDeliver);
}

TEST(StreamCursorTest, AGapIsSteppedOver) {
  StreamCursor cursor(Position{9, 4});
  EXPECT_TRUE(cursor.OnGap(5, 8));
  EXPECT_EQ(cursor.position(), (Position{9, 8}));
  EXPECT_EQ(cursor.OnPublication(8), Step::kSeen);
  EXPECT_EQ(cursor.OnPublication(9), Step::kDeliver);
}

TEST(StreamCursorTest, AGapMayOverlapWhatWasSeen) {
  StreamCursor cursor(Position{9, 4});
  EXPECT_TRUE(cursor.OnGap(2, 6));
  EXPECT_EQ(cursor.position().offset, 6u);
  EXPECT_TRUE(cursor.OnGap(1, 3));
  EXPECT_EQ(cursor.position().offset, 6u) << "never backwards";
}

TEST(StreamCursorTest, AGapThatLeavesAHoleBelowItselfOrIsNoRangeIsRefused) {
  StreamCursor cursor(Position{9, 4});
  EXPECT_FALSE(cursor.OnGap(6, 8));
  EXPECT_FALSE(cursor.OnGap(8, 7));
  EXPECT_FALSE(cursor.OnGap(0, 5));
  EXPECT_FALSE(cursor.OnGap(0, 0));
  EXPECT_EQ(cursor.position(), (Position{9, 4}));
}

TEST(StreamCursorTest, TheLargestOffsetIsAnOffsetLikeAnyOther) {
  StreamCursor cursor(Position{9, UINT64_MAX - 1});
  EXPECT_EQ(cursor.OnPublication(UINT64_MAX), Step::kDeliver);
  EXPECT_EQ(cursor.OnPublication(UINT64_MAX), Step::kSeen);
  EXPECT_TRUE(cursor.OnGap(UINT64_MAX, UINT64_MAX));
  EXPECT_EQ(cursor.position().offset, UINT64_MAX);
}

TEST(StreamCursorTest, ANewEpochBeginsWhereItIsSaidTo) {
  StreamCursor cursor(Position{9, 400});
  cursor.MoveTo(Position{10, 2});
  EXPECT_EQ(cursor.OnPublication(3), Step::kDeliver);
  EXPECT_EQ(cursor.position(), (Position{10, 3}));
}

TEST(StreamCursorTest, ANewReaderStandsBeforeTheFirst) {
  StreamCursor cursor;
  EXPECT_EQ(cursor.OnPublication(1), Step::kDeliver);
}

// Goal: I2 on the reader's side. Method: a stream is sent with overlapping pages, gaps, repeats and
// losses that nobody names; every offset up to the position was delivered or named by a gap.
TEST(StreamCursorTest, EverythingUpToThePositionWasDeliveredOrNamed) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    Random random(seed);
    StreamCursor cursor(Position{1, 0});
    std::set<std::uint64_t> accounted;
    std::uint64_t at = 1;
    for (int i = 0; i < 200; ++i) {
      at = random.Chance(100) ? 1 + random.Below(at + 5) : at + 1;
      if (random.Chance(100)) {
        const std::uint64_t to = at + random.Below(5);
        if (cursor.OnGap(at, to)) {
          for (std::uint64_t offset = at; offset <= to; ++offset) accounted.insert(offset);
        }
      } else if (cursor.OnPublication(at) == Step::kDeliver) {
        ASSERT_TRUE(accounted.insert(at).second) << "delivered twice, seed " << seed;
      }
      ASSERT_EQ(accounted.size(), cursor.position().offset) << "seed " << seed;
      if (at > cursor.position().offset + 1) at = cursor.position().offset;
    }
  }
}

}  // namespace
}  // namespace roomcast
