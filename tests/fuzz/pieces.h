// A wire cut into pieces, as a network would, by a byte of the fuzzer's choice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace roomcast::fuzz {

// 0: byte by byte. 1 to 127: pieces of that size. Above: sizes between 1 and 64 from a small
// generator with that seed. Each piece is a block of memory of its own, so that a sanitizer sees
// one byte too far.
inline std::vector<std::string> Pieces(std::string_view wire, std::uint8_t choice) {
  std::vector<std::string> pieces;
  std::uint32_t random = choice;
  while (!wire.empty()) {
    std::size_t size = choice == 0 ? 1 : choice;
    if (choice >= 128) {
      random = random * 1664525 + 1013904223;
      size = 1 + (random >> 26);
    }
    pieces.emplace_back(wire.substr(0, size));
    wire.remove_prefix(pieces.back().size());
  }
  return pieces;
}

}  // namespace roomcast::fuzz
