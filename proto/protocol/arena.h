#ifndef ROOMCAST_PROTO_PROTOCOL_ARENA_H_
#define ROOMCAST_PROTO_PROTOCOL_ARENA_H_

#include <cstddef>
#include <memory>
#include <type_traits>

namespace roomcast {

// Memory for the arrays of one decoded frame, bounded: a small frame can ask for many large items.
// Reset() keeps the memory, so that a warm reader allocates nothing. What fits depends only on what
// was allocated since Reset(): one arena serves many strangers, and none decides for the next one.
// Holds at most twice its bound. Not thread-safe.
class Arena {
 public:
  // Allocate() answers nullptr once more than `bytes_max` would be in use.
  explicit Arena(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // Room for `count` objects, not constructed; nullptr if that is too much.
  template <class T>
  T* Allocate(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T>, "nothing here is ever destroyed");
    static_assert(alignof(T) <= alignof(std::max_align_t));
    return static_cast<T*>(AllocateArray(count, sizeof(T)));
  }
  // The same for objects of `bytes` bytes each, whose destruction does nothing.
  void* AllocateArray(std::size_t count, std::size_t bytes) {
    if (count > bytes_max_ / bytes) return nullptr;
    return AllocateBytes(count * bytes);
  }

  // Everything allocated is gone; the memory stays for the next frame, in one block.
  void Reset();

  std::size_t bytes_held() const { return held_; }

 private:
  void* AllocateBytes(std::size_t bytes);

  struct Block {
    std::unique_ptr<std::byte[]> bytes;
    std::size_t size;
    std::unique_ptr<Block> before;
  };
  void AddBlock(std::size_t size);

  // Each is as large as all before it together: there are few.
  std::unique_ptr<Block> last_;
  std::size_t used_in_last_ = 0;
  std::size_t used_ = 0;
  std::size_t held_ = 0;
  std::size_t bytes_max_;
};

}  // namespace roomcast

#endif  // ROOMCAST_PROTO_PROTOCOL_ARENA_H_
