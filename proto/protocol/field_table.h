#ifndef ROOMCAST_PROTO_PROTOCOL_FIELD_TABLE_H_
#define ROOMCAST_PROTO_PROTOCOL_FIELD_TABLE_H_

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <variant>

#include "proto/protocol/wire_format.h"
#include "proto/protocol/words.h"

namespace roomcast::wire {

// What the compiler makes of a struct that lists its fields: a table, which one reader and one
// writer follow for all messages. So a message costs data and not code, and the SDK stays small.

template <class T>
concept Number = std::integral<T> || std::is_enum_v<T>;

// How a field's value lies in memory and on the wire: the lowest three bits are the wire type.
enum class Kind : std::uint8_t {
  kBool = 0,
  kUint32 = 8,
  kInt32 = 16,
  k64 = 24,
  kFixed64 = 1,
  kText = 2,
  kBytes = 10,
  kMessage = 18
};

constexpr WireType WireTypeOf(Kind kind) {
  return static_cast<WireType>(static_cast<unsigned>(kind) & 7);
}

struct MessageTable;

// How a field's member holds its value: is it, lists it, or holds it as one arm of a oneof. An
// optional message is a oneof of one arm.
using Form = std::uint8_t;
inline constexpr Form kIsValue = 0;
inline constexpr Form kRepeated = 255;  // what lies between: which arm

struct FieldRow {
  std::uint16_t offset = 0;  // in its message: of the member, or of the arm that it holds
  // Of an arm: where the message has the byte that says which arm the member holds, 0 none. An arm
  // that takes another's place begins as zeros.
  std::uint16_t state = 0;
  Kind kind = Kind::kBool;
  Form form = kIsValue;
  const MessageTable* inner = nullptr;  // of kMessage

  [[gnu::always_inline]] bool repeated() const { return form == kRepeated; }
  [[gnu::always_inline]] bool is_number() const { return WireTypeOf(kind) == WireType::kVarint; }
};

// Zeros are a message at its default.
struct MessageTable {
  // The row of field n is rows[n - 1].
  const FieldRow* rows;
  std::uint16_t row_count;
  std::uint16_t bytes;

  const FieldRow* begin() const { return rows; }
  const FieldRow* end() const { return rows + row_count; }
};

template <class T>
constexpr Kind KindOf() {
  if constexpr (std::is_same_v<T, bool>) {
    return Kind::kBool;
  } else if constexpr (std::is_enum_v<T>) {
    return KindOf<std::underlying_type_t<T>>();
  } else if constexpr (std::is_integral_v<T>) {
    static_assert(sizeof(T) == 4 || sizeof(T) == 8);
    if (sizeof(T) == 8) return Kind::k64;
    return std::is_signed_v<T> ? Kind::kInt32 : Kind::kUint32;
  } else if constexpr (std::is_same_v<T, Text>) {
    return Kind::kText;
  } else if constexpr (std::is_same_v<T, Bytes>) {
    return Kind::kBytes;
  } else {
    return Kind::kMessage;
  }
}

struct FieldCounter {
  std::size_t count = 0;
  constexpr void operator()(std::uint32_t, const auto&) { ++count; }
  constexpr void Fixed64(std::uint32_t, const std::uint64_t&) { ++count; }
  template <std::uint32_t... kNumbers>
  constexpr void OneOf(const auto&) {
    count += sizeof...(kNumbers);
  }
};

template <class M>
struct TableOf {
  // Messages are copied by their bytes, and begin as zeros, which is this one.
  static_assert(std::is_trivially_copyable_v<M> && std::is_standard_layout_v<M>);
  static constexpr M kDefault{};
  static constexpr std::size_t kRowCount = [] {
    FieldCounter counter;
    M::Fields(kDefault, counter);
    return counter.count;
  }();

