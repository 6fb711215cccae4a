#ifndef ROOMCAST_PROTO_PROTOCOL_SIPHASH_H_
#define ROOMCAST_PROTO_PROTOCOL_SIPHASH_H_

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

}  // namespace roomcast

#endif  // ROOMCAST_PROTO_PROTOCOL_SIPHASH_H_
