#ifndef ROOMCAST_PROTO_PROTOCOL_RANDOM_H_
#define ROOMCAST_PROTO_PROTOCOL_RANDOM_H_

#include <cstdint>

namespace roomcast {

// A sequence that its seed decides, the same with every compiler and library (SplitMix64, Steele et
// al. 2014). For jitter and for simulations; never for secrets, which come from the caller.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t Next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  // Uniform in [0, bound); `bound` above 0. The bias of the remainder is below 2^-32 for our
  // bounds.
  std::uint64_t Below(std::uint64_t bound) { return Next() % bound; }
  // True with a chance of `per_mille` in 1000.
  bool Chance(std::uint32_t per_mille) { return Below(1000) < per_mille; }

 private:
  std::uint64_t state_;
};

}  // namespace roomcast

#endif  // ROOMCAST_PROTO_PROTOCOL_RANDOM_H_
