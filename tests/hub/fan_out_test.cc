// Members as cursors: one order, no silent hole, whatever shard a member is on, however slowly it
// reads and however full the mailboxes are (I1, I2, I5).
#include <gtest/gtest.h>

#include "proto/protocol/limits.h"
#include "proto/protocol/stream_cursor.h"
#include "tests/support/hub_rig.h"

namespace roomcast::test {
namespace {

// Reads as a client would, and finds every breach of I1 and I2.
struct Reader {
  hub::ConnectionId connection{};
  StreamCursor cursor;
  std::uint64_t heard = 0;
  std::uint64_t named_missing = 0;

  void Start(const Joined& joined) { cursor.MoveTo({joined.position->epoch, joined.start}); }
  void Read(HubRig& rig) {
    for (const ServerMessage& message : rig.Take(connection)) {
      if (const auto* gap = std::get_if<Gap>(&message.body)) {
        named_missing += gap->to - cursor.position().offset;
        ASSERT_TRUE(cursor.OnGap(gap->from, gap->to));
      }
      const auto* batch = std::get_if<RoomBatch>(&message.body);
      if (batch == nullptr) continue;
      for (const Publication& publication : batch->publications) {
        const auto step = cursor.OnPublication(publication.offset);
        ASSERT_NE(step, StreamCursor::Step::kHole)
            << "at " << cursor.position().offset << " came " << publication.offset;
        if (step == StreamCursor::Step::kDeliver) ++heard;
      }
    }
  }
};

Reader JoinedReader(HubRig& rig, std::uint16_t shard, std::string_view room) {
  Reader reader{.connection = rig.Greeted(shard)};
  reader.Start(rig.JoinRoom(reader.connection, room));
  return reader;
}

TEST(FanOut, ATurnsPublicationsAreOneBatchWithOneOrderForAll) {
  HubRig rig;
  const auto publisher = rig.Greeted();
  rig.JoinRoom(publisher, "chat:a");
  Reader one = JoinedReader(rig, 0, "chat:a");
  for (int i = 0; i < 50; ++i) rig.Publish(publisher, "chat:a", "x");
  rig.Settle();
  EXPECT_EQ(rig.wire(one.connection).messages.size(), 1u) << "one batch a turn";
  one.Read(rig);
  EXPECT_EQ(one.heard, 50u);
}

TEST(FanOut, AVolatileSendThatOpensATurnsNextBatchArrivesAsItWasSent) {
  HubRig rig;
  const auto publisher = rig.Greeted();
  rig.JoinRoom(publisher, "chat:a");
  const auto reader = rig.Greeted();
  rig.JoinRoom(reader, "chat:a");
  // The second does not fit in the batch of the first.
  const std::string texts[] = {std::string(40'000, 'a'), std::string(40'000, 'b')};
  for (const std::string& text : texts) {
    roomcast::Publish publish;
    publish.room = "chat:a";
    publish.data = Bytes(text);
    publish.ephemeral = true;
    rig.Say(publisher, {0, publish});
  }
  rig.Settle();
  const auto messages = rig.Take(reader);
  ASSERT_EQ(messages.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& batch = std::get<RoomBatch>(messages[i].body);
    ASSERT_EQ(batch.publications.size(), 1u);
    EXPECT_EQ(batch.publications[0].data.view, texts[i]);
  }
}

TEST(FanOut, AMemberHearsNothingFromBeforeItJoinedOrAfterItLeft) {
  HubRig rig;
  const auto publisher = rig.Greeted();
  rig.JoinRoom(publisher, "chat:a");
  rig.Publish(publisher, "chat:a", "before");
  rig.Settle();
  Reader reader = JoinedReader(rig, 0, "chat:a");
  rig.Publish(publisher, "chat:a", "while");
  rig.Settle();
  rig.Say(reader.connection, {9, Leave{.room = "chat:a"}});
  rig.Publish(publisher, "chat:a", "after");
  rig.Settle();
  reader.Read(rig);
  EXPECT_EQ(reader.heard, 1u);
}

TEST(FanOut, ASlowMemberIsCaughtUpFromHistoryAndOthersDoNotNotice) {
  HubRig rig({.soft_bytes = 256 * 1024});
  const auto publisher = rig.Greeted(0, "user:p");
  rig.JoinRoom(publisher, "chat:a");
  Reader slow = JoinedReader(rig, 0, "chat:a");
  Reader quick = JoinedReader(rig, 0, "chat:a");
  rig.wire(slow.connection).slow = true;
  const std::string text(1000, 'x');
  for (int i = 0; i < 700; ++i) {
    rig.Publish(publisher, "chat:a", text);
    rig.Settle();
    rig.Pass(10ms);
    rig.Take(publisher);
    EXPECT_LE(rig.wire(slow.connection).unread_bytes, 256u * 1024 + 70'000) << "I5";
  }
  quick.Read(rig);
  EXPECT_EQ(quick.heard, 700u);
  EXPECT_LT(rig.wire(slow.connection).messages.size(), 400u);
  for (int i = 0; i < 20; ++i) {
    slow.Read(rig);
    rig.Drain(slow.connection);
    rig.Settle();
  }
  slow.Read(rig);
  EXPECT_EQ(slow.heard, 700u);
  EXPECT_EQ(slow.named_missing, 0u);
}

TEST(FanOut, WhatHistoryHasLetGoIsNamedByAGap) {
  HubRig::Options options;
  hub::HubConfig config = HubRig::DefaultConfig(options);
  config.namespaces[1].keep = {512 * 1024, 100, 300s};
  HubRig rig(options, config);
  const auto publisher = rig.Greeted();
  rig.JoinRoom(publisher, "chat:a");
  Reader slow = JoinedReader(rig, 0, "chat:a");
  rig.wire(slow.connection).slow = true;
  const std::string text(2000, 'x');
  for (int i = 0; i < 500; ++i) {
    rig.Publish(publisher, "chat:a", text);
    rig.Settle();
    rig.Pass(10ms);
  }
  for (int i = 0; i < 20; ++i) {
    slow.Read(rig);
    rig.Drain(slow.connection);
    rig.Settle();
  }
  slow.Read(rig);
  EXPECT_GT(slow.named_missing, 0u);
  EXPECT_EQ(slow.heard + slow.named_missing, 500u);
  EXPECT_EQ(slow.cursor.position().offset, 500u);
  EXPECT_EQ(rig.events().gaps, 1u);
}

TEST(FanOut, ADroppableRoomsSlowMemberIsToldWhatItMissed) {
  HubRig rig({.soft_bytes = 10'000});
  const auto publisher = rig.Greeted();
  rig.JoinRoom(publisher, "drop:a");
  Reader slow = JoinedReader(rig, 0, "drop:a");
  rig.wire(slow.connection).slow = true;
  const std::string text(1000, 'x');
  for (int i = 0; i < 100; ++i) {
    rig.Publish(publisher, "drop:a", text);
    rig.Settle();
  }
  slow.Read(rig);
  rig.Drain(slow.connection);
  rig.Settle();
  slow.Read(rig);
  EXPECT_EQ(slow.heard + slow.named_missing, 100u);
  EXPECT_LT(slow.heard, 20u);
  EXPECT_EQ(slow.cursor.position().offset, 100u);
}

TEST(FanOut, AReaderFromAPositionGetsWhatItMissedBeforeWhatIsNew) {
  HubRig rig;
  const auto publisher = rig.Greeted();
  rig.JoinRoom(publisher, "chat:a");
  Reader reader = JoinedReader(rig, 0, "chat:a");
  rig.Publish(publisher, "chat:a", "heard");
  rig.Settle();
  reader.Read(rig);
  const Position left_at = reader.cursor.position();
  rig.Close(reader.connection);
  for (int i = 0; i < 10; ++i) rig.Publish(publisher, "chat:a", "missed");
  rig.Settle();

  reader.connection = rig.Greeted();
  Join join;
  join.room = "chat:a";
  join.since = left_at;
  rig.Say(reader.connection, {2, join});
  rig.Publish(publisher, "chat:a", "new");
  rig.Settle();
  reader.Read(rig);
  EXPECT_EQ(reader.heard, 12u);
}

TEST(FanOut, APositionThatIsNotThereIsSaidToBeLost) {
  HubRig rig;
  const auto publisher = rig.Greeted();
  const std::uint64_t epoch = rig.JoinRoom(publisher, "chat:a").position->epoch;
  for (int i = 0; i < 3; ++i) rig.Publish(publisher, "chat:a", "x");
  rig.Settle();
  const std::vector<std::tuple<Position, Verdict, std::uint64_t>> table{
      {{epoch, 3}, Verdict::kRecovered, 3}, {{epoch, 1}, Verdict::kRecovered, 1},
      {{epoch, 4}, Verdict::kLost, 3},      {{epoch, UINT64_MAX}, Verdict::kLost, 3},
      {{epoch ^ 1, 3}, Verdict::kLost, 0},  {{0, 0}, Verdict::kLost, 0},
  };
  for (const auto& [position, verdict, start] : table) {
    SCOPED_TRACE(position.offset);
    const auto connection = rig.Greeted();
    Join join;
    join.room = "chat:a";
    join.since = position;
    rig.Say(connection, {2, join});
    rig.Settle();
    const Joined joined = rig.Next<Joined>(connection);
    EXPECT_EQ(joined.verdict, verdict);
    EXPECT_EQ(joined.start, start);
    join.on_lost = OnLost::kReject;
    const auto strict = rig.Greeted();
    rig.Say(strict, {2, join});
    rig.Settle();
    if (verdict == Verdict::kLost) {
      EXPECT_EQ(rig.Next<Error>(strict).code,
                static_cast<std::uint32_t>(ErrorCode::kUnrecoverablePosition));
    } else {
      EXPECT_EQ(rig.Next<Joined>(strict).start, start);
    }
  }
}

TEST(FanOut, HoldsOnAnyShardWithAnyOrderOfMailAndFullMailboxes) {
  std::uint64_t full = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    HubRig rig({.shards = 4, .seed = seed, .mailbox_max = 6, .soft_bytes = 20'000});
    Random random(seed);
    std::vector<Reader> readers;
    std::vector<hub::ConnectionId> publishers;
    for (std::uint16_t shard = 0; shard < 4; ++shard) {
      readers.push_back(JoinedReader(rig, shard, "chat:a"));
      publishers.push_back(rig.Greeted(shard, "user:" + std::to_string(shard)));
      rig.JoinRoom(publishers.back(), "chat:a");
    }
    const std::string text(700, 'x');
    for (int step = 0; step < 400; ++step) {
      rig.Publish(publishers[random.Below(4)], "chat:a", text);
      if (random.Chance(200))
        rig.shard(static_cast<std::uint16_t>(random.Below(4))).EndTurn(rig.now());
      if (random.Chance(100)) rig.Settle();
      Reader& reader = readers[random.Below(4)];
      if (random.Chance(50)) {
        Wire& wire = rig.wire(reader.connection);
        wire.slow = !wire.slow;
        if (!wire.slow) {
          reader.Read(rig);
          rig.Drain(reader.connection);
        }
      }
      if (random.Chance(100)) rig.Pass(200ms);
      for (const auto publisher : publishers) rig.Take(publisher);
    }
    for (int i = 0; i < 50; ++i) {
      rig.Settle();
      for (Reader& reader : readers) {
        reader.Read(rig);
        rig.wire(reader.connection).slow = false;
        rig.Drain(reader.connection);
      }
    }
    rig.Settle();
    const std::uint64_t top = readers[0].cursor.position().offset;
    for (Reader& reader : readers) {
      reader.Read(rig);
      EXPECT_EQ(reader.cursor.position().offset, top) << "a member was forgotten";
      EXPECT_EQ(reader.heard + reader.named_missing, top);
    }
    full += rig.events().mailbox_full;
    if (HasFailure()) return;
  }
  EXPECT_GT(full, 100u) << "the run was not hostile";
}

}  // namespace
}  // namespace roomcast::test
