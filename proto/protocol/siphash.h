#ifndef ROOMCAST_PROTO_PROTOCOL_SIPHASH_H_
#define ROOMCAST_PROTO_PROTOCOL_SIPHASH_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace roomcast {

// SipHash-2-4 (Aumasson, Bernstein 2012): for tables keyed by names that strangers choose. With a
// secret key nobody can aim at one bucket, or at one shard.
struct HashKey {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
};

std::uint64_t SipHash(HashKey key, std::string_view bytes);

// For an unordered container of strings that is asked by view.
struct KeyedHash {
  using is_transparent = void;
  HashKey key;
  std::size_t operator()(std::string_view name) const {
    return static_cast<std::size_t>(SipHash(key, name));
  }
};

}  // namespace roomcast

#endif  // ROOMCAST_PROTO_PROTOCOL_SIPHASH_H_
