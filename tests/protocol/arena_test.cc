#include "proto/protocol/arena.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "proto/protocol/random.h"

namespace roomcast {
namespace {

constexpr std::size_t kMax = 64 * 1024;

TEST(ArenaTest, NothingIsHeldBeforeTheFirstAllocation) { EXPECT_EQ(Arena(kMax).bytes_held(), 0u); }

TEST(ArenaTest, AllocationsAreAlignedAndDoNotOverlap) {
  Arena arena(kMax);
  Random random(1);
  std::vector<std::pair<char*, std::size_t>> all;
  for (int i = 0; i < 100; ++i) {
    const std::size_t size = 1 + static_cast<std::size_t>(random.Below(300));
    char* at = arena.Allocate<char>(size);
    ASSERT_NE(at, nullptr);
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(at) % alignof(std::max_align_t), 0u);
    std::memset(at, i, size);
    all.emplace_back(at, size);
  }
  for (int i = 0; i < 100; ++i) {
    const auto& [at, size] = all[static_cast<std::size_t>(i)];
    EXPECT_EQ(std::string(at, size), std::string(size, static_cast<char>(i)));
  }
}

TEST(ArenaTest, UpToItsMostAndNotAByteMore) {
  Arena arena(kMax);
  EXPECT_NE(arena.Allocate<char>(kMax), nullptr);
  EXPECT_EQ(arena.Allocate<char>(1), nullptr);
  EXPECT_EQ(Arena(kMax).Allocate<char>(kMax + 1), nullptr);
}

TEST(ArenaTest, TheBoundIsOnTheSumOfManySmallOnes) {
  Arena arena(kMax);
  std::size_t got = 0;
  while (arena.Allocate<char>(1024) != nullptr) got += 1024;
  EXPECT_EQ(got, kMax);
  EXPECT_LE(arena.bytes_held(), 2 * kMax);
}

TEST(ArenaTest, ACountThatOverflowsIsRefused) {
  Arena arena(kMax);
  EXPECT_EQ(arena.Allocate<char>(SIZE_MAX), nullptr);
  EXPECT_EQ(arena.Allocate<std::uint64_t>(SIZE_MAX / 8 + 2), nullptr);
  EXPECT_NE(arena.Allocate<char>(1), nullptr) << "and the arena is as it was";
}

TEST(ArenaTest, AWarmArenaAllocatesNothing) {
  Arena arena(kMax);
  const auto frame = [&] {
    for (int i = 0; i < 40; ++i) ASSERT_NE(arena.Allocate<char>(1000), nullptr);
  };
  frame();
  arena.Reset();
  const std::size_t held = arena.bytes_held();
  EXPECT_GE(held, 40'000u);
  for (int i = 0; i < 100; ++i) {
    frame();
    EXPECT_EQ(arena.bytes_held(), held);
    arena.Reset();
  }
}

// One arena serves many connections: what one of them sent must not decide what another may send.
TEST(ArenaTest, WhatFitsDoesNotDependOnWhatWasThereBefore) {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    Random random(seed);
    Arena warm(kMax);
    for (std::uint64_t frames = random.Below(4); frames > 0; --frames) {
      for (int i = 0; i < 5; ++i) warm.Allocate<char>(random.Below(kMax));
      warm.Reset();
    }
    Arena fresh(kMax);
    for (int i = 0; i < 20; ++i) {
      const auto size = static_cast<std::size_t>(random.Below(kMax / 4));
      ASSERT_EQ(warm.Allocate<char>(size) == nullptr, fresh.Allocate<char>(size) == nullptr)
          << "seed " << seed << " allocation " << i;
      ASSERT_LE(warm.bytes_held(), 2 * kMax);
    }
  }
}

TEST(ArenaTest, AnArenaOfNothingGivesNothing) {
  Arena arena(0);
  EXPECT_EQ(arena.Allocate<char>(1), nullptr);
  arena.Reset();
  EXPECT_EQ(arena.bytes_held(), 0u);
}

}  // namespace
}  // namespace roomcast