  static const std::array<FieldRow, kRowCount> kRows;
  static const MessageTable kTable;
};

template <class T>
constexpr const MessageTable* InnerTableOf() {
  if constexpr (KindOf<T>() == Kind::kMessage) {
    return &TableOf<T>::kTable;
  } else {
    return nullptr;
  }
}

// Where a member that holds one of several arms, or none, has what it holds and the byte that says
// which one. The language does not promise that there are such places; both libraries have them,
// and a test compares. What says which is one byte, or little-endian and below 256.
struct ArmPlaces {
  std::size_t value;
  std::size_t state;
};

template <class... Arms>
constexpr ArmPlaces PlacesIn(const std::variant<std::monostate, Arms...>&) {
  constexpr std::size_t kAlign = std::max({alignof(Arms)...});
  constexpr std::size_t kBytes = (std::max({sizeof(Arms)...}) + kAlign - 1) / kAlign * kAlign;
  // An alternative that begins with an optional shares an empty base with the variant, which then
  // has to lie elsewhere: before what is held.
  constexpr std::size_t kBefore = sizeof(std::variant<std::monostate, Arms...>) - kBytes - kAlign;
  static_assert(kBefore == 0 || kBefore == kAlign);
  static_assert(std::endian::native == std::endian::little && sizeof...(Arms) < kRepeated);
  return {kBefore, kBefore + kBytes};
}
template <class M>
constexpr ArmPlaces PlacesIn(const std::optional<M>&) {
  static_assert(sizeof(std::optional<M>) == sizeof(M) + alignof(M));
  return {0, sizeof(M)};
}

// Visits the fields of a default message and makes a row of each. The language tells no member's
// offset to a program that is being compiled; but a struct of members that are all listed, in the
// order of their declaration, can lie in only one way.
template <std::size_t kRowCount>
struct RowMaker {
  std::array<FieldRow, kRowCount> rows{};
  std::size_t bytes = 0;

  template <class T>
  constexpr void operator()(std::uint32_t number, const T& member) {
    Add<T>(number, Place(member));
  }
  template <class T>
  constexpr void operator()(std::uint32_t number, const Repeated<T>& items) {
    Add<T>(number, Place(items)).form = kRepeated;
  }
  template <class M>
  constexpr void operator()(std::uint32_t number, const std::optional<M>& message) {
    const std::size_t offset = Place(message);
    AddArm<M>(number, 1, offset, PlacesIn(message));
  }
  constexpr void Fixed64(std::uint32_t number, const std::uint64_t& value) {
    Add<std::uint64_t>(number, Place(value)).kind = Kind::kFixed64;
  }
  // The arms' field numbers, in the order of the variant's alternatives after monostate.
  template <std::uint32_t... kNumbers, class... Arms>
  constexpr void OneOf(const std::variant<std::monostate, Arms...>& body) {
    static_assert(sizeof...(kNumbers) == sizeof...(Arms));
    const std::size_t offset = Place(body);
    Form arm = 0;
    (AddArm<Arms>(kNumbers, ++arm, offset, PlacesIn(body)), ...);
  }

  template <class Member>
  constexpr std::size_t Place(const Member&) {
    const std::size_t offset = (bytes + alignof(Member) - 1) / alignof(Member) * alignof(Member);
    bytes = offset + sizeof(Member);
    return offset;
  }

 private:
  template <class T>
  constexpr FieldRow& Add(std::uint32_t number, std::size_t offset) {
    // Does not compile where a number is left out: the last one has no row then.
    FieldRow& row = rows[number - 1];
    row.offset = static_cast<std::uint16_t>(offset);
    row.kind = KindOf<T>();
    row.inner = InnerTableOf<T>();
    return row;
  }
  template <class M>
  constexpr void AddArm(std::uint32_t number, Form arm, std::size_t offset, ArmPlaces places) {
    FieldRow& row = Add<M>(number, offset + places.value);
    row.form = arm;
    row.state = static_cast<std::uint16_t>(offset + places.state);
  }
};

template <class M>
constexpr std::array<FieldRow, TableOf<M>::kRowCount> TableOf<M>::kRows = [] {
  RowMaker<kRowCount> maker;
  M::Fields(kDefault, maker);
  return maker.rows;
}();

template <class M>
constexpr MessageTable TableOf<M>::kTable = [] {
  constexpr std::size_t kListed = [] {
    RowMaker<kRowCount> maker;
    M::Fields(kDefault, maker);
    return maker.Place(kDefault);
  }();
  static_assert(kRowCount == 0 || kListed == sizeof(M), "a member is not listed");
  return MessageTable{kRows.data(), kRowCount, sizeof(M)};
}();

}  // namespace roomcast::wire

#endif  // ROOMCAST_PROTO_PROTOCOL_FIELD_TABLE_H_
