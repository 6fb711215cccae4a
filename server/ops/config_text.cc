#include "server/ops/config_text.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <numeric>
#include <span>

namespace roomcast::ops {
namespace {

struct Ending {
  std::string_view text;
  std::uint64_t factor;
};

// Largest first, so that the first exact divisor writes a number shortest.
constexpr Ending kDurations[] = {
    {"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}};
constexpr Ending kSizes[] = {{"GiB", 1U << 30}, {"MiB", 1U << 20}, {"KiB", 1U << 10}, {"B", 1}};
constexpr Ending kPlain[] = {{"", 1}};

std::span<const Ending> EndingsOf(Unit unit) {
  switch (unit) {
    case Unit::kMilliseconds:
      return kDurations;
    case Unit::kBytes:
      return kSizes;
    case Unit::kNone:
      break;
  }
  return kPlain;
}

// Levenshtein's, with one row.
std::size_t Edits(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t above = row[j + 1];
      const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
      row[j + 1] = std::min({above + 1, row[j] + 1, replaced});
      diagonal = above;
    }
  }
  return row.back();
}

}  // namespace

std::optional<std::uint64_t> ParseNumber(Unit unit, std::string_view text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest == text.data()) return std::nullopt;
  const std::string_view ending(rest, static_cast<std::size_t>(end - rest));
  if (ending.empty() && number == 0) return 0;
  for (const Ending& known : EndingsOf(unit)) {
    if (ending != known.text) continue;
    if (number > std::numeric_limits<std::uint64_t>::max() / known.factor) return std::nullopt;
    return number * known.factor;
  }
  return std::nullopt;
}

std::string FormatNumber(Unit unit, std::uint64_t value) {
  if (value == 0) return "0";
  for (const Ending& ending : EndingsOf(unit)) {
    if (value % ending.factor == 0) {
      return std::to_string(value / ending.factor) + std::string(ending.text);
    }
  }
  return std::to_string(value);
}

std::string_view DescribeUnit(Unit unit) {
  switch (unit) {
    case Unit::kMilliseconds:
      return "a duration such as 25s or 500ms";
    case Unit::kBytes:
      return "a size such as 64KiB or 1MiB";
    case Unit::kNone:
      break;
  }
  return "a whole number";
}

std::string Nearest(std::string_view text, const std::vector<std::string>& known) {
  if (known.empty()) return "";
  // A novel for a key would cost a novel's comparison; its beginning is enough.
  const std::string_view beginning = text.substr(0, 100);
  return *std::min_element(known.begin(), known.end(),
                           [beginning](const std::string& a, const std::string& b) {
                             return Edits(beginning, a) < Edits(beginning, b);
                           });
}

}  // namespace roomcast::ops
