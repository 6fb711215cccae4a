#include "proto/protocol/frame.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "proto/protocol/limits.h"
#include "tests/protocol/every_field.h"

namespace roomcast {
namespace {

ClientMessage PublishOf(std::uint32_t id, std::string_view data) {
  return {.id = id, .body = Publish{.room = "chat:1", .counter = id, .data = Bytes(data)}};
}

Publication PublicationOf(std::uint64_t offset, std::string_view data) {
  return {.offset = offset, .time_at = 5, .type = "m", .data = Bytes(data)};
}

TEST(FrameTest, FramesConcatenate) {
  std::string out;
  AppendFrame(out, PublishOf(1, "a"));
  AppendFrame(out, ClientMessage{.id = 2, .body = Leave{"chat:1"}});
  AppendFrame(out, ClientMessage{.body = Ping{.sequence = 7}});
  Arena arena(kInboundArenaBytesMax);
  const auto frame = DecodeClientFrame(out, arena);
  ASSERT_TRUE(frame.has_value());
  ASSERT_EQ(frame->messages.size(), 3u);
  EXPECT_EQ(std::get<Publish>(frame->messages[0].body).data.view, "a");
  EXPECT_EQ(std::get<Leave>(frame->messages[1].body).room.view, "chat:1");
  EXPECT_EQ(frame->messages[1].id, 2u);
  EXPECT_EQ(std::get<Ping>(frame->messages[2].body).sequence, 7u);
}

TEST(FrameTest, AnEmptyFrameHasNoMessages) {
  Arena arena(kInboundArenaBytesMax);
  EXPECT_TRUE(DecodeClientFrame("", arena)->messages.empty());
  EXPECT_TRUE(DecodeServerFrame("", arena)->messages.empty());
}

TEST(FrameTest, ABodyOfALaterVersionIsAMessageWithoutABody) {
  Arena arena(kInboundArenaBytesMax);
  const std::string bytes = FromHex("0a07 0805 e20602 0801");  // id 5, body number 108
  const auto frame = DecodeClientFrame(bytes, arena);
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->messages[0].id, 5u);
  EXPECT_EQ(frame->messages[0].body.index(), 0u);
}

// Truncated anywhere, a frame is refused, except between two messages: there it is a shorter frame.
TEST(FrameTest, ACutFrameIsRefusedOrIsTheMessagesBeforeTheCut) {
  const std::vector<Join> joins{{.room = "a", .since = Position{1, 2}},
                                {.room = "b", .token = "t"}};
  const std::vector<Tag> tags{{"n", "v"}, {"", ""}};
  const ClientMessage messages[] = {
      {.id = 1,
       .body = Hello{.protocol_version = 1, .token = "tök", .joins = joins, .sent_at = -1}},
      {.id = 2,
       .body = Publish{.room = "chat:1", .counter = 300, .data = Bytes("xyz"), .tags = tags}},
      {.id = 3, .body = Bye{}},
      {.id = 4, .body = History{.room = "h", .since = Position{UINT64_MAX, 1}, .limit = 9}},
  };
  std::string whole;
  std::set<std::size_t> ends{0};
  for (const ClientMessage& message : messages) {
    AppendFrame(whole, message);
    ends.insert(whole.size());
  }
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const std::unique_ptr<char[]> alone(new char[size]);
    whole.copy(alone.get(), size);
    Arena arena(kInboundArenaBytesMax);
    const auto frame = DecodeClientFrame(std::string_view(alone.get(), size), arena);
    ASSERT_EQ(frame.has_value(), ends.count(size) != 0) << "cut at " << size;
    if (!frame) continue;
    std::string again;
    for (const ClientMessage& message : frame->messages) AppendFrame(again, message);
    EXPECT_EQ(again, whole.substr(0, size));
  }
}

TEST(FrameTest, AHeadAndEntriesAreTheBytesOfABatch) {
  for (const std::uint64_t handle : {std::uint64_t{1}, std::uint64_t{300}, UINT64_MAX}) {
    for (const std::size_t data_bytes : {0, 1, 100, 127, 128, 20'000, 70'000}) {
      const std::string data(data_bytes, 'd');
      const std::vector<Publication> publications{PublicationOf(1, data), PublicationOf(2, "x")};
      std::string entries;
      for (const Publication& publication : publications) {
        AppendPublicationEntry(entries, publication);
      }
      std::string built;
      AppendRoomBatchHead(built, handle, entries.size());
      EXPECT_LE(built.size(), kRoomBatchHeadBytesMax);
      built += entries;
      std::string written;
      AppendFrame(written,
                  ServerMessage{.body = RoomBatch{.handle = handle, .publications = publications}});
      ASSERT_EQ(ToHex(built), ToHex(written)) << handle << " " << data_bytes;
    }
  }
}

TEST(FrameTest, EntriesAreReadAsPublications) {
  std::string entries;
  AppendPublicationEntry(entries, PublicationOf(8, "a"));
  AppendPublicationEntry(entries, PublicationOf(9, ""));
  Arena arena(kInboundArenaBytesMax);
  const auto batch = DecodePublicationEntries(entries, arena);
  ASSERT_TRUE(batch.has_value());
  ASSERT_EQ(batch->publications.size(), 2u);
  EXPECT_EQ(batch->publications[0].data.view, "a");
  EXPECT_EQ(batch->publications[1].offset, 9u);
  EXPECT_FALSE(DecodePublicationEntries(entries.substr(1), arena).has_value());
}

TEST(FrameTest, AnEntryTellsItsOwnLengthAndOffset) {
  for (const std::uint64_t offset : {std::uint64_t{1}, std::uint64_t{128}, UINT64_MAX}) {
    for (const std::size_t data_bytes : {0, 1, 100, 128, 20'000, 70'000}) {
      const std::string data(data_bytes, 'd');
      const Publication publication = PublicationOf(offset, data);
      std::string entries;
      AppendPublicationEntry(entries, publication);
      const std::size_t one = entries.size();
      AppendPublicationEntry(entries, publication);
      EXPECT_EQ(PublicationEntryAt(entries.data()).size(), one) << offset << " " << data_bytes;
      EXPECT_EQ(PublicationEntryOffset(entries), offset) << data_bytes;
    }
  }
}

TEST(FrameTest, ManySmallMessagesAreRefusedBeforeTheyTakeMuchMemory) {
  std::string bytes;
  while (bytes.size() + 2 <= kInboundMessageBytesMax) bytes += FromHex("0a00");
  Arena arena(kInboundArenaBytesMax);
  EXPECT_FALSE(DecodeClientFrame(bytes, arena).has_value());
  EXPECT_LE(arena.bytes_held(), 2 * kInboundArenaBytesMax);
}

TEST(FrameTest, AFrameOfABurstOfPublishesIsNotTooMany) {
  std::string bytes;
  for (std::uint32_t i = 1; i <= 2 * kPublishBurst; ++i) AppendFrame(bytes, PublishOf(i, "x"));
  Arena arena(kInboundArenaBytesMax);
  EXPECT_TRUE(DecodeClientFrame(bytes, arena).has_value());
}

}  // namespace
}  // namespace roomcast
