#include "server/ops/memory_guard.h"

#include <gtest/gtest.h>

namespace roomcast::ops {
namespace {

TEST(MemoryGuard, MemoryIsShortAboveTheCeilingUntilItIsATwentiethBelow) {
  MemoryGuard guard(1000);
  EXPECT_FALSE(guard.Look(1000));
  EXPECT_FALSE(guard.is_short());
  EXPECT_TRUE(guard.Look(1001));
  EXPECT_TRUE(guard.is_short());
  EXPECT_FALSE(guard.Look(951));
  EXPECT_TRUE(guard.is_short());
  EXPECT_TRUE(guard.Look(950));
  EXPECT_FALSE(guard.is_short());
  EXPECT_FALSE(guard.Look(990));
}

TEST(MemoryGuard, WithoutACeilingItIsNeverShort) {
  MemoryGuard guard(0);
  EXPECT_FALSE(guard.Look(std::uint64_t{1} << 60));
  EXPECT_FALSE(guard.is_short());
}

TEST(MemoryGuard, ThisProcessHasMemory) { EXPECT_GT(ResidentBytes(), 1'000'000U); }

}  // namespace
}  // namespace roomcast::ops
