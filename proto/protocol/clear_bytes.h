#ifndef ROOMCAST_PROTO_PROTOCOL_CLEAR_BYTES_H_
#define ROOMCAST_PROTO_PROTOCOL_CLEAR_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace roomcast {

// Zeros in `bytes` bytes, a few hundred at most. In WebAssembly a compiler makes an instruction of
// memset that engines leave their compiled code for, which costs more than it does; and it makes
// memset of a loop that it sees through.
[[gnu::always_inline]] inline void ClearBytes(void* memory, std::size_t bytes) {
#ifdef __wasm__
  auto* at = static_cast<char*>(memory);
#pragma clang loop unroll(disable)
  for (; bytes >= 8; bytes -= 8, at += 8) {
    constexpr std::uint64_t kZero = 0;
    std::memcpy(at, &kZero, 8);
    asm volatile("" ::: "memory");
  }
#pragma clang loop unroll(disable)
  for (; bytes > 0; --bytes) {
    *at++ = 0;
    asm volatile("" ::: "memory");
  }
#else
  std::memset(memory, 0, bytes);
#endif
}

}  // namespace roomcast

#endif  // ROOMCAST_PROTO_PROTOCOL_CLEAR_BYTES_H_
