#ifndef ROOMCAST_PROTO_PROTOCOL_WORDS_H_
#define ROOMCAST_PROTO_PROTOCOL_WORDS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace roomcast {

// Field types of messages. All are views and trivially destructible: a decoded message lives as
// long as the frame's bytes and the arena it was decoded with; one to be encoded, as long as what
// it views.

// UTF-8. Whatever comes through Decode() was checked; who makes one vouches for it.
struct Text {
  std::string_view view;
  constexpr Text() = default;
  constexpr Text(std::string_view v) : view(v) {}  // NOLINT(google-explicit-constructor)
  constexpr Text(const char* v) : view(v) {}       // NOLINT(google-explicit-constructor)
  Text(const std::string& v) : view(v) {}          // NOLINT(google-explicit-constructor)
  friend bool operator==(const Text&, const Text&) = default;
};

// Any bytes. A type of its own, so that no payload is taken for text by accident.
struct Bytes {
  std::string_view view;
  constexpr Bytes() = default;
  constexpr explicit Bytes(std::string_view v) : view(v) {}
  friend bool operator==(const Bytes&, const Bytes&) = default;
};

// Several items of a kind that only the reader and the writer know. `items` has room for
// `capacity` where the reader grows it in its arena; elsewhere that is 0.
struct RepeatedItems {
  const void* items = nullptr;
  std::uint32_t size = 0;
  std::uint32_t capacity = 0;
};

// Several of one kind, in order. Views an array: the arena's, or the maker's.
template <class T>
class Repeated {
 public:
  constexpr Repeated() = default;
  // NOLINTNEXTLINE(google-explicit-constructor)
  Repeated(const std::vector<T>& items) : Repeated(items.data(), items.size()) {}
  constexpr Repeated(const T* items, std::size_t size)
      : items_{items, static_cast<std::uint32_t>(size)} {}

  const T* begin() const { return static_cast<const T*>(items_.items); }
  const T* end() const { return begin() + items_.size; }
  std::size_t size() const { return items_.size; }
  bool empty() const { return items_.size == 0; }
  const T& operator[](std::size_t i) const { return begin()[i]; }
  const T& back() const { return begin()[items_.size - 1]; }

 private:
  RepeatedItems items_;
};

}  // namespace roomcast

#endif  // ROOMCAST_PROTO_PROTOCOL_WORDS_H_
