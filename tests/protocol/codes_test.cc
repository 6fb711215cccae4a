#include "proto/protocol/codes.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "proto/protocol/limits.h"

namespace roomcast {
namespace {

struct Range {
  std::uint32_t from;
  std::uint32_t to;
  AfterClose after;
};

constexpr auto kReconnect = AfterClose::kReconnect;
constexpr auto kLate = AfterClose::kReconnectLate;
constexpr auto kStop = AfterClose::kStop;

// Every number that a socket, a proxy or a hub may show, without a hole.
constexpr Range kRanges[] = {
    {0, 999, kReconnect},      // nothing a WebSocket closes with: take it for a broken line
    {1000, 1000, kStop},       // normal
    {1001, 1001, kReconnect},  // going away
    {1002, 1003, kStop},       // protocol error, unsupported data
    {1004, 1006, kReconnect},  // reserved, no code, broken line
    {1007, 1010, kStop},       // invalid payload, policy, too big, extension
    {1011, 1012, kReconnect},  // the server failed, restarts
    {1013, 1013, kLate},       // try again later
    {1014, 2999, kReconnect},  // a bad gateway, TLS, and numbers nobody has given a meaning
    {3000, 3499, kReconnect},  // the hub's, come back
    {3500, 3999, kStop},       // the hub's, stop
    {4000, 4499, kReconnect},  // the application's, come back
    {4500, 4999, kStop},       // the application's, stop
    {5000, 5000, kReconnect},
};

TEST(CodesTest, EveryCloseCodeSaysStopOrComeBack) {
  std::uint32_t next = 0;
  for (const Range& range : kRanges) {
    ASSERT_EQ(range.from, next) << "the table has a hole";
    next = range.to + 1;
    for (std::uint32_t code = range.from; code <= range.to; ++code) {
      ASSERT_EQ(AfterCloseCode(code), range.after) << code;
    }
  }
  EXPECT_EQ(next, 5001u);
  EXPECT_EQ(AfterCloseCode(UINT32_MAX), kReconnect);
}

TEST(CodesTest, NamesAndNumbersAreUniqueAndRowsRise) {
  for (const std::span<const CodeRow> rows : {ErrorRows(), LeftRows(), DisconnectRows()}) {
    std::set<std::string_view> names;
    std::uint32_t before = 0;
    for (const CodeRow& row : rows) {
      EXPECT_GT(row.code, before) << row.name;
      before = row.code;
      EXPECT_TRUE(names.insert(row.name).second) << row.name;
      EXPECT_EQ(row.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string_view::npos)
          << "names are keys of metrics: " << row.name;
      EXPECT_FALSE(row.meaning.empty()) << row.name;
      EXPECT_EQ(row.meaning.find('|'), std::string_view::npos) << "meanings stand in a table";
    }
  }
}

TEST(CodesTest, ErrorsStandInTheHubsBand) {
  for (const CodeRow& row : ErrorRows()) {
    EXPECT_GE(row.code, 100u) << row.name;
    EXPECT_LT(row.code, 400u) << row.name;
    EXPECT_EQ(IsTemporary(static_cast<ErrorCode>(row.code)), row.temporary) << row.name;
    EXPECT_EQ(NameOf(static_cast<ErrorCode>(row.code)), row.name);
  }
}

TEST(CodesTest, LeftCodesSayWithTheirBandWhetherToJoinAgain) {
  for (const CodeRow& row : LeftRows()) {
    EXPECT_GE(row.code, 2000u) << row.name;
    EXPECT_LT(row.code, 3000u) << row.name;
    EXPECT_EQ(row.temporary, row.code >= 2500) << row.name;
  }
}

TEST(CodesTest, DisconnectCodesSayWithTheirBandWhetherToComeBack) {
  for (const CodeRow& row : DisconnectRows()) {
    const bool from_rfc = row.code >= 1000 && row.code < 1016;
    const bool ours = row.code >= 3000 && row.code < 4000;
    EXPECT_TRUE(from_rfc || ours) << row.name;
    EXPECT_EQ(row.temporary, AfterCloseCode(row.code) != kStop) << row.name;
    EXPECT_EQ(NameOf(static_cast<DisconnectCode>(row.code)), row.name);
  }
}

TEST(CodesTest, CodesThatMayNotStandInACloseFrameAreInNoTable) {
  // RFC 6455, 7.4.1: 1005, 1006 and 1015 are for the socket's own report.
  for (const CodeRow& row : DisconnectRows()) {
    EXPECT_TRUE(row.code != 1004 && row.code != 1005 && row.code != 1006 && row.code != 1015);
  }
}

TEST(CodesTest, EveryReasonFitsACloseFrame) {
  for (const std::span<const CodeRow> rows : {LeftRows(), DisconnectRows()}) {
    for (const CodeRow& row : rows) {
      EXPECT_LE(row.meaning.size(), kReasonBytesMax) << row.name;
      EXPECT_LE(row.name.size(), kReasonBytesMax) << row.name;
    }
  }
}

TEST(CodesTest, ANumberInNoTableIsUnknown) {
  EXPECT_EQ(NameOf(static_cast<ErrorCode>(105)), "unknown");
  EXPECT_FALSE(IsTemporary(static_cast<ErrorCode>(105)));
  EXPECT_EQ(NameOf(static_cast<DisconnectCode>(4999)), "unknown");
}

}  // namespace
}  // namespace roomcast
