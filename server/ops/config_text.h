#ifndef ROOMCAST_SERVER_OPS_CONFIG_TEXT_H_
#define ROOMCAST_SERVER_OPS_CONFIG_TEXT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roomcast::ops {

// How single values of the config are written. Pure; any thread.

// What a number counts, which decides how it is written.
enum class Unit {
  kNone,          // 64
  kMilliseconds,  // 25s: ms, s, m, h, d
  kBytes,         // 64KiB: B, KiB, MiB, GiB
};

// A whole number with the unit's ending; no sign, no fraction, no space. Zero needs no ending.
// nullopt: not written like that, or above 2^64 - 1.
std::optional<std::uint64_t> ParseNumber(Unit unit, std::string_view text);

// The shortest exact way to write it: 60000 ms is "1m", 65536 bytes "64KiB".
std::string FormatNumber(Unit unit, std::uint64_t value);

// What ParseNumber takes, for a person: "a duration such as 25s or 500ms".
std::string_view DescribeUnit(Unit unit);

// The one of `known` that takes the fewest single-character edits to reach; the first of equals.
// Empty only if `known` is.
std::string Nearest(std::string_view text, const std::vector<std::string>& known);

}  // namespace roomcast::ops

#endif  // ROOMCAST_SERVER_OPS_CONFIG_TEXT_H_
