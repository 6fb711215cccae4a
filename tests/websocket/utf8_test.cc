#include "server/websocket/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace roomcast::websocket {
namespace {

struct Row {
  std::string text;
  // The first byte that cannot stand there; -1: all can.
  int bad_at;
  bool complete = true;
};

TEST(Utf8, IsDecidedAtTheFirstByteThatCannotStandThereHoweverTheTextIsCut) {
  const Row rows[] = {
      {"", -1},
      {"plain text, longer than eight bytes", -1},
      {"\xC2\x80 \xDF\xBF", -1},
      {"\xE0\xA0\x80 \xED\x9F\xBF \xEE\x80\x80 \xEF\xBF\xBF", -1},
      {"\xF0\x90\x80\x80 \xF4\x8F\xBF\xBF", -1},
      {std::string("\0", 1), -1},
      {"\x80", 0},
      {"12345678\xBF", 8},
      {"123456789abcdef\xFF!", 15},
      {"\xC0\x80", 0},          // overlong
      {"\xC1\xBF", 0},          // overlong
      {"\xE0\x9F\xBF", 1},      // overlong
      {"\xF0\x8F\xBF\xBF", 1},  // overlong
      {"\xED\xA0\x80", 1},      // surrogate
      {"\xED\xBF\xBF", 1},      // surrogate
      {"\xF4\x90\x80\x80", 1},  // above U+10FFFF
      {"\xF5\x80\x80\x80", 0},
      {"\xC3(", 1},
      {"\xE2\x82(", 2},
      {"\xF0\x9F\x98(", 3},
      {"\xC3", -1, false},
      {"x\xE2\x82", -1, false},
      {"x\xF0\x9F\x98", -1, false},
  };
  for (const Row& row : rows) {
    const auto bytes = std::as_bytes(std::span(row.text));
    EXPECT_EQ(IsUtf8(row.text), row.bad_at < 0 && row.complete);
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
      Utf8Check check;
      int bad_at = -1;
      if (const auto bad = check.Feed(bytes.first(cut))) {
        bad_at = static_cast<int>(*bad);
      } else if (const auto later = check.Feed(bytes.subspan(cut))) {
        bad_at = static_cast<int>(cut + *later);
      }
      EXPECT_EQ(bad_at, row.bad_at) << row.text << " cut at " << cut;
      if (bad_at < 0) {
        EXPECT_EQ(check.Complete(), row.complete) << row.text;
      }
    }
  }
}

}  // namespace
}  // namespace roomcast::websocket
