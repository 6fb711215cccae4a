#include "client-wasm/core/plain_vector.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace roomcast::client {
namespace {

std::vector<int> Items(const PlainVector<int>& vector) { return {vector.begin(), vector.end()}; }

TEST(PlainVector, WhatIsAddedStaysInItsOrderHoweverItGrows) {
  PlainVector<int> vector;
  EXPECT_TRUE(vector.empty());
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(vector.Add(i), i);
  ASSERT_EQ(vector.size(), 1000u);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(vector[static_cast<std::size_t>(i)], i);
}

TEST(PlainVector, WhatIsRemovedLeavesTheRestInItsOrder) {
  PlainVector<int> vector;
  for (int i = 0; i < 6; ++i) vector.Add(i);
  vector.RemoveAt(5);
  vector.RemoveAt(0);
  EXPECT_EQ(Items(vector), (std::vector<int>{1, 2, 3, 4}));
  vector.RemoveIf([](int item) { return item % 2 == 0; });
  EXPECT_EQ(Items(vector), (std::vector<int>{1, 3}));
}

TEST(PlainVector, ClearedItKeepsItsMemoryAndMovedItHandsItOn) {
  PlainVector<int> vector;
  for (int i = 0; i < 10; ++i) vector.Add(i);
  const int* const memory = vector.begin();
  vector.Clear();
  EXPECT_TRUE(vector.empty());
  EXPECT_EQ(&vector.Add(7), memory);
  PlainVector<int> other;
  other.Add(1);
  other = std::move(vector);
  EXPECT_EQ(other.begin(), memory);
  EXPECT_EQ(Items(other), std::vector<int>{7});
}

}  // namespace
}  // namespace roomcast::client
