#include "server/websocket/utf8.h"

#include <cstring>

namespace roomcast::websocket {
namespace {

constexpr std::uint64_t kHighBits = 0x8080808080808080;

// How many bytes from `at` on are ASCII, in steps of eight: most text is.
std::size_t AsciiRun(std::span<const std::byte> bytes, std::size_t at) {
  std::size_t run = 0;
  while (at + run + sizeof(std::uint64_t) <= bytes.size()) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at + run, sizeof(word));
    if ((word & kHighBits) != 0) break;
    run += sizeof(word);
  }
  return run;
}

}  // namespace

std::optional<std::size_t> Utf8Check::Feed(std::span<const std::byte> bytes) {
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (continuations_ == 0) {
      at += AsciiRun(bytes, at);
      if (at == bytes.size()) break;
    }
    const auto byte = std::to_integer<std::uint8_t>(bytes[at]);
    if (continuations_ > 0) {
      if (byte < lowest_ || byte > highest_) return at;
      lowest_ = 0x80;
      highest_ = 0xBF;
      --continuations_;
    } else if (byte < 0x80) {
      continue;
    } else if (byte >= 0xC2 && byte <= 0xDF) {
      continuations_ = 1;
    } else if (byte >= 0xE0 && byte <= 0xEF) {
      continuations_ = 2;
      if (byte == 0xE0) lowest_ = 0xA0;   // below: overlong
      if (byte == 0xED) highest_ = 0x9F;  // above: surrogates
    } else if (byte >= 0xF0 && byte <= 0xF4) {
      continuations_ = 3;
      if (byte == 0xF0) lowest_ = 0x90;   // below: overlong
      if (byte == 0xF4) highest_ = 0x8F;  // above: beyond U+10FFFF
    } else {
      return at;
    }
  }
  return std::nullopt;
}

bool IsUtf8(std::string_view text) {
  Utf8Check check;
  const auto bad = check.Feed(std::as_bytes(std::span(text.data(), text.size())));
  return !bad.has_value() && check.Complete();
}

}  // namespace roomcast::websocket
