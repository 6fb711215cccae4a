#ifndef ROOMCAST_CLIENT_WASM_ABI_ATOMS_H_
#define ROOMCAST_CLIENT_WASM_ABI_ATOMS_H_

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
    const std::uint32_t atom =
        static_cast<std::uint32_t>(role) * kPlaces + 1 + Hash(text) % kPlaces;
    KeptText& place = texts_[atom];
    if (IsSame(place, text)) return {atom, false};
    place = text;
    return {atom, true};
  }

 private:
  static constexpr std::uint32_t kPlaces = RC_ATOMS / 3;

  // Eight bytes at a time: three texts of every publication come this way.
  static std::uint64_t Eight(const char* from) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, from, sizeof eight);
    return eight;
  }

  // Who aims at collisions gains a slower decoding of what he sends.
  static std::uint32_t Hash(std::string_view text) {
    constexpr std::uint64_t kPrime = 0x9e3779b97f4a7c15u;
    std::uint64_t hash = text.size();
    const char* at = text.data();
    const char* const end = at + text.size();
    for (; end - at >= 8; at += 8) hash = (hash ^ Eight(at)) * kPrime;
    for (; at != end; ++at) hash = (hash ^ static_cast<unsigned char>(*at)) * kPrime;
    return static_cast<std::uint32_t>(hash >> 40);
  }

  static bool IsSame(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    std::size_t i = 0;
    for (; a.size() - i >= 8; i += 8) {
      if (Eight(a.data() + i) != Eight(b.data() + i)) return false;
    }
    for (; i < a.size(); ++i) {
      if (a[i] != b[i]) return false;
    }
    return true;
  }

  std::array<KeptText, RC_ATOMS + 1> texts_;
};

}  // namespace roomcast::client

#endif  // ROOMCAST_CLIENT_WASM_ABI_ATOMS_H_
