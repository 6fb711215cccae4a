#include "proto/protocol/utf8.h"

#include <cstdint>
#include <cstring>

namespace roomcast {
namespace {

bool IsContinuation(unsigned char byte) { return (byte & 0xc0) == 0x80; }

// How long the sequence is that begins with `lead`, and the range of its second byte.
struct Sequence {
  int bytes;
  unsigned char second_min;
  unsigned char second_max;
};

constexpr Sequence SequenceOf(unsigned char lead) {
  if (lead >= 0xc2 && lead <= 0xdf) return {2, 0x80, 0xbf};
  if (lead == 0xe0) return {3, 0xa0, 0xbf};
  if (lead == 0xed) return {3, 0x80, 0x9f};
  if (lead >= 0xe1 && lead <= 0xef) return {3, 0x80, 0xbf};
  if (lead == 0xf0) return {4, 0x90, 0xbf};
  if (lead >= 0xf1 && lead <= 0xf3) return {4, 0x80, 0xbf};
  if (lead == 0xf4) return {4, 0x80, 0x8f};
  return {0, 0, 0};
}

}  // namespace

bool IsUtf8(std::string_view bytes) {
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto* end = at + bytes.size();
  while (at != end) {
    // Eight ASCII bytes at a time.
    while (end - at >= 8) {
      std::uint64_t eight = 0;
      std::memcpy(&eight, at, 8);
      if ((eight & 0x8080808080808080u) != 0) break;
      at += 8;
    }
    if (at == end) return true;
    if (*at < 0x80) {
      ++at;
      continue;
    }
    const Sequence sequence = SequenceOf(*at);
    if (sequence.bytes == 0 || end - at < sequence.bytes) return false;
    if (at[1] < sequence.second_min || at[1] > sequence.second_max) return false;
    for (int i = 2; i < sequence.bytes; ++i) {
      if (!IsContinuation(at[i])) return false;
    }
    at += sequence.bytes;
  }
  return true;
}

std::string_view TruncateUtf8(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t size = bytes_max;
  while (size > 0 && IsContinuation(static_cast<unsigned char>(text[size]))) --size;
  return text.substr(0, size);
}

}  // namespace roomcast
