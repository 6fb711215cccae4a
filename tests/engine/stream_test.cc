// A room's stream: what it keeps, what a reader is given, and what is let go.
#include "server/engine/stream.h"

#include <gtest/gtest.h>

#include <string>

#include "proto/protocol/frame.h"
#include "proto/protocol/limits.h"

namespace roomcast::engine {
namespace {

constexpr hub::Engine::Keep kKeepAll{1 << 20, 1000, 300s};

Publication Saying(std::string_view text, std::int64_t at = 0) {
  Publication publication;
  publication.time_at = at;
  publication.data = Bytes(text);
  return publication;
}

// The offsets of a page, read back from its bytes.
std::vector<std::uint64_t> OffsetsOf(const Stream::Page& page) {
  Arena arena(1 << 20);
  const auto batch = DecodePublicationEntries(page.entries, arena);
  EXPECT_TRUE(batch);
  std::vector<std::uint64_t> offsets;
  for (const Publication& publication : batch->publications) offsets.push_back(publication.offset);
  return offsets;
}

TEST(Stream, OffsetsBeginAtOneAndRiseByOne) {
  Stream stream(7);
  EXPECT_EQ(stream.top(), (Position{7, 0}));
  stream.Append(kKeepAll, Saying("a"));
  stream.Append(kKeepAll, Saying("b"));
  EXPECT_EQ(stream.top(), (Position{7, 2}));
  EXPECT_EQ(OffsetsOf(stream.Read(0, 0, 1 << 20)), (std::vector<std::uint64_t>{1, 2}));
}

TEST(Stream, AReaderIsGivenWhatFollowsItsPosition) {
  Stream stream(7);
  for (int i = 0; i < 5; ++i) stream.Append(kKeepAll, Saying("x"));
  EXPECT_EQ(OffsetsOf(stream.Read(3, 0, 1 << 20)), (std::vector<std::uint64_t>{4, 5}));
  for (const std::uint64_t nothing_follows : {std::uint64_t{5}, std::uint64_t{6}, UINT64_MAX}) {
    const Stream::Page page = stream.Read(nothing_follows, 0, 1 << 20);
    EXPECT_LT(page.last, page.first) << nothing_follows;
    EXPECT_TRUE(page.entries.empty());
  }
}

TEST(Stream, APageEndsBeforeItsSizeButHoldsAtLeastOne) {
  Stream stream(7);
  const std::string big(1000, 'x');
  for (int i = 0; i < 5; ++i) stream.Append(kKeepAll, Saying(big));
  EXPECT_EQ(OffsetsOf(stream.Read(0, 0, 1)), (std::vector<std::uint64_t>{1}));
  EXPECT_EQ(OffsetsOf(stream.Read(0, 0, 2500)), (std::vector<std::uint64_t>{1, 2}));
}

TEST(Stream, TheOldestGoWhenThereAreTooManyOrTheyAreTooLarge) {
  Stream few(7);
  for (int i = 0; i < 10; ++i) few.Append({1 << 20, 3, 300s}, Saying("x"));
  EXPECT_EQ(OffsetsOf(few.Read(0, 0, 1 << 20)), (std::vector<std::uint64_t>{8, 9, 10}));

  Stream small(7);
  const std::string big(1000, 'x');
  for (int i = 0; i < 10; ++i) small.Append({2500, 1000, 300s}, Saying(big));
  EXPECT_EQ(OffsetsOf(small.Read(0, 0, 1 << 20)), (std::vector<std::uint64_t>{9, 10}));
  EXPECT_LE(small.bytes(), 2500u);
}

TEST(Stream, WhatIsOlderThanItsTimeToLiveGoes) {
  Stream stream(7);
  const hub::Engine::Keep keep{1 << 20, 1000, 10s};
  stream.Append(keep, Saying("old", 0));
  stream.Append(keep, Saying("newer", 8'000'000));
  stream.Expire(keep, 10'000'001);
  EXPECT_EQ(OffsetsOf(stream.Read(0, 0, 1 << 20)), (std::vector<std::uint64_t>{2}));
  stream.Expire(keep, 30'000'000);
  EXPECT_EQ(stream.bytes(), 0u);
  EXPECT_EQ(stream.top().offset, 2u) << "the position outlives the messages";
}

TEST(Stream, AReaderCanAskForWhatIsNotOlder) {
  Stream stream(7);
  for (int i = 1; i <= 5; ++i) stream.Append(kKeepAll, Saying("x", i * 1'000'000));
  EXPECT_EQ(OffsetsOf(stream.Read(0, 4'000'000, 1 << 20)), (std::vector<std::uint64_t>{4, 5}));
}

TEST(Stream, KeepsItsBytesInOneRowForALongTime) {
  Stream stream(7);
  const hub::Engine::Keep keep{10'000, 50, 300s};
  for (std::uint64_t i = 1; i <= 5000; ++i) {
    stream.Append(keep, Saying(std::string(i % 300, 'x')));
    const Stream::Page page = stream.Read(0, 0, 1 << 20);
    ASSERT_EQ(page.last, i);
    ASSERT_EQ(OffsetsOf(page).size(), page.last - page.first + 1);
    ASSERT_LE(stream.bytes(), 10'000u);
  }
}

}  // namespace
}  // namespace roomcast::engine
