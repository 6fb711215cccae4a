#ifndef ROOMCAST_TESTS_SCHEMA_STRUCT_VISITORS_H_
#define ROOMCAST_TESTS_SCHEMA_STRUCT_VISITORS_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "proto/protocol/random.h"
#include "proto/protocol/wire_writer.h"
#include "proto/protocol/words.h"
#include "tests/schema/random_values.h"

namespace roomcast {

// Visitors of structs that list their fields (room_messages.h), for the schema's tests.

// Fills a struct at random. What it fills views this filler, which must outlive it.
class RandomFiller {
 public:
  explicit RandomFiller(Random& random) : random_(random) {}

  template <class M>
  M Make() {
    M message;
    ++depth_;
    M::Fields(message, *this);
    --depth_;
    return message;
  }

  template <wire::Number T>
  void operator()(std::uint32_t, T& value) {
    if (Present()) value = MakeValue<T>();
  }
  void operator()(std::uint32_t, Text& text) {
    if (Present()) text = MakeValue<Text>();
  }
  void operator()(std::uint32_t, Bytes& bytes) {
    if (Present()) bytes = MakeValue<Bytes>();
  }
  template <class M>
  void operator()(std::uint32_t, std::optional<M>& message) {
    if (Present()) message = Make<M>();
  }
  template <class T>
  void operator()(std::uint32_t, Repeated<T>& items) {
    if (!Present()) return;
    auto made = std::make_shared<std::vector<T>>();
    for (std::uint64_t left = random_.Below(4); left > 0; --left) made->push_back(MakeValue<T>());
    items = Repeated<T>(*made);
    arrays_.push_back(std::move(made));
  }
  void Fixed64(std::uint32_t, std::uint64_t& value) {
    if (Present()) value = RandomBits(random_);
  }
  template <std::uint32_t... kNumbers, class... Arms>
  void OneOf(std::variant<std::monostate, Arms...>& body) {
    std::uint64_t chosen = random_.Below(sizeof...(Arms) + 1);
    ((chosen-- == 0 ? void(body.template emplace<Arms>(MakeValue<Arms>())) : void()), ...);
  }

 private:
  // Deep inside, less and less.
  bool Present() { return random_.Below(static_cast<std::uint64_t>(depth_) + 2) != 0; }

  template <class T>
  T MakeValue() {
    if constexpr (std::is_same_v<T, bool>) {
      return random_.Chance(500);
    } else if constexpr (wire::Number<T>) {
      return static_cast<T>(RandomBits(random_));
    } else if constexpr (std::is_same_v<T, Text>) {
      return Text(strings_.emplace_back(RandomUtf8(random_)));
    } else if constexpr (std::is_same_v<T, Bytes>) {
      return Bytes(strings_.emplace_back(RandomBytes(random_)));
    } else {
      return Make<T>();
    }
  }

  Random& random_;
  int depth_ = 0;
  std::deque<std::string> strings_;
  std::vector<std::shared_ptr<void>> arrays_;
};

// Lists a struct's fields in the schema's words.
class FieldLister {
 public:
  template <class T>
  void operator()(std::uint32_t number, T&) {
    Add(number, KindOf<T>());
  }
  template <class T>
  void operator()(std::uint32_t number, Repeated<T>&) {
    Add(number, "repeated " + KindOf<T>());
  }
  template <class M>
  void operator()(std::uint32_t number, std::optional<M>&) {
    Add(number, KindOf<M>());
  }
  void Fixed64(std::uint32_t number, std::uint64_t&) { Add(number, "fixed64"); }
  template <std::uint32_t... kNumbers, class... Arms>
  void OneOf(std::variant<std::monostate, Arms...>&) {
    (Add(kNumbers, "oneof " + KindOf<Arms>()), ...);
  }

  const std::vector<std::string>& fields() const { return fields_; }

 private:
  void Add(std::uint32_t number, const std::string& kind) {
    fields_.push_back(std::to_string(number) + " " + kind);
  }

  template <class T>
  static std::string KindOf() {
    if constexpr (std::is_same_v<T, bool>) {
      return "bool";
    } else if constexpr (std::is_enum_v<T>) {
      // The schema's enums are signed; our names for plain numbers in a oneof are not.
      if constexpr (std::is_signed_v<std::underlying_type_t<T>>) return "enum";
      return KindOf<std::underlying_type_t<T>>();
    } else if constexpr (std::is_integral_v<T>) {
      return std::string(std::is_signed_v<T> ? "int" : "uint") + std::to_string(8 * sizeof(T));
    } else if constexpr (std::is_same_v<T, Text>) {
      return "string";
    } else if constexpr (std::is_same_v<T, Bytes>) {
      return "bytes";
    } else {
      return "message";
    }
  }

  std::vector<std::string> fields_;
};

}  // namespace roomcast

#endif  // ROOMCAST_TESTS_SCHEMA_STRUCT_VISITORS_H_
