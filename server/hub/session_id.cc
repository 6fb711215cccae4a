#include "server/hub/session_id.h"

namespace roomcast::hub {
namespace {

constexpr std::size_t kShardDigits = 4;
constexpr std::size_t kHighDigits = 16;
constexpr std::size_t kLowDigits = 8;

void AppendHex(std::string& out, std::uint64_t value, std::size_t digits) {
  for (std::size_t i = digits; i-- > 0;) out.push_back("0123456789abcdef"[value >> (4 * i) & 15]);
}

bool ReadHex(std::string_view digits, std::uint64_t& value) {
  value = 0;
  for (const char c : digits) {
    const bool decimal = c >= '0' && c <= '9';
    if (!decimal && (c < 'a' || c > 'f')) return false;
    value = value << 4 | static_cast<std::uint64_t>(decimal ? c - '0' : c - 'a' + 10);
  }
  return true;
}

}  // namespace

std::string FormatSessionId(const SessionNumber& number) {
  std::string id;
  AppendHex(id, static_cast<std::uint64_t>(number.home), kShardDigits);
  AppendHex(id, number.high, kHighDigits);
  AppendHex(id, number.low, kLowDigits);
  return id;
}

std::optional<SessionNumber> ParseSessionId(std::string_view id) {
  if (id.size() != kShardDigits + kHighDigits + kLowDigits) return std::nullopt;
  std::uint64_t home = 0;
  std::uint64_t low = 0;
  SessionNumber number;
  if (!ReadHex(id.substr(0, kShardDigits), home) ||
      !ReadHex(id.substr(kShardDigits, kHighDigits), number.high) ||
      !ReadHex(id.substr(kShardDigits + kHighDigits), low)) {
    return std::nullopt;
  }
  number.home = static_cast<ShardId>(home);
  number.low = static_cast<std::uint32_t>(low);
  return number;
}

}  // namespace roomcast::hub
