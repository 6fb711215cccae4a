#include "bridge/item_ledger.h"

#include <gtest/gtest.h>

#include "bridge/stream_producer.h"

namespace roomcast::bridge {
namespace {

using Verdict = ItemLedger::Verdict;

PublishOutcome At(std::uint64_t offset) { return {{7, offset}, false}; }

TEST(ItemLedger, WhatWasPublishedIsKnownAgainWithItsPosition) {
  ItemLedger ledger(4, 16);
  EXPECT_EQ(ledger.Take(1).verdict, Verdict::kNew);
  const PublishOutcome outcome = At(9);
  EXPECT_EQ(ledger.Settle(1, &outcome), 1u);
  const ItemLedger::Answer again = ledger.Take(1);
  EXPECT_EQ(again.verdict, Verdict::kPublished);
  EXPECT_EQ(again.outcome.position.offset, 9u);
  EXPECT_EQ(ledger.Settle(1, &outcome), 0u) << "it is settled already";
  EXPECT_EQ(ledger.Settle(2, &outcome), 0u) << "nobody has sent it";
}

TEST(ItemLedger, WhatWasRefusedMayBeTriedAgain) {
  ItemLedger ledger(4, 16);
  static_cast<void>(ledger.Take(1));
  static_cast<void>(ledger.Take(2));
  const PublishOutcome outcome = At(1);
  EXPECT_EQ(ledger.Settle(1, nullptr), 1u);
  EXPECT_EQ(ledger.Settle(2, &outcome), 1u);
  EXPECT_EQ(ledger.settled_up_to(), 2u);
  EXPECT_EQ(ledger.Take(1).verdict, Verdict::kNew);
  EXPECT_EQ(ledger.settled_up_to(), 0u);
  EXPECT_EQ(ledger.Settle(1, &outcome), 1u);
  EXPECT_EQ(ledger.settled_up_to(), 2u);
}

TEST(ItemLedger, AnItemUnderWayIsAcknowledgedForEachSendingOfTheStreamThatReads) {
  ItemLedger ledger(4, 16);
  static_cast<void>(ledger.Take(1));
  EXPECT_EQ(ledger.Take(1).verdict, Verdict::kUnderWay);
  static_cast<void>(ledger.Take(2));
  ledger.BeginStream();
  EXPECT_EQ(ledger.Take(1).verdict, Verdict::kUnderWay);
  const PublishOutcome outcome = At(1);
  EXPECT_EQ(ledger.Settle(1, &outcome), 1u);
  EXPECT_EQ(ledger.Settle(2, &outcome), 0u) << "the stream that sent it reads no more";
  EXPECT_EQ(ledger.Take(2).verdict, Verdict::kPublished);
}

TEST(ItemLedger, NumbersBeginAnywhereAndGoOnOneByOne) {
  ItemLedger ledger(4, 16);
  EXPECT_EQ(ledger.Take(100).verdict, Verdict::kNew);
  EXPECT_EQ(ledger.Take(102).verdict, Verdict::kSkips);
  EXPECT_EQ(ledger.next(), 101u);
  EXPECT_EQ(ledger.Take(99).verdict, Verdict::kForgotten);
  EXPECT_EQ(ledger.Take(101).verdict, Verdict::kNew);
}

TEST(ItemLedger, ItIsBoundedWhateverIsStillUnderWay) {
  ItemLedger ledger(4, 16);
  const PublishOutcome outcome = At(1);
  for (std::uint64_t number = 1; number <= 10; ++number) {
    static_cast<void>(ledger.Take(number));
    static_cast<void>(ledger.Settle(number, &outcome));
  }
  EXPECT_EQ(ledger.Take(6).verdict, Verdict::kForgotten);
  EXPECT_EQ(ledger.Take(7).verdict, Verdict::kPublished);
  // One that never ends holds up those behind it, in the end.
  static_cast<void>(ledger.Take(11));
  std::uint64_t number = 12;
  while (ledger.Take(number).verdict == Verdict::kNew) {
    static_cast<void>(ledger.Settle(number++, &outcome));
  }
  EXPECT_EQ(ledger.Take(number).verdict, Verdict::kFull);
  EXPECT_LE(number, 11u + 16);
  EXPECT_EQ(ledger.settled_up_to(), 10u);
  EXPECT_EQ(ledger.Settle(11, &outcome), 1u);
  EXPECT_EQ(ledger.Take(number).verdict, Verdict::kNew);
}

TEST(StreamProducers, TheLongestWithoutAStreamAreForgottenFirst) {
  using Clock = StreamProducers::Clock;
  StreamProducers producers(2, 4, 16);
  const Clock::time_point start{std::chrono::hours(1)};
  const auto at = [&](int seconds) { return start + std::chrono::seconds(seconds); };
  EXPECT_NE(producers.Find("", {}, start), producers.Find("", {}, start)) << "nameless";
  const auto first = producers.Find("a", {1, 1}, start);
  EXPECT_EQ(producers.Find("a", {1, 1}, start), first) << "taken over by another stream";
  producers.OnStreamEnded("a", start);
  for (const char* key : {"b", "c", "d"}) static_cast<void>(producers.Find(key, {2, 1}, at(1)));
  producers.OnStreamEnded("b", at(1));
  producers.OnStreamEnded("c", at(2));
  EXPECT_EQ(producers.size(), 4u) << "two have a stream, and two may be without";
  producers.OnStreamEnded("a", at(3));
  EXPECT_EQ(producers.size(), 3u) << "b is forgotten";
  EXPECT_EQ(producers.Find("a", {1, 1}, at(4)), first) << "known again";
  producers.OnStreamEnded("d", start + std::chrono::hours(2));
  EXPECT_EQ(producers.size(), 2u) << "c's time is over";
  producers.OnStreamEnded("a", start + std::chrono::hours(3));
  EXPECT_NE(producers.Find("a", {1, 1}, start + std::chrono::hours(4)), first);
}

// Reads for a stream of a few lines.
class Listener : public StreamProducer::Reader {
 public:
  void OnAcks(std::vector<ItemOutcome> acks) override { heard += acks.size(); }
  void OnTakenOver() override { taken_over = true; }
  std::size_t heard = 0;
  bool taken_over = false;
};

TEST(StreamProducer, AStreamThatWasTakenOverTakesNoItemsForTheOneThatTookOver) {
  StreamProducer producer({}, ItemLedger(4, 16));
  const auto before = std::make_shared<Listener>();
  const auto after = std::make_shared<Listener>();
  producer.BeginStream(before);
  EXPECT_FALSE(producer.Take(1, *before)) << "new";
  producer.BeginStream(after);
  EXPECT_TRUE(before->taken_over);
  const auto known = producer.Take(2, *before);
  EXPECT_TRUE(known && !known->answer) << "as if it were under way: nothing is done";
  producer.OnOutcomes({{1, 0, At(1)}, {2, 0, At(2)}});
  EXPECT_EQ(after->heard, 0u) << "it has sent neither";
  EXPECT_FALSE(producer.Take(2, *after)) << "new still";
  producer.OnOutcomes({{2, 0, At(2)}});
  EXPECT_EQ(after->heard, 1u);
}

}  // namespace
}  // namespace roomcast::bridge
