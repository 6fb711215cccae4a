// A room's stream: what it keeps, what a reader is given, and what is let go.
#include "server/engine/stream.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "proto/protocol/frame.h"
#include "proto/protocol/limits.h"

namespace roomcast::engine {
namespace {

constexpr hub::Engine::Keep kKeepAll{1 << 20, 1000, 300s};

using Offsets = std::vector<std::uint64_t>;
using Range = hub::Engine::Range;

Publication Saying(std::string_view text) {
  Publication publication;
  publication.data = Bytes(text);
  return publication;
}

constexpr Instant At(Duration time) { return Instant(time); }

Range After(std::uint64_t after, std::size_t bytes_max = 1 << 20) {
  Range range;
  range.after = after;
  range.bytes_max = bytes_max;
  return range;
}

// The offsets of what is read, from its bytes.
Offsets Read(const Stream& stream, const Range& range) {
  std::string entries;
  const Stream::Page page = stream.Read(range, entries);
  Arena arena(4 << 20);
  const auto batch = DecodePublicationEntries(entries, arena);
  EXPECT_TRUE(batch);
  Offsets offsets;
  for (const Publication& publication : batch->publications) offsets.push_back(publication.offset);
  EXPECT_EQ(offsets.size(), page.last + 1 - page.first);
  return offsets;
}

TEST(Stream, OffsetsBeginAtOneAndRiseByOne) {
  HistoryAge age;
  Stream stream({7, 0}, age);
  EXPECT_EQ(stream.top(), (Position{7, 0}));
  stream.Append(kKeepAll, Saying("a"), At(0s));
  stream.Append(kKeepAll, Saying("b"), At(0s));
  EXPECT_EQ(stream.top(), (Position{7, 2}));
  EXPECT_EQ(Read(stream, After(0)), (Offsets{1, 2}));
}

TEST(Stream, AReaderIsGivenWhatFollowsItsPosition) {
  HistoryAge age;
  Stream stream({7, 0}, age);
  for (int i = 0; i < 5; ++i) stream.Append(kKeepAll, Saying("x"), At(0s));
  EXPECT_EQ(Read(stream, After(3)), (Offsets{4, 5}));
  for (const std::uint64_t nothing_follows : {std::uint64_t{5}, std::uint64_t{6}, UINT64_MAX}) {
    EXPECT_EQ(Read(stream, After(nothing_follows)), Offsets{}) << nothing_follows;
  }
}

struct Reading {
  std::string name;
  Range range;
  Offsets offsets;
};

TEST(Stream, ARangeIsReadFromEitherEnd) {
  HistoryAge age;
  Stream stream({7, 0}, age);
  // 3 to 10 are kept.
  for (int i = 0; i < 10; ++i) stream.Append({1 << 20, 8, 300s}, Saying("x"), At(0s));
  const std::vector<Reading> table{
      {"between two", {.after = 4, .before = 8, .bytes_max = 4096}, {5, 6, 7}},
      {"the last three", {.messages_max = 3, .bytes_max = 4096, .reverse = true}, {10, 9, 8}},
      {"before one", {.before = 6, .messages_max = 2, .bytes_max = 4096, .reverse = true}, {5, 4}},
      {"down to what is kept", {.before = 5, .bytes_max = 4096, .reverse = true}, {4, 3}},
      {"nothing between", {.after = 5, .before = 6, .bytes_max = 4096}, {}},
      {"a range upside down", {.after = 8, .before = 3, .bytes_max = 4096}, {}},
      {"before the first", {.before = 1, .bytes_max = 4096, .reverse = true}, {}},
      {"before nothing", {.before = 0, .bytes_max = 4096}, {}},
      {"none wanted", {.messages_max = 0, .bytes_max = 4096}, {}},
  };
  for (const Reading& row : table) EXPECT_EQ(Read(stream, row.range), row.offsets) << row.name;
  EXPECT_EQ(stream.oldest(), 3u);
}

TEST(Stream, APageEndsBeforeItsSizeButHoldsAtLeastOne) {
  HistoryAge age;
  Stream stream({7, 0}, age);
  const std::string big(1000, 'x');
  for (int i = 0; i < 5; ++i) stream.Append(kKeepAll, Saying(big), At(0s));
  EXPECT_EQ(Read(stream, After(0, 1)), (Offsets{1}));
  EXPECT_EQ(Read(stream, After(0, 2500)), (Offsets{1, 2}));
}

TEST(Stream, TheOldestGoWhenThereAreTooManyOrTheyAreTooLarge) {
  HistoryAge age;
  Stream few({7, 0}, age);
  for (int i = 0; i < 10; ++i) few.Append({1 << 20, 3, 300s}, Saying("x"), At(0s));
  EXPECT_EQ(Read(few, After(0)), (Offsets{8, 9, 10}));

  Stream small({7, 0}, age);
  const std::string big(1000, 'x');
  for (int i = 0; i < 10; ++i) small.Append({2500, 1000, 300s}, Saying(big), At(0s));
  EXPECT_EQ(Read(small, After(0)), (Offsets{9, 10}));
  EXPECT_LE(small.bytes(), 2500u);
}

TEST(Stream, WhatIsOlderThanItsTimeToLiveGoes) {
  HistoryAge age;
  Stream stream({7, 0}, age);
  const hub::Engine::Keep keep{1 << 20, 1000, 10s};
  stream.Append(keep, Saying("old"), At(0s));
  stream.Append(keep, Saying("newer"), At(8s));
  stream.Expire(keep, At(10s));
  EXPECT_EQ(Read(stream, After(0)), (Offsets{1, 2}));
  stream.Expire(keep, At(10'001ms));
  EXPECT_EQ(Read(stream, After(0)), (Offsets{2}));
  stream.Expire(keep, At(30s));
  EXPECT_EQ(stream.bytes(), 0u);
  EXPECT_EQ(age.bytes, 0u);
  EXPECT_EQ(stream.top().offset, 2u) << "the position outlives the messages";
}

TEST(Stream, AReaderCanAskForWhatIsNotOlder) {
  HistoryAge age;
  Stream stream({7, 0}, age);
  for (int i = 1; i <= 5; ++i) {
    stream.Append(kKeepAll, Saying("x"), At(std::chrono::seconds(i)));
  }
  Range range = After(0);
  range.not_before = At(4s);
  EXPECT_EQ(Read(stream, range), (Offsets{4, 5}));
}

TEST(Stream, KeepsItsBytesInOrderForALongTime) {
  HistoryAge age;
  Stream stream({7, 0}, age);
  const hub::Engine::Keep keep{10'000, 50, 300s};
  for (std::uint64_t i = 1; i <= 5000; ++i) {
    stream.Append(keep, Saying(std::string(i % 300 == 7 ? 20'000 : i % 300, 'x')), At(1ms * i));
    const Offsets offsets = Read(stream, After(0));
    ASSERT_EQ(offsets.back(), i);
    ASSERT_EQ(offsets.front(), stream.oldest());
    ASSERT_TRUE(stream.bytes() <= 10'000u || offsets.size() == 1);
    ASSERT_LE(age.bytes, 100'000u);
  }
}

TEST(Stream, WhatWasSaidInAnotherMonthIsAsOldAsItIs) {
  HistoryAge age;
  Stream stream({7, 0}, age);
  const hub::Engine::Keep keep{1 << 20, 1000, 30 * 24h};
  stream.Append(keep, Saying("old"), At(0s));
  stream.Append(keep, Saying("newer"), At(29 * 24h));
  stream.Append(keep, Saying("newest"), At(40 * 24h));
  EXPECT_EQ(Read(stream, After(0)), (Offsets{2, 3}));
  // As many milliseconds later as 32 bits hold, and a second.
  stream.Append(keep, Saying("and another"), At(40 * 24h + 4'294'968'296ms));
  EXPECT_EQ(Read(stream, After(0)), (Offsets{4}));
}

TEST(Stream, ARoomThatKeepsItsLastPublicationAloneTakesLittle) {
  HistoryAge age;
  Stream stream({7, 0}, age);
  for (int i = 0; i < 10'000; ++i) {
    stream.Append({1 << 20, 1, 300s}, Saying("the state of things"), At(1ms * i));
    ASSERT_LE(age.bytes, 500u);
  }
  EXPECT_EQ(Read(stream, After(0)), (Offsets{10'000}));
}

TEST(Stream, LargeAndSmallKeepTheirOrder) {
  HistoryAge age;
  Stream stream({7, 0}, age);
  for (std::uint64_t i = 1; i <= 300; ++i) {
    stream.Append({1 << 20, 100, 300s}, Saying(std::string(i % 3 == 0 ? 5000 : 10, 'x')), At(1s));
  }
  Offsets all;
  for (std::uint64_t i = 201; i <= 300; ++i) all.push_back(i);
  EXPECT_EQ(Read(stream, After(0)), all);
  std::reverse(all.begin(), all.end());
  EXPECT_EQ(Read(stream, {.bytes_max = 1 << 20, .reverse = true}), all);
  EXPECT_EQ(stream.DropUpTo(250), 50u);
  EXPECT_EQ(Read(stream, {.messages_max = 2, .bytes_max = 1 << 20}), (Offsets{251, 252}));
  stream.Clear();
  EXPECT_EQ(age.bytes, 0u);
}

TEST(Stream, HistoryTakesAtMost32BytesAroundAPublication) {
  for (const std::size_t data : {0u, 20u, 64u, 100u, 250u, 500u, 1000u, 1500u, 1600u, 2000u, 4000u,
                                 8000u, 16'000u, 30'000u, 64'000u}) {
    HistoryAge age;
    Stream stream({7, 0}, age);
    for (int i = 0; i < 5000; ++i) {
      stream.Append({1 << 20, 1000, 300s}, Saying(std::string(data, 'x')), At(1ms * i));
    }
    const double kept = static_cast<double>(stream.top().offset - stream.oldest() + 1);
    const double around = static_cast<double>(age.bytes - stream.bytes()) / kept;
    RecordProperty("bytes_around_" + std::to_string(data), std::to_string(around));
    // What the room itself has for its history counts where it holds a few large ones.
    EXPECT_LE(around, 32.0 + 112 / kept) << data;
  }
}

}  // namespace
}  // namespace roomcast::engine
