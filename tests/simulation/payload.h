#ifndef ROOMCAST_TESTS_SIMULATION_PAYLOAD_H_
#define ROOMCAST_TESTS_SIMULATION_PAYLOAD_H_

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "tests/simulation/judge.h"

namespace roomcast::simulation {

// What a publication of the simulation says: who said it and which of theirs it is, so that a
// check recognises it wherever it turns up, and then bytes that follow from both.
struct PayloadMark {
  static constexpr std::size_t kBytes = 8;
  ClientIndex who = kNobody;
  std::uint32_t serial = 0;
};

// Volatile sends count for themselves.
inline constexpr std::uint32_t kVolatile = 0x80000000;

inline void WritePayload(std::string& out, PayloadMark mark, std::size_t bytes) {
  out.assign(bytes < PayloadMark::kBytes ? PayloadMark::kBytes : bytes,
             static_cast<char>('a' + (mark.who * 7 + mark.serial) % 26));
  for (std::size_t i = 0; i < 4; ++i) {
    out[i] = static_cast<char>(mark.who >> (8 * i));
    out[4 + i] = static_cast<char>(mark.serial >> (8 * i));
  }
}

inline PayloadMark ReadPayload(std::string_view data) {
  PayloadMark mark;
  if (data.size() < PayloadMark::kBytes) return mark;
  mark.who = 0;
  for (std::size_t i = 4; i-- > 0;) {
    mark.who = mark.who << 8 | static_cast<unsigned char>(data[i]);
    mark.serial = mark.serial << 8 | static_cast<unsigned char>(data[4 + i]);
  }
  return mark;
}

// Tells contents apart; eight bytes at a time, the same on every machine that is little-endian.
inline std::uint64_t HashOf(std::string_view data) {
  std::uint64_t hash = data.size() + 1;
  std::size_t i = 0;
  for (; i + 8 <= data.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, data.data() + i, 8);
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    hash ^= hash >> 32;
  }
  for (; i < data.size(); ++i) {
    hash = (hash ^ static_cast<unsigned char>(data[i])) * 0x9e3779b97f4a7c15u;
  }
  return hash ^ (hash >> 29);
}

}  // namespace roomcast::simulation

#endif  // ROOMCAST_TESTS_SIMULATION_PAYLOAD_H_
