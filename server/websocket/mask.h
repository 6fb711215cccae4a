// XOR of payload bytes with a masking key (RFC 6455 section 5.3). Masking and unmasking are the
// same.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace roomcast::websocket {

using MaskKey = std::array<std::byte, 4>;

// `offset` is the place of the first of `bytes` in the frame's payload, so that a payload that
// arrives in pieces is unmasked piece by piece.
inline void ApplyMask(std::span<std::byte> bytes, const MaskKey& key, std::size_t offset) {
  std::array<std::byte, 8> pattern;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    pattern[i] = key[(offset + i) % key.size()];
  }
  std::uint64_t word_mask = 0;
  std::memcpy(&word_mask, pattern.data(), sizeof(word_mask));
  std::size_t at = 0;
  for (; at + sizeof(word_mask) <= bytes.size(); at += sizeof(word_mask)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, sizeof(word));
    word ^= word_mask;
    std::memcpy(bytes.data() + at, &word, sizeof(word));
  }
  for (std::size_t i = 0; at < bytes.size(); ++at, ++i) {
    bytes[at] ^= pattern[i];
  }
}

}  // namespace roomcast::websocket
