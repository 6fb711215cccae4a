// Items of a PublishStream on their home shard: each is answered once, those of one turn at once.
#include "server/net/item_desk.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "proto/protocol/codes.h"
#include "server/net/bridge_desk.h"

namespace roomcast::net {
namespace {

struct Sink : bridge::ItemSink {
  void OnOutcomes(std::vector<bridge::ItemOutcome> outcomes) override {
    calls.push_back(std::move(outcomes));
  }
  std::vector<std::vector<bridge::ItemOutcome>> calls;
};

BridgeItems Letter(const std::shared_ptr<Sink>& sink, std::uint64_t from, std::uint64_t to) {
  BridgeItems letter;
  letter.sink = sink;
  for (std::uint64_t number = from; number <= to; ++number) {
    letter.items.push_back({{}, number, 10});
  }
  return letter;
}

TEST(ItemDesk, WhatBecameOfAStreamsItemsInOneTurnGoesToItAtOnce) {
  const auto sink = std::make_shared<Sink>();
  const auto other = std::make_shared<Sink>();
  BridgeDesk desk(10);
  const auto first = desk.items().Open(Letter(sink, 1, 2));
  const auto second = desk.items().Open(Letter(other, 1, 1));
  const auto third = desk.items().Open(Letter(sink, 3, 3));
  ASSERT_TRUE(first && second && third);
  desk.OnPublished(desk.items().CallOf(*first, 0), {{5, 1}, false, false, {}});
  desk.OnPublished(desk.items().CallOf(*second, 0), {{5, 2}, true, false, {}});
  desk.OnPublished(desk.items().CallOf(*third, 0),
                   {{}, false, true, {ErrorCode::kOverloaded, "no", {}}});
  EXPECT_TRUE(sink->calls.empty()) << "the turn is not over";
  desk.items().Flush();
  ASSERT_EQ(sink->calls.size(), 1u);
  ASSERT_EQ(sink->calls[0].size(), 2u);
  EXPECT_EQ(sink->calls[0][0].number, 1u);
  EXPECT_EQ(sink->calls[0][0].bytes, 10u);
  EXPECT_EQ(std::get<bridge::PublishOutcome>(sink->calls[0][0].answer).position.offset, 1u);
  EXPECT_EQ(std::get<bridge::HubError>(sink->calls[0][1].answer).code, 114u);
  EXPECT_TRUE(std::get<bridge::PublishOutcome>(other->calls.at(0).at(0).answer).duplicate);
  desk.items().Flush();
  EXPECT_EQ(sink->calls.size(), 1u) << "nothing new";
}

TEST(ItemDesk, EachItemIsAnsweredOnceAndWhatIsLeftWithTheDesksEnd) {
  const auto sink = std::make_shared<Sink>();
  {
    ItemDesk desk;
    const auto batch = desk.Open(Letter(sink, 1, 3));
    const hub::BridgeCall call = desk.CallOf(*batch, 1);
    EXPECT_TRUE(ItemDesk::Owns(call));
    desk.OnPublished(call, {{5, 1}, false, false, {}});
    desk.OnPublished(call, {{5, 2}, false, false, {}});
    desk.Flush();
    ASSERT_EQ(sink->calls.size(), 1u);
    EXPECT_EQ(sink->calls[0].size(), 1u);
  }
  ASSERT_EQ(sink->calls.size(), 2u);
  EXPECT_EQ(sink->calls[1].size(), 2u);
  EXPECT_TRUE(std::get<bridge::HubError>(sink->calls[1][0].answer).temporary);
}

TEST(ItemDesk, APlaceThatIsUsedAgainIsAnotherBatch) {
  const auto sink = std::make_shared<Sink>();
  ItemDesk desk;
  const auto batch = desk.Open(Letter(sink, 1, 1));
  const hub::BridgeCall before = desk.CallOf(*batch, 0);
  desk.OnPublished(before, {{5, 1}, false, false, {}});
  const auto again = desk.Open(Letter(sink, 2, 2));
  EXPECT_EQ(*again, *batch);
  desk.OnPublished(before, {{5, 9}, false, false, {}});
  desk.Flush();
  EXPECT_EQ(sink->calls.at(0).size(), 1u) << "the late answer is nobody's";
}

}  // namespace
}  // namespace roomcast::net
