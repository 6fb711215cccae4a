#ifndef ROOMCAST_CLIENT_WASM_ABI_ATOMS_H_
#define ROOMCAST_CLIENT_WASM_ABI_ATOMS_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "client-wasm/abi/roomcast_abi.h"
#include "client-wasm/core/kept_text.h"

namespace roomcast::client {

// Short texts that come again and again, by number, so that the host decodes each once. A text has
// one possible place for each role; another one with the same place takes it over, which costs a
// decoding and nothing else. Texts of different roles do not meet: one publication has one of each.
class Atoms {
 public:
  enum class Role : std::uint32_t { kType, kSession, kUser };

  struct Answer {
    std::uint32_t atom;  // 0: the empty text
    bool is_new;         // the host must be told
  };
  Answer Find(Role role, std::string_view text) {
    if (text.empty()) return {0, false};
    // Most often it is the one before.
    std::uint32_t& atom = last_[static_cast<std::size_t>(role)];
    if (IsSame(texts_[atom], text)) return {atom, false};
    atom = static_cast<std::uint32_t>(role) * kPlaces + 1 + Hash(text) % kPlaces;
    KeptText& place = texts_[atom];
    if (IsSame(place, text)) return {atom, false};
    place = text;
    return {atom, true};
  }

 private:
  static constexpr std::uint32_t kPlaces = RC_ATOMS / 3;

  // Eight bytes of it from `at` on, or of a shorter one the whole, into which its bytes fit. Three
  // texts of every publication come this way.
  static std::uint64_t WordAt(std::string_view text, std::size_t at) {
    const char* const from = text.data();
    if (text.size() >= 8) return Load<std::uint64_t>(from + at);
    if (text.size() >= 4) {
      return Load<std::uint32_t>(from) | std::uint64_t{Load<std::uint32_t>(from + text.size() - 4)}
                                             << 32;
    }
    const auto byte = [from](std::size_t i) { return static_cast<unsigned char>(from[i]); };
    return byte(0) | byte(text.size() / 2) << 8 | byte(text.size() - 1) << 16;
  }
  template <class T>
  static T Load(const char* from) {
    T loaded;
    std::memcpy(&loaded, from, sizeof loaded);
    return loaded;
  }
  // Where the word after that at `at` begins: the last one ends with the text.
  static std::size_t Next(std::string_view text, std::size_t at) {
    return at + 8 >= text.size() ? text.size() : std::min(at + 8, text.size() - 8);
  }

  // Who aims at collisions gains a slower decoding of what he sends.
  static std::uint32_t Hash(std::string_view text) {
    std::uint64_t hash = text.size();
    for (std::size_t at = 0; at < text.size(); at = Next(text, at)) {
      hash = (hash ^ WordAt(text, at)) * 0x9e3779b97f4a7c15u;
    }
    return static_cast<std::uint32_t>(hash >> 40);
  }

  static bool IsSame(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t at = 0; at < a.size(); at = Next(a, at)) {
      if (WordAt(a, at) != WordAt(b, at)) return false;
    }
    return true;
  }

  std::array<KeptText, RC_ATOMS + 1> texts_;
  std::array<std::uint32_t, 3> last_{};  // by role
};

}  // namespace roomcast::client

#endif  // ROOMCAST_CLIENT_WASM_ABI_ATOMS_H_
