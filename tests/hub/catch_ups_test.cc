// Pages of history: shared by who stands at one place, and only so many at once.
#include "server/hub/catch_ups.h"

#include <gtest/gtest.h>

namespace roomcast::hub {
namespace {

constexpr RoomHandle kRoom{1};

SessionRef Ref(std::uint32_t index) { return {ShardId{0}, index, 1}; }

TEST(CatchUps, MembersAtOnePlaceShareAPage) {
  CatchUps pages;
  EXPECT_TRUE(pages.Want(Ref(0), {kRoom, 7}));
  for (std::uint32_t i = 1; i < 1000; ++i) EXPECT_FALSE(pages.Want(Ref(i), {kRoom, 7}));
  EXPECT_TRUE(pages.Want(Ref(1000), {kRoom, 8})) << "another place";
  EXPECT_TRUE(pages.Want(Ref(1001), {RoomHandle{2}, 7})) << "another room";
  const auto askers = pages.Take({kRoom, 7});
  ASSERT_EQ(askers.size(), 1000u);
  EXPECT_EQ(askers[999], Ref(999));
  EXPECT_TRUE(pages.Take({kRoom, 7}).empty()) << "a page is for whom it was asked for";
  EXPECT_TRUE(pages.Want(Ref(0), {kRoom, 7}));
}

TEST(CatchUps, OnlySoManyAreUnderWayAndTheRestWaitInTheirOrder) {
  CatchUps pages;
  for (std::uint32_t i = 0; i < CatchUps::kPagesMax; ++i) {
    EXPECT_TRUE(pages.Want(Ref(i), {kRoom, i}));
  }
  EXPECT_FALSE(pages.Want(Ref(100), {kRoom, 1000}));
  EXPECT_FALSE(pages.Want(Ref(101), {kRoom, 1001}));
  EXPECT_FALSE(pages.Want(Ref(102), {kRoom, 5})) << "that one is on its way";
  SessionRef next;
  EXPECT_FALSE(pages.TakeWaiting(next));
  EXPECT_EQ(pages.Take({kRoom, 5}).size(), 2u);
  ASSERT_TRUE(pages.TakeWaiting(next));
  EXPECT_EQ(next, Ref(100));
  EXPECT_TRUE(pages.Want(next, {kRoom, 1000}));
  EXPECT_FALSE(pages.TakeWaiting(next)) << "its place is taken";
}

}  // namespace
}  // namespace roomcast::hub
