#ifndef ROOMCAST_SERVER_HUB_SHARED_BYTES_H_
#define ROOMCAST_SERVER_HUB_SHARED_BYTES_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace roomcast::hub {

// How the transport begins a message of so many bytes: writes at most SharedBytes::kHeadBytesMax
// bytes at `out` and answers how many. A plain function, because the answer depends on the size
// alone.
using WriteHead = std::size_t (*)(std::size_t payload_bytes, char* out);
// Where a message begins with itself: on a backend's stream.
inline std::size_t NoHead(std::size_t /*payload_bytes*/, char* /*out*/) { return 0; }

// One message for connections, ready to be written: immutable, and referred to by every outbox that
// it is queued in. A publication is encoded once, and a thousand members hold a thousand
// references. Any thread may hold, copy and drop a reference.
class SharedBytes {
 public:
  static constexpr std::size_t kHeadBytesMax = 16;

  SharedBytes() = default;
  // The pieces, one after the other, under one transport head.
  static SharedBytes Join(WriteHead write_head, std::initializer_list<std::string_view> pieces);

  SharedBytes(const SharedBytes& other) noexcept : block_(other.block_) {
    if (block_ != nullptr) block_->references.fetch_add(1, std::memory_order_relaxed);
  }
  SharedBytes(SharedBytes&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  SharedBytes& operator=(SharedBytes other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~SharedBytes() { Release(); }

  explicit operator bool() const { return block_ != nullptr; }
  // The message alone.
  std::string_view payload() const {
    return {block_->bytes() + kHeadBytesMax, block_->payload_bytes};
  }
  // The message with the transport's head before it: what is written to the socket.
  std::string_view framed() const {
    return {block_->bytes() + kHeadBytesMax - block_->head_bytes,
            block_->head_bytes + block_->payload_bytes};
  }
  std::size_t size() const { return block_->head_bytes + block_->payload_bytes; }

  // The same message in another form (deflated, say), made at most once and shared by all who hold
  // the message. Only the transport knows what it is; it makes it when it first needs it. Any
  // thread. When two make it at the same moment, what the second one made is dropped.
  enum class Form { kNotMade, kNoGain, kMade };
  Form form() const;
  // Only when form() is kMade.
  SharedBytes other_form() const;
  // Keeps this as the other form; nothing: there is none that gains anything.
  void SetOtherForm(SharedBytes made) const;

 private:
  // Followed in memory by kHeadBytesMax bytes, of which the last head_bytes are the head, and the
  // payload.
  struct Block {
    std::atomic<std::uint32_t> references;
    std::uint32_t head_bytes;
    std::size_t payload_bytes;
    // Null until it is made; this block itself when there is no gain. Owned if it is another one.
    std::atomic<Block*> other{nullptr};
    char* bytes() { return reinterpret_cast<char*>(this + 1); }
  };

  explicit SharedBytes(Block* block) : block_(block) {}
  void Release();

  Block* block_ = nullptr;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_SHARED_BYTES_H_
