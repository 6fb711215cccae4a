#ifndef ROOMCAST_PROTO_PROTOCOL_WIRE_READER_H_
#define ROOMCAST_PROTO_PROTOCOL_WIRE_READER_H_

#include <algorithm>
#include <optional>
#include <type_traits>
#include <variant>

#include "proto/protocol/arena.h"
#include "proto/protocol/utf8.h"
#include "proto/protocol/wire_format.h"
#include "proto/protocol/wire_writer.h"
#include "proto/protocol/words.h"

namespace roomcast {

// Reads Protobuf bytes into structs that list their fields. Agrees with the official runtime on
// what is refused and on what is kept: unknown fields and known fields of the wrong wire type are
// passed over, a message field that comes twice is merged, a string must be UTF-8.
class MessageReader {
 public:
  explicit MessageReader(Arena& arena) : arena_(arena) {}

  // False: not an encoding of M, or more than the arena may hold; `message` is then half read.
  template <class M>
  bool Read(std::string_view bytes, M& message) {
    if (depth_ == 0) return false;
    --depth_;
    wire::Cursor cursor(bytes);
    while (!cursor.AtEnd()) {
      Field field{*this, cursor};
      if (!cursor.ReadTag(field.tag)) return false;
      M::Fields(message, field);
      if (field.state == State::kFailed) return false;
      if (field.state == State::kUnknown && !cursor.Skip(field.tag, depth_)) return false;
    }
    ++depth_;
    return true;
  }

 private:
  using WireType = wire::WireType;
  enum class State { kUnknown, kRead, kFailed };

  // Visits all of a message's fields and reads the one whose tag has come.
  struct Field {
    MessageReader& reader;
    wire::Cursor& cursor;
    std::uint32_t tag = 0;
    State state = State::kUnknown;

    bool Is(std::uint32_t number, WireType type) const { return tag == MakeTag(number, type); }
    void Done(bool ok) { state = ok ? State::kRead : State::kFailed; }

    template <wire::Number T>
    void operator()(std::uint32_t number, T& value) {
      if (Is(number, WireType::kVarint)) Done(ReadNumber(cursor, value));
    }
    void operator()(std::uint32_t number, Text& text) {
      if (Is(number, WireType::kBytes)) Done(ReadText(cursor, text));
    }
    void operator()(std::uint32_t number, Bytes& bytes) {
      if (Is(number, WireType::kBytes)) Done(cursor.ReadBytes(bytes.view));
    }
    template <class M>
    void operator()(std::uint32_t number, std::optional<M>& message) {
      if (!Is(number, WireType::kBytes)) return;
      if (!message) message.emplace();
      Done(reader.ReadMessage(cursor, *message));
    }
    template <class T>
    void operator()(std::uint32_t number, Repeated<T>& items) {
      if constexpr (wire::Number<T>) {
        if (Is(number, WireType::kBytes)) return Done(reader.ReadPacked(cursor, items));
        if (!Is(number, WireType::kVarint)) return;
      } else {
        if (!Is(number, WireType::kBytes)) return;
      }
      T* item = reader.Grow(items);
      Done(item != nullptr && reader.ReadValue(cursor, *item));
    }
    void Fixed64(std::uint32_t number, std::uint64_t& value) {
      if (Is(number, WireType::kFixed64)) Done(cursor.ReadFixed64(value));
    }
    template <std::uint32_t... kNumbers, class... Arms>
    void OneOf(std::variant<std::monostate, Arms...>& body) {
      static_assert(sizeof...(kNumbers) == sizeof...(Arms));
      (ReadArm<kNumbers, Arms>(body), ...);
    }
    template <std::uint32_t kNumber, class Arm, class Body>
    void ReadArm(Body& body) {
      constexpr WireType kType = wire::Number<Arm> ? WireType::kVarint : WireType::kBytes;
      if (!Is(kNumber, kType)) return;
      if (!std::holds_alternative<Arm>(body)) body.template emplace<Arm>();
      Done(reader.ReadValue(cursor, *std::get_if<Arm>(&body)));
    }
  };

  template <wire::Number T>
  static bool ReadNumber(wire::Cursor& cursor, T& value) {
    std::uint64_t raw = 0;
    if (!cursor.ReadVarint(raw)) return false;
    if constexpr (std::is_same_v<T, bool>) {
      value = raw != 0;
    } else {
      value = static_cast<T>(raw);
    }
    return true;
  }
  static bool ReadText(wire::Cursor& cursor, Text& text) {
    return cursor.ReadBytes(text.view) && IsUtf8(text.view);
  }
  template <class M>
  bool ReadMessage(wire::Cursor& cursor, M& message) {
    std::string_view bytes;
    return cursor.ReadBytes(bytes) && Read(bytes, message);
  }
  template <class T>
  bool ReadValue(wire::Cursor& cursor, T& value) {
    if constexpr (wire::Number<T>) {
      return ReadNumber(cursor, value);
    } else if constexpr (std::is_same_v<T, Text>) {
      return ReadText(cursor, value);
    } else if constexpr (std::is_same_v<T, Bytes>) {
      return cursor.ReadBytes(value.view);
    } else {
      return ReadMessage(cursor, value);
    }
  }
  template <wire::Number T>
  bool ReadPacked(wire::Cursor& cursor, Repeated<T>& items) {
    std::string_view bytes;
    if (!cursor.ReadBytes(bytes)) return false;
    for (wire::Cursor packed(bytes); !packed.AtEnd();) {
      T* item = Grow(items);
      if (item == nullptr || !ReadNumber(packed, *item)) return false;
    }
    return true;
  }

  // One more item at the end; nullptr when the arena is full. The array that is outgrown stays in
  // the arena until it is reset.
  template <class T>
  T* Grow(Repeated<T>& items) {
    if (items.size_ == items.capacity_) {
      const std::uint32_t capacity = items.capacity_ == 0 ? 4 : items.capacity_ * 2;
      T* wider = arena_.Allocate<T>(capacity);
      if (wider == nullptr) return nullptr;
      std::uninitialized_copy(items.begin(), items.end(), wider);
      items.items_ = wider;
      items.capacity_ = capacity;
    }
    // The array came from the arena, so it is ours to write.
    return ::new (const_cast<T*>(items.items_) + items.size_++) T();
  }

  Arena& arena_;
  // The message itself and a hundred inside one another, as in the official runtime.
  int depth_ = 101;
};

}  // namespace roomcast

#endif  // ROOMCAST_PROTO_PROTOCOL_WIRE_READER_H_
