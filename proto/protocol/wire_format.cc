#include "proto/protocol/wire_format.h"

namespace roomcast::wire {

bool Cursor::ReadLongVarint(std::uint64_t& value, int bytes_max) {
  std::uint64_t result = 0;
  for (int i = 0; i < bytes_max; ++i) {
    if (at_ == end_) return false;
    const auto byte = static_cast<unsigned char>(*at_++);
    result |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      value = result;
      return true;
    }
  }
  return false;
}

bool Cursor::Advance(std::size_t bytes) {
  if (static_cast<std::size_t>(end_ - at_) < bytes) return false;
  at_ += bytes;
  return true;
}

bool Cursor::ReadFixed64(std::uint64_t& value) {
  const char* from = at_;
  if (!Advance(8)) return false;
  value = 0;
  for (int i = 7; i >= 0; --i) value = value << 8 | static_cast<unsigned char>(from[i]);
  return true;
}

bool Cursor::ReadLongBytes(std::string_view& bytes) {
  std::uint64_t size = 0;
  if (!ReadLongVarint(size, 5)) return false;
  const char* from = at_;
  if (size > INT32_MAX || !Advance(static_cast<std::size_t>(size))) return false;
  bytes = std::string_view(from, static_cast<std::size_t>(size));
  return true;
}

bool Cursor::Skip(std::uint32_t tag, int depth) {
  std::uint64_t ignored = 0;
  std::string_view ignored_bytes;
  switch (static_cast<WireType>(tag & 7)) {
    case WireType::kVarint:
      return ReadVarint(ignored);
    case WireType::kFixed64:
      return Advance(8);
    case WireType::kBytes:
      return ReadBytes(ignored_bytes);
    case WireType::kFixed32:
      return Advance(4);
    case WireType::kStartGroup:
      if (depth <= 0) return false;
      for (std::uint32_t inner = 0; ReadTag(inner);) {
        if (static_cast<WireType>(inner & 7) == WireType::kEndGroup) return inner == tag + 1;
        if (!Skip(inner, depth - 1)) return false;
      }
      return false;
    case WireType::kEndGroup:
    default:
      return false;
  }
}

}  // namespace roomcast::wire
