#include "server/ops/config_text.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>

namespace roomcast::ops {
namespace {

struct NumberRow {
  Unit unit;
  std::string_view text;
  std::optional<std::uint64_t> value;
};

class Numbers : public testing::TestWithParam<NumberRow> {};

TEST_P(Numbers, AreReadAsWritten) {
  const NumberRow& row = GetParam();
  EXPECT_EQ(ParseNumber(row.unit, row.text), row.value) << "`" << row.text << "`";
}

constexpr auto kMs = Unit::kMilliseconds;
constexpr auto kB = Unit::kBytes;
constexpr auto kNo = Unit::kNone;

INSTANTIATE_TEST_SUITE_P(
    Table, Numbers,
    testing::Values(
        NumberRow{kMs, "500ms", 500}, NumberRow{kMs, "25s", 25'000}, NumberRow{kMs, "5m", 300'000},
        NumberRow{kMs, "2h", 7'200'000}, NumberRow{kMs, "30d", 2'592'000'000},
        NumberRow{kMs, "0", 0}, NumberRow{kMs, "25", std::nullopt},
        NumberRow{kMs, "25 s", std::nullopt}, NumberRow{kMs, "-1s", std::nullopt},
        NumberRow{kMs, "1.5s", std::nullopt}, NumberRow{kMs, "s", std::nullopt},
        NumberRow{kMs, "", std::nullopt}, NumberRow{kMs, "25S", std::nullopt},
        NumberRow{kMs, "18446744073709551615s", std::nullopt}, NumberRow{kB, "64KiB", 65'536},
        NumberRow{kB, "1MiB", 1 << 20}, NumberRow{kB, "2GiB", 2'147'483'648},
        NumberRow{kB, "512B", 512}, NumberRow{kB, "64KB", std::nullopt},
        NumberRow{kB, "64", std::nullopt}, NumberRow{kB, "17179869184GiB", std::nullopt},
        NumberRow{kNo, "64", 64}, NumberRow{kNo, "0x40", std::nullopt},
        NumberRow{kNo, "1e3", std::nullopt}, NumberRow{kNo, "+1", std::nullopt},
        NumberRow{kNo, "18446744073709551615", std::numeric_limits<std::uint64_t>::max()},
        NumberRow{kNo, "18446744073709551616", std::nullopt}));

TEST(FormattedNumbers, AreShortExactAndReadBack) {
  EXPECT_EQ(FormatNumber(kMs, 60'000), "1m");
  EXPECT_EQ(FormatNumber(kMs, 61'000), "61s");
  EXPECT_EQ(FormatNumber(kMs, 1'500), "1500ms");
  EXPECT_EQ(FormatNumber(kB, 65'536), "64KiB");
  EXPECT_EQ(FormatNumber(kB, 65'537), "65537B");
  EXPECT_EQ(FormatNumber(kMs, 0), "0");
  for (const std::uint64_t value : {0ULL, 1ULL, 999ULL, 86'400'000ULL, 1ULL << 40}) {
    for (const Unit unit : {kMs, kB, kNo}) {
      EXPECT_EQ(ParseNumber(unit, FormatNumber(unit, value)), value);
    }
  }
}

TEST(TheNearestWord, TakesTheFewestEdits) {
  const std::vector<std::string> known = {"interval", "grace", "internal"};
  EXPECT_EQ(Nearest("intervall", known), "interval");
  EXPECT_EQ(Nearest("graze", known), "grace");
  EXPECT_EQ(Nearest("", known), "grace");
  EXPECT_EQ(Nearest(std::string(100'000, 'x'), known), "interval");
  EXPECT_EQ(Nearest("x", {}), "");
}

}  // namespace
}  // namespace roomcast::ops
