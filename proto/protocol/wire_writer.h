#ifndef ROOMCAST_PROTO_PROTOCOL_WIRE_WRITER_H_
#define ROOMCAST_PROTO_PROTOCOL_WIRE_WRITER_H_

#include <concepts>
#include <cstring>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>

#include "proto/protocol/wire_format.h"
#include "proto/protocol/words.h"

namespace roomcast::wire {

// Counts the bytes that the writer would write.
class CountingSink {
 public:
  // A message inside is measured for its length, and that is all there is to know of it. Visiting
  // it again would double the work with every level.
  static constexpr bool kWantsContent = false;
  void Measured(std::size_t bytes) { size_ += bytes; }
  void Varint(std::uint64_t value) { size_ += VarintBytes(value); }
  void Fixed64(std::uint64_t) { size_ += 8; }
  void Raw(std::string_view bytes) { size_ += bytes.size(); }
  std::size_t size() const { return size_; }

 private:
  std::size_t size_ = 0;
};

// Writes into memory that was measured before.
class MemorySink {
 public:
  static constexpr bool kWantsContent = true;
  explicit MemorySink(char* out) : out_(out) {}
  void Varint(std::uint64_t value) { out_ = WriteVarint(out_, value); }
  void Fixed64(std::uint64_t value) {
    for (int i = 0; i < 8; ++i) *out_++ = static_cast<char>(value >> (8 * i));
  }
  void Raw(std::string_view bytes) {
    if (!bytes.empty()) std::memcpy(out_, bytes.data(), bytes.size());
    out_ += bytes.size();
  }
  char* at() const { return out_; }

 private:
  char* out_;
};

template <class T>
concept Number = std::integral<T> || std::is_enum_v<T>;

// A number as Protobuf's varint holds it: signed ones sign-extended to 64 bits.
template <Number T>
constexpr std::uint64_t ToVarint(T value) {
  if constexpr (std::is_enum_v<T>) {
    return ToVarint(static_cast<std::underlying_type_t<T>>(value));
  } else if constexpr (std::is_signed_v<T>) {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
  } else {
    return static_cast<std::uint64_t>(value);
  }
}

template <class M>
std::size_t EncodedBytes(const M& message);

// Visits a message's fields in the order of their numbers and writes those that are not at their
// default, exactly as the official runtime does (proto3). Sink is one of the two above.
template <class Sink>
class FieldWriter {
 public:
  explicit FieldWriter(Sink& sink) : sink_(sink) {}

  template <Number T>
  void operator()(std::uint32_t number, T value) {
    if (ToVarint(value) != 0) WriteNumber(number, value);
  }
  void operator()(std::uint32_t number, Text text) { WriteUnlessEmpty(number, text.view); }
  void operator()(std::uint32_t number, Bytes bytes) { WriteUnlessEmpty(number, bytes.view); }
  template <class M>
  void operator()(std::uint32_t number, const std::optional<M>& message) {
    if (message) WriteMessage(number, *message);
  }
  template <class T>
  void operator()(std::uint32_t number, const Repeated<T>& items) {
    if constexpr (Number<T>) {
      WritePacked(number, items);
    } else {
      for (const T& item : items) WriteAlways(number, item);
    }
  }
  void Fixed64(std::uint32_t number, std::uint64_t value) {
    if (value == 0) return;
    sink_.Varint(MakeTag(number, WireType::kFixed64));
    sink_.Fixed64(value);
  }
  // The arms' field numbers, in the order of the variant's alternatives after monostate.
  template <std::uint32_t... kNumbers, class... Arms>
  void OneOf(const std::variant<std::monostate, Arms...>& body) {
    static_assert(sizeof...(kNumbers) == sizeof...(Arms));
    (
        [&] {
          if (const Arms* arm = std::get_if<Arms>(&body)) WriteAlways(kNumbers, *arm);
        }(),
        ...);
  }

 private:
  template <Number T>
  void WriteNumber(std::uint32_t number, T value) {
    sink_.Varint(MakeTag(number, WireType::kVarint));
    sink_.Varint(ToVarint(value));
  }
  void WriteBytes(std::uint32_t number, std::string_view bytes) {
    sink_.Varint(MakeTag(number, WireType::kBytes));
    sink_.Varint(bytes.size());
    sink_.Raw(bytes);
  }
  void WriteUnlessEmpty(std::uint32_t number, std::string_view bytes) {
    if (!bytes.empty()) WriteBytes(number, bytes);
  }
  template <class M>
  void WriteMessage(std::uint32_t number, const M& message) {
    const std::size_t size = EncodedBytes(message);
    sink_.Varint(MakeTag(number, WireType::kBytes));
    sink_.Varint(size);
    if constexpr (Sink::kWantsContent) {
      M::Fields(message, *this);
    } else {
      sink_.Measured(size);
    }
  }
  template <class T>
  void WriteAlways(std::uint32_t number, const T& value) {
    if constexpr (Number<T>) {
      WriteNumber(number, value);
    } else if constexpr (std::is_same_v<T, Text> || std::is_same_v<T, Bytes>) {
      WriteBytes(number, value.view);
    } else {
      WriteMessage(number, value);
    }
  }
  template <Number T>
  void WritePacked(std::uint32_t number, const Repeated<T>& items) {
    if (items.empty()) return;
    std::size_t size = 0;
    for (const T item : items) size += VarintBytes(ToVarint(item));
    sink_.Varint(MakeTag(number, WireType::kBytes));
    sink_.Varint(size);
    for (const T item : items) sink_.Varint(ToVarint(item));
  }

  Sink& sink_;
};

// The size of `message` on the wire.
template <class M>
std::size_t EncodedBytes(const M& message) {
  CountingSink sink;
  FieldWriter<CountingSink> writer(sink);
  M::Fields(message, writer);
  return sink.size();
}

// Appends `message` to `out`, without a tag or length of its own.
template <class M>
void AppendEncoded(std::string& out, const M& message) {
  const std::size_t before = out.size();
  out.resize(before + EncodedBytes(message));
  MemorySink sink(out.data() + before);
  FieldWriter<MemorySink> writer(sink);
  M::Fields(message, writer);
}

// Appends `message` as an item of the message field `number` of whatever `out` is the encoding of.
template <class M>
void AppendItem(std::string& out, std::uint32_t number, const M& message) {
  const std::size_t before = out.size();
  const std::uint32_t tag = MakeTag(number, WireType::kBytes);
  const std::size_t size = EncodedBytes(message);
  out.resize(before + VarintBytes(tag) + VarintBytes(size) + size);
  MemorySink sink(out.data() + before);
  sink.Varint(tag);
  sink.Varint(size);
  FieldWriter<MemorySink> writer(sink);
  M::Fields(message, writer);
}

}  // namespace roomcast::wire

#endif  // ROOMCAST_PROTO_PROTOCOL_WIRE_WRITER_H_
