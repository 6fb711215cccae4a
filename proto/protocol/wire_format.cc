#include "proto/protocol/wire_format.h"

#include <cstring>

namespace roomcast::wire {

const char* Cursor::LongVarint(const char* at, const char* end, int bytes_max,
                               std::uint64_t& value) {
  std::uint64_t result = 0;
  for (int i = 0; i < bytes_max && at != end; ++i) {
    const auto byte = static_cast<unsigned char>(*at++);
    result |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      value = result;
      return at;
    }
  }
  return nullptr;
}

const char* Cursor::Fixed64(const char* at, const char* end, std::uint64_t& value) {
  if (end - at < 8) return nullptr;
  static_assert(std::endian::native == std::endian::little);
  std::memcpy(&value, at, 8);
  return at + 8;
}

const char* Cursor::Skipped(const char* at, const char* end, std::uint32_t tag, int depth) {
  Cursor rest(at, end);
  std::uint64_t value = 0;
  switch (static_cast<WireType>(tag & 7)) {
    case WireType::kVarint:
      return LongVarint(at, end, 10, value);
    case WireType::kFixed64:
      return end - at < 8 ? nullptr : at + 8;
    case WireType::kBytes:
      at = LongVarint(at, end, 5, value);
      if (at == nullptr || value > static_cast<std::uint64_t>(end - at)) return nullptr;
      return value > INT32_MAX ? nullptr : at + value;
    case WireType::kFixed32:
      return end - at < 4 ? nullptr : at + 4;
    case WireType::kStartGroup:
      if (depth <= 0) return nullptr;
      for (std::uint32_t inner = 0; rest.ReadTag(inner);) {
        if (static_cast<WireType>(inner & 7) == WireType::kEndGroup) {
          return inner == tag + 1 ? rest.at_ : nullptr;
        }
        if (!rest.Skip(inner, depth - 1)) return nullptr;
      }
      return nullptr;
    case WireType::kEndGroup:
    default:
      return nullptr;
  }
}

}  // namespace roomcast::wire
