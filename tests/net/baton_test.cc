#include "server/net/baton.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace roomcast::net {
namespace {

TEST(Baton, TheOwnerHasItFirstAndHearsOfAKnock) {
  Baton baton;
  EXPECT_FALSE(baton.TryTakeOrKnock());
  EXPECT_FALSE(baton.PutDown()) << "the knock is heard, once";
  EXPECT_TRUE(baton.PutDown());
}

TEST(Baton, AVisitorTakesItWhenItLiesAndHearsOfAKnockToo) {
  Baton baton;
  ASSERT_TRUE(baton.PutDown());
  ASSERT_TRUE(baton.TryTakeOrKnock());
  EXPECT_FALSE(baton.TryTakeOrKnock()) << "held";
  EXPECT_FALSE(baton.TryTakeOrKnock()) << "still held";
  EXPECT_FALSE(baton.PutDown()) << "two knocks are one";
  EXPECT_TRUE(baton.PutDown());
  EXPECT_TRUE(baton.TryTakeOrKnock());
}

// Goal: no two at a time, no knock that nobody answers, and the owner comes through. Method: each
// knock leaves something to do, which whoever hears of it does; a plain counter, which a second
// holder would tear, counts it.
TEST(Baton, NothingIsDoneTwiceAtOnceAndNothingIsLeft) {
  constexpr int kVisitors = 3;
  constexpr std::uint64_t kEach = 20'000;
  Baton baton;
  std::atomic<std::uint64_t> left{0};
  std::atomic<int> visiting{kVisitors};
  std::uint64_t done = 0;
  const auto work = [&] { done += left.exchange(0); };

  std::vector<std::thread> visitors;
  visitors.reserve(kVisitors);
  for (int i = 0; i < kVisitors; ++i) {
    visitors.emplace_back([&] {
      for (std::uint64_t one = 0; one < kEach; ++one) {
        left.fetch_add(1);
        if (!baton.TryTakeOrKnock()) continue;
        do work();
        while (!baton.PutDown());
      }
      --visiting;
    });
  }
  while (visiting > 0) {
    while (!baton.PutDown()) work();
    baton.Take();
  }
  for (std::thread& visitor : visitors) visitor.join();
  while (!baton.PutDown()) work();
  EXPECT_EQ(done, kVisitors * kEach);
  EXPECT_EQ(left, 0U);
}

}  // namespace
}  // namespace roomcast::net
