// What a module without JavaScript around it must answer itself: it imports nothing.

#include <cstddef>
#include <cstdint>
#include <new>

#include "client-wasm/abi/block_heap.h"

extern "C" char __heap_base;  // NOLINT(bugprone-reserved-identifier): the linker's name

namespace {

constexpr std::uintptr_t kPageBytes = 65536;

// The memory behind everything that the linker placed, front to back.
void* TakeFresh(std::size_t bytes) {
  static std::uintptr_t next = (reinterpret_cast<std::uintptr_t>(&__heap_base) + 15) / 16 * 16;
  const std::uintptr_t begin = next;
  next += bytes;
  const std::uintptr_t end = __builtin_wasm_memory_size(0) * kPageBytes;
  if (next > end) {
    // More than is missing, so that growing stays rare.
    const std::size_t pages = (next - end + bytes) / kPageBytes + 1;
    if (__builtin_wasm_memory_grow(0, pages) == SIZE_MAX) __builtin_trap();
  }
  return reinterpret_cast<void*>(begin);
}

constinit roomcast::client::BlockHeap heap;

}  // namespace

// In place of the C library's, which is quick with long texts and ten times as large. A compiler
// that sees what this does makes a call of it.
extern "C" __attribute__((no_builtin("strlen"))) std::size_t strlen(const char* text) {
  std::size_t length = 0;
  while (text[length] != 0) ++length;
  return length;
}

// A module that finds no memory has nothing to say any more: it stops, and its host hears of that.
void* operator new(std::size_t bytes) {
  if (bytes > roomcast::client::BlockHeap::kBytesMax) __builtin_trap();
  return heap.Allocate(bytes, TakeFresh);
}
void* operator new[](std::size_t bytes) { return operator new(bytes); }
void operator delete(void* memory) noexcept { heap.Free(memory); }
void operator delete(void* memory, std::size_t) noexcept { heap.Free(memory); }
void operator delete[](void* memory) noexcept { heap.Free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { heap.Free(memory); }
