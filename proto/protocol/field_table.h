#ifndef ROOMCAST_PROTO_PROTOCOL_FIELD_TABLE_H_
#define ROOMCAST_PROTO_PROTOCOL_FIELD_TABLE_H_

#include <algorithm>
#include <array>
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

// How a field's value lies in memory and on the wire.
enum class Kind : std::uint8_t { kBool, kUint32, kInt32, k64, kFixed64, kText, kBytes, kMessage };

struct MessageTable;

// What a field's value needs beyond its place, where it is a message or an arm of a oneof.
struct FieldLink {
  // Of kMessage.
  const MessageTable* inner = nullptr;
  // Which arm the member holds, from 1; 0: none. An optional message is a oneof with one arm.
  std::size_t (*held)(const void* member) = nullptr;
  // This arm's value in the member; another one or none is replaced by a new one.
  void* (*hold)(void* member) = nullptr;
};

struct FieldRow {
  std::uint16_t offset = 0;  // of the member, in its message
  std::uint16_t tag = 0;
  Kind kind = Kind::kBool;
  bool repeated = false;
  // On the first arm: how many rows are arms of the same oneof.
  std::uint8_t arms = 0;
  const FieldLink* link = nullptr;  // nullptr: the member is the value, or holds such items

  bool is_number() const { return kind <= Kind::k64; }
};

struct MessageTable {
  const void* default_value;
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

template <class T>
constexpr WireType WireTypeOf() {
  return Number<T> ? WireType::kVarint : WireType::kBytes;
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
  // Messages are copied by their bytes, and begin as a copy of this one.
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

template <class M>
inline constexpr FieldLink kItemLink{InnerTableOf<M>()};

template <class M>
inline constexpr FieldLink kOptionalLink{
    InnerTableOf<M>(),
    [](const void* member) -> std::size_t {
      return static_cast<const std::optional<M>*>(member)->has_value() ? 1 : 0;
    },
    [](void* member) -> void* {
      auto& value = *static_cast<std::optional<M>*>(member);
      if (!value) value.emplace();
      return &*value;
    }};

template <class Body>
std::size_t HeldArm(const void* member) {
  return static_cast<const Body*>(member)->index();
}

template <class Body, class Arm>
inline constexpr FieldLink kArmLink{InnerTableOf<Arm>(), &HeldArm<Body>, [](void* member) -> void* {
                                      auto& value = *static_cast<Body*>(member);
                                      if (!std::holds_alternative<Arm>(value)) {
                                        value.template emplace<Arm>();
                                      }
                                      return std::get_if<Arm>(&value);
                                    }};

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
    FieldRow& row = Add<T>(number, Place(items));
    row.repeated = true;
    if (row.kind == Kind::kMessage) row.link = &kItemLink<T>;
  }
  template <class M>
  constexpr void operator()(std::uint32_t number, const std::optional<M>& message) {
    FieldRow& row = Add<M>(number, Place(message));
    row.arms = 1;
    row.link = &kOptionalLink<M>;
  }
  constexpr void Fixed64(std::uint32_t number, const std::uint64_t& value) {
    FieldRow& row = Add<std::uint64_t>(number, Place(value));
    row.kind = Kind::kFixed64;
    row.tag = static_cast<std::uint16_t>(MakeTag(number, WireType::kFixed64));
  }
  // The arms' field numbers, in the order of the variant's alternatives after monostate.
  template <std::uint32_t... kNumbers, class... Arms>
  constexpr void OneOf(const std::variant<std::monostate, Arms...>& body) {
    static_assert(sizeof...(kNumbers) == sizeof...(Arms));
    constexpr std::uint32_t kFirst = std::min({kNumbers...});
    const std::size_t offset = Place(body);
    ((Add<Arms>(kNumbers, offset).link = &kArmLink<std::variant<std::monostate, Arms...>, Arms>),
     ...);
    rows[kFirst - 1].arms = sizeof...(Arms);
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
    row.tag = static_cast<std::uint16_t>(MakeTag(number, WireTypeOf<T>()));
    row.kind = KindOf<T>();
    return row;
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
  return MessageTable{&kDefault, kRows.data(), kRowCount, sizeof(M)};
}();

}  // namespace roomcast::wire

#endif  // ROOMCAST_PROTO_PROTOCOL_FIELD_TABLE_H_
