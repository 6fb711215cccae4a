#include "proto/protocol/instant.h"

#include <gtest/gtest.h>

#include <concepts>
#include <cstdint>

#include "proto/protocol/limits.h"

namespace roomcast {
namespace {

template <class Clock>
concept CanBeRead = requires {
  Clock::now();
};

TEST(InstantTest, TheClockCannotBeRead) { EXPECT_FALSE(CanBeRead<CallerClock>); }

TEST(InstantTest, MicrosecondsThereAndBack) {
  for (const std::int64_t us : {std::int64_t{0}, std::int64_t{-5}, INT64_MAX, INT64_MIN}) {
    EXPECT_EQ(Microseconds(InstantFromMicroseconds(us)), us);
    EXPECT_EQ(Microseconds(WallTime{us}), us);
  }
  EXPECT_EQ(Microseconds(Duration(3ms)), 3000);
}

TEST(InstantTest, MillisecondsFitTheWire) {
  EXPECT_EQ(Milliseconds(25s), 25'000u);
  EXPECT_EQ(Milliseconds(1999us), 1u);
  EXPECT_EQ(Milliseconds(0us), 0u);
  EXPECT_EQ(Milliseconds(-1s), 0u);
  EXPECT_EQ(Milliseconds(Duration(std::int64_t{UINT32_MAX} * 1000)), UINT32_MAX);
  EXPECT_EQ(Milliseconds(Duration::max()), UINT32_MAX);
}

TEST(InstantTest, NeverIsAfterEverything) {
  EXPECT_GT(kNever, InstantFromMicroseconds(INT64_MAX - 1));
}

}  // namespace
}  // namespace roomcast
