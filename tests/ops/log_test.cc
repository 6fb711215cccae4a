#include "server/ops/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

namespace roomcast::ops {
namespace {

using std::chrono::milliseconds;

constexpr WallTime At(std::int64_t ms) { return WallTime(milliseconds(ms)); }

std::string Line(std::string_view message, std::initializer_list<LogField> fields = {},
                 std::int64_t ms = 0) {
  return FormatLogLine(At(ms), LogLevel::kInfo, message, {fields.begin(), fields.size()});
}

TEST(ALogLine, IsOneJsonObjectWithTimeLevelAndMessageFirst) {
  EXPECT_EQ(Line("hub started", {{"port", 8080}, {"tls", false}, {"node", "hub-1"}, {"delta", -3}},
                 1'700'000'000'042),
            R"({"time":"2023-11-14T22:13:20.042Z","level":"info","message":"hub started",)"
            R"("port":8080,"tls":false,"node":"hub-1","delta":-3})"
            "\n");
}

TEST(ALogLine, HoldsNumbersWhole) {
  EXPECT_THAT(Line("x", {{"most", ~std::uint64_t{0}}}), testing::HasSubstr("18446744073709551615"));
}

TEST(ALogLinesTime, HasMillisecondsAlsoBeforeTheEpoch) {
  EXPECT_THAT(Line("x", {}, 0), testing::HasSubstr("1970-01-01T00:00:00.000Z"));
  EXPECT_THAT(Line("x", {}, -1), testing::HasSubstr("1969-12-31T23:59:59.999Z"));
  EXPECT_THAT(Line("x", {}, 1'709'164'800'007), testing::HasSubstr("2024-02-29T00:00:00.007Z"));
}

struct TextRow {
  std::string text;
  std::string written;
};

class AText : public testing::TestWithParam<TextRow> {};

TEST_P(AText, IsEscapedAndStaysOneLine) {
  const std::string line = Line("x", {{"text", GetParam().text}});
  EXPECT_THAT(line, testing::HasSubstr("\"text\":\"" + GetParam().written + "\""));
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_TRUE(nlohmann::json::accept(line));
}

INSTANTIATE_TEST_SUITE_P(
    Table, AText,
    testing::Values(TextRow{"", ""}, TextRow{"a\"b\\c", R"(a\"b\\c)"},
                    TextRow{"a\nb\r", R"(a\nb\r)"}, TextRow{std::string("a\0b", 3), R"(a\u0000b)"},
                    TextRow{"\x1b[31m", R"(\u001b[31m)"}, TextRow{"grüße 🙂", "grüße 🙂"},
                    TextRow{"a\xff"
                            "b",
                            "a\xef\xbf\xbd"
                            "b"},
                    TextRow{"\xc3", "\xef\xbf\xbd"},
                    TextRow{"\"}\n{\"level\":\"error", R"(\"}\n{\"level\":\"error)"}));

TEST(ALog, WritesFromItsLevelOn) {
  std::vector<std::string> lines;
  Log log(
      LogLevel::kWarning, [&](std::string_view line) { lines.emplace_back(line); },
      [] { return At(0); });
  log.Write(LogLevel::kDebug, "no");
  log.Write(LogLevel::kInfo, "no");
  log.Write(LogLevel::kWarning, "yes");
  log.Write(LogLevel::kError, "yes");
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[0], testing::HasSubstr(R"("level":"warning")"));
  EXPECT_THAT(lines[1], testing::HasSubstr(R"("level":"error")"));
}

TEST(ALog, KeepsLinesWholeWhoeverWrites) {
  std::string all;
  Log log(
      LogLevel::kInfo, [&](std::string_view line) { all.append(line); }, [] { return At(0); });
  std::vector<std::thread> writers;
  for (int i = 0; i < 4; ++i) {
    writers.emplace_back([&log, i] {
      for (int j = 0; j < 200; ++j) log.Write(LogLevel::kInfo, "line", {{"writer", i}});
    });
  }
  for (std::thread& writer : writers) writer.join();
  std::istringstream lines(all);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    EXPECT_TRUE(nlohmann::json::accept(line)) << line;
  }
  EXPECT_EQ(count, 800);
}

TEST(AnEndedConnection, IsOneLineWithoutTheUsersName) {
  std::string line;
  Log log(
      LogLevel::kInfo, [&](std::string_view text) { line = text; }, [] { return At(0); });
  LogConnectionEnd(log, {.session = "s1",
                         .user = true,
                         .address = "192.0.2.1",
                         .duration = milliseconds(1500),
                         .bytes_in = 10,
                         .bytes_out = 20,
                         .messages_in = 1,
                         .messages_out = 2,
                         .code = 3012,
                         .reason = "no pong"});
  EXPECT_EQ(line,
            R"({"time":"1970-01-01T00:00:00.000Z","level":"info","message":"connection ended",)"
            R"("session":"s1","user":true,"address":"192.0.2.1","duration_ms":1500,"bytes_in":10,)"
            R"("bytes_out":20,"messages_in":1,"messages_out":2,"code":3012,"reason":"no pong"})"
            "\n");
}

}  // namespace
}  // namespace roomcast::ops
