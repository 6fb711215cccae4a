#ifndef ROOMCAST_TESTS_SCHEMA_RANDOM_VALUES_H_
#define ROOMCAST_TESTS_SCHEMA_RANDOM_VALUES_H_

#include <cstdint>
#include <string>

#include "proto/protocol/random.h"

namespace roomcast {

// Values that find mistakes: extremes, small ones, and sizes about the steps of a varint.

inline std::uint64_t RandomBits(Random& random) {
  switch (random.Below(6)) {
    case 0:
      return 0;
    case 1:
      return UINT64_MAX;
    case 2:
      return std::uint64_t{1} << random.Below(64);
    case 3:
      return (std::uint64_t{1} << random.Below(64)) - 1;
    case 4:
      return random.Below(300);
    default:
      return random.Next();
  }
}

// Mostly short; now and then over a step of the length's varint.
inline std::size_t RandomSize(Random& random) {
  if (random.Chance(20)) return static_cast<std::size_t>(120 + random.Below(20));
  return static_cast<std::size_t>(random.Below(12));
}

inline std::string RandomBytes(Random& random) {
  std::string bytes(RandomSize(random), '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.Next());
  return bytes;
}

inline void AppendUtf8(std::string& out, std::uint32_t number) {
  const auto continued = [&](int shift) {
    out += static_cast<char>(0x80 | (number >> shift & 0x3f));
  };
  if (number < 0x80) {
    out += static_cast<char>(number);
  } else if (number < 0x800) {
    out += static_cast<char>(0xc0 | number >> 6);
    continued(0);
  } else if (number < 0x10000) {
    out += static_cast<char>(0xe0 | number >> 12);
    continued(6), continued(0);
  } else {
    out += static_cast<char>(0xf0 | number >> 18);
    continued(12), continued(6), continued(0);
  }
}

inline std::string RandomUtf8(Random& random) {
  constexpr std::uint32_t kEdges[] = {0,      0x7f,   0x80,   0x7ff,   0x800,
                                      0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff};
  std::string text;
  for (std::size_t left = RandomSize(random); left > 0; --left) {
    std::uint32_t number = 'a' + static_cast<std::uint32_t>(random.Below(26));
    if (random.Chance(200)) number = kEdges[random.Below(std::size(kEdges))];
    if (random.Chance(100)) number = static_cast<std::uint32_t>(random.Below(0xd800));
    AppendUtf8(text, number);
  }
  return text;
}

}  // namespace roomcast

#endif  // ROOMCAST_TESTS_SCHEMA_RANDOM_VALUES_H_
