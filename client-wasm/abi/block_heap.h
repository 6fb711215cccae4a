#ifndef ROOMCAST_CLIENT_WASM_ABI_BLOCK_HEAP_H_
#define ROOMCAST_CLIENT_WASM_ABI_BLOCK_HEAP_H_

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace roomcast::client {

// A heap for a program that needs the same few sizes again and again: blocks of powers of two, and
// a list of free ones for each size. A block is never split or joined, so both directions are a few
// instructions; what is held is, size by size, the most that was ever in use at once, at most
// twice what was asked for. Memory comes from the caller and never goes back. Not thread-safe.
class BlockHeap {
 public:
  static constexpr std::size_t kBytesMax = std::size_t{1} << 28;

  // Memory of `bytes` bytes, aligned for every type. `more(n)` answers n new bytes, aligned by 16,
  // that lie nowhere else; it is asked where no free block has the size.
  template <class More>
  void* Allocate(std::size_t bytes, More more) {
    const std::size_t order = OrderOf(bytes);
    Block*& first = free_[order];
    Block* block = first;
    if (block != nullptr) {
      first = block->next;
    } else {
      block = static_cast<Block*>(more(std::size_t{1} << order));
    }
    block->order = order;
    return block + 1;
  }

  // What Allocate() answered, or nullptr.
  void Free(void* memory) {
    if (memory == nullptr) return;
    Block* block = static_cast<Block*>(memory) - 1;
    Block*& first = free_[block->order];
    block->next = first;
    first = block;
  }

 private:
  struct alignas(16) Block {
    std::size_t order;
    Block* next;
  };
  // Of the smallest block that holds so many bytes and its head.
  static std::size_t OrderOf(std::size_t bytes) {
    return static_cast<std::size_t>(std::bit_width(bytes + sizeof(Block) - 1));
  }

  std::array<Block*, 32> free_{};  // by order
};

}  // namespace roomcast::client

#endif  // ROOMCAST_CLIENT_WASM_ABI_BLOCK_HEAP_H_
