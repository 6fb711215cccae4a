#ifndef ROOMCAST_CLIENT_WASM_ABI_ATOMS_H_
#define ROOMCAST_CLIENT_WASM_ABI_ATOMS_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "client-wasm/abi/roomcast_abi.h"

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
    const std::uint32_t atom =
        static_cast<std::uint32_t>(role) * kPlaces + 1 + Hash(text) % kPlaces;
    std::string& place = texts_[atom];
    if (place == text) return {atom, false};
    place = text;
    return {atom, true};
  }

 private:
  static constexpr std::uint32_t kPlaces = RC_ATOMS / 3;

  // FNV-1a. Who aims at collisions gains a slower decoding of what he sends.
  static std::uint32_t Hash(std::string_view text) {
    std::uint32_t hash = 2166136261u;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
    return hash;
  }

  std::array<std::string, RC_ATOMS + 1> texts_;
};

}  // namespace roomcast::client

#endif  // ROOMCAST_CLIENT_WASM_ABI_ATOMS_H_
