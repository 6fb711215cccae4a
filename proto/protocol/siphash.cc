#include "proto/protocol/siphash.h"

#include <bit>
#include <cstddef>

namespace roomcast {
namespace {

struct State {
  std::uint64_t v0, v1, v2, v3;

  void Rounds(int count) {
    for (int i = 0; i < count; ++i) {
      v0 += v1, v1 = std::rotl(v1, 13), v1 ^= v0, v0 = std::rotl(v0, 32);
      v2 += v3, v3 = std::rotl(v3, 16), v3 ^= v2;
      v0 += v3, v3 = std::rotl(v3, 21), v3 ^= v0;
      v2 += v1, v1 = std::rotl(v1, 17), v1 ^= v2, v2 = std::rotl(v2, 32);
    }
  }
  void Absorb(std::uint64_t word) {
    v3 ^= word;
    Rounds(2);
    v0 ^= word;
  }
};

std::uint64_t LittleEndian(std::string_view bytes) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    word |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  return word;
}

}  // namespace

std::uint64_t SipHash(HashKey key, std::string_view bytes) {
  State state{key.low ^ 0x736f6d6570736575u, key.high ^ 0x646f72616e646f6du,
              key.low ^ 0x6c7967656e657261u, key.high ^ 0x7465646279746573u};
  const std::uint64_t length_byte = static_cast<std::uint64_t>(bytes.size()) << 56;
  while (bytes.size() >= 8) {
    state.Absorb(LittleEndian(bytes.substr(0, 8)));
    bytes.remove_prefix(8);
  }
  state.Absorb(length_byte | LittleEndian(bytes));
  state.v2 ^= 0xff;
  state.Rounds(4);
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace roomcast
