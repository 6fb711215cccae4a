#ifndef ROOMCAST_CLIENT_WASM_CORE_NAMES_H_
#define ROOMCAST_CLIENT_WASM_CORE_NAMES_H_

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace roomcast::client {

// Names by number: texts in a row, with a zero between two, which costs a page less than an array
// of pointers. Finding one walks over those before it.
class Names {
 public:
  template <std::size_t kBytes>
  constexpr explicit Names(const char (&texts)[kBytes])
      : texts_(texts), count_(static_cast<std::size_t>(std::count(texts, texts + kBytes, '\0'))) {}

  constexpr std::size_t count() const { return count_; }
  // Of a number below the count.
  std::string_view operator[](std::size_t number) const {
    std::string_view name = texts_;
    for (; number > 0; --number) name = name.data() + name.size() + 1;
    return name;
  }

 private:
  const char* texts_;
  std::size_t count_;
};

}  // namespace roomcast::client

#endif  // ROOMCAST_CLIENT_WASM_CORE_NAMES_H_
