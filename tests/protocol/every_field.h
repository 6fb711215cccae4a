#ifndef ROOMCAST_TESTS_PROTOCOL_EVERY_FIELD_H_
#define ROOMCAST_TESTS_PROTOCOL_EVERY_FIELD_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "proto/protocol/wire_writer.h"
#include "proto/protocol/words.h"
#include "tests/vectors/vector_file.h"

namespace roomcast {

// A message of every kind of field that a struct can list, for the reader's and the writer's tests.

enum class Colour : std::int32_t { kNone = 0, kRed = 1 };
enum class Count : std::uint32_t {};

struct Point {
  std::int32_t x = 0;
  Text label;
  static constexpr void Fields(auto& m, auto& v) { v(1, m.x), v(2, m.label); }
};

struct EveryField {
  std::uint32_t u32 = 0;
  std::uint64_t u64 = 0;
  std::int64_t i64 = 0;
  bool flag = false;
  Colour colour = Colour::kNone;
  Text text;
  Bytes bytes;
  std::optional<Point> point;
  Repeated<Point> points;
  Repeated<Text> texts;
  Repeated<std::uint32_t> numbers;
  std::uint64_t fixed = 0;
  std::variant<std::monostate, Point, Count, Text> body;
  Repeated<EveryField> inner;
  static constexpr void Fields(auto& m, auto& v) {
    v(1, m.u32), v(2, m.u64), v(3, m.i64), v(4, m.flag), v(5, m.colour), v(6, m.text);
    v(7, m.bytes), v(8, m.point), v(9, m.points), v(10, m.texts), v(11, m.numbers);
    v.Fixed64(12, m.fixed), v.template OneOf<13, 14, 15>(m.body), v(16, m.inner);
  }
};

// "0a 02 61" -> bytes; spaces are passed over.
inline std::string FromHex(std::string_view hex) {
  std::string digits;
  for (const char c : hex) {
    if (c != ' ') digits += c;
  }
  return BytesFromHex(digits);
}

inline std::string ToHex(std::string_view bytes) { return HexFromBytes(bytes); }

template <class M>
std::string Encode(const M& message) {
  std::string out;
  wire::AppendEncoded(out, message);
  return out;
}

}  // namespace roomcast

#endif  // ROOMCAST_TESTS_PROTOCOL_EVERY_FIELD_H_
