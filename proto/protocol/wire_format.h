#ifndef ROOMCAST_PROTO_PROTOCOL_WIRE_FORMAT_H_
#define ROOMCAST_PROTO_PROTOCOL_WIRE_FORMAT_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace roomcast::wire {

// The Protobuf encoding's atoms (protobuf.dev/programming-guides/encoding): tags, varints, lengths.

enum class WireType : std::uint32_t {
  kVarint = 0,
  kFixed64 = 1,
  kBytes = 2,
  kStartGroup = 3,
  kEndGroup = 4,
  kFixed32 = 5,
};

constexpr std::uint32_t MakeTag(std::uint32_t number, WireType type) {
  return number << 3 | static_cast<std::uint32_t>(type);
}

constexpr std::size_t VarintBytes(std::uint64_t value) {
  return value == 0 ? 1 : (static_cast<std::size_t>(std::bit_width(value)) + 6) / 7;
}

// Writes `value` at `out` and answers the end; there must be room for VarintBytes(value).
inline char* WriteVarint(char* out, std::uint64_t value) {
  while (value >= 0x80) {
    *out++ = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *out++ = static_cast<char>(value);
  return out;
}

// Bytes being taken from the front. A read that cannot be done answers false and is fatal to the
// whole frame; nothing is read past the end. What is read in one byte, as most is, is read in
// place: a compiler that is told to make small code would not see to that. What is not, is done by
// functions that take where the cursor stands and answer where it stands then, nullptr for a
// failure: a cursor that nobody is given the address of lies in registers.
class Cursor {
 public:
  [[gnu::always_inline]] explicit Cursor(std::string_view bytes)
      : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  [[gnu::always_inline]] bool AtEnd() const { return at_ == end_; }

  // At most 10 bytes; bits above 64 are lost, as in the official runtime.
  [[gnu::always_inline]] bool ReadVarint(std::uint64_t& value) {
    if (at_ != end_ && static_cast<unsigned char>(*at_) < 0x80) {
      value = static_cast<unsigned char>(*at_++);
      return true;
    }
    if (std::uint32_t two = 0; ReadTwo(two)) {
      value = two;
      return true;
    }
    std::uint64_t many = 0;
    at_ = LongVarint(at_, end_, 10, many);
    value = many;
    return at_ != nullptr;
  }
  // A tag is a varint of at most 5 bytes, of which 32 bits count. Field number 0 does not exist.
  [[gnu::always_inline]] bool ReadTag(std::uint32_t& tag) {
    if (at_ != end_ && static_cast<unsigned char>(*at_) < 0x80) {
      tag = static_cast<unsigned char>(*at_++);
      return tag >> 3 != 0;
    }
    std::uint64_t value = 0;
    at_ = LongVarint(at_, end_, 5, value);
    tag = static_cast<std::uint32_t>(value);
    return at_ != nullptr && tag >> 3 != 0;
  }
  [[gnu::always_inline]] bool ReadFixed64(std::uint64_t& value) {
    at_ = Fixed64(at_, end_, value);
    return at_ != nullptr;
  }
  // A length (at most 5 bytes of varint) and so many bytes.
  [[gnu::always_inline]] bool ReadBytes(std::string_view& bytes) {
    std::size_t size = 0;
    if (at_ != end_ && static_cast<unsigned char>(*at_) < 0x80) {
      size = static_cast<unsigned char>(*at_++);
    } else if (std::uint32_t two = 0; ReadTwo(two)) {
      size = two;
    } else {
      std::uint64_t many = 0;
      at_ = LongVarint(at_, end_, 5, many);
      if (at_ == nullptr || many > INT32_MAX) return false;
      size = static_cast<std::size_t>(many);
    }
    if (static_cast<std::size_t>(end_ - at_) < size) return false;
    bytes = std::string_view(at_, size);
    at_ += size;
    return true;
  }
  // Past one field's value, groups included. `depth` bounds how deep groups may nest.
  [[gnu::always_inline]] bool Skip(std::uint32_t tag, int depth) {
    at_ = Skipped(at_, end_, tag, depth);
    return at_ != nullptr;
  }

 private:
  Cursor(const char* at, const char* end) : at_(at), end_(end) {}

  // A varint of two bytes, where that is what stands here.
  [[gnu::always_inline]] bool ReadTwo(std::uint32_t& value) {
    if (end_ - at_ < 2) return false;
    const auto high = static_cast<unsigned char>(at_[1]);
    if (high >= 0x80) return false;
    value = (static_cast<unsigned char>(at_[0]) & 0x7fu) | std::uint32_t{high} << 7;
    at_ += 2;
    return true;
  }

  static const char* LongVarint(const char* at, const char* end, int bytes_max,
                                std::uint64_t& value);
  static const char* Fixed64(const char* at, const char* end, std::uint64_t& value);
  static const char* Skipped(const char* at, const char* end, std::uint32_t tag, int depth);

  const char* at_;
  const char* end_;
};

}  // namespace roomcast::wire

#endif  // ROOMCAST_PROTO_PROTOCOL_WIRE_FORMAT_H_
