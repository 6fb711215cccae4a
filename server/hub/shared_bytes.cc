#include "server/hub/shared_bytes.h"

#include <cstring>
#include <new>

namespace roomcast::hub {

SharedBytes SharedBytes::Join(WriteHead write_head,
                              std::initializer_list<std::string_view> pieces) {
  std::size_t payload_bytes = 0;
  for (const std::string_view piece : pieces) payload_bytes += piece.size();
  void* memory = ::operator new(sizeof(Block) + kHeadBytesMax + payload_bytes);
  char head[kHeadBytesMax];
  const std::size_t head_bytes = write_head(payload_bytes, head);
  auto* block = new (memory) Block{1, static_cast<std::uint32_t>(head_bytes), payload_bytes};
  char* at = block->bytes() + kHeadBytesMax;
  std::memcpy(at - head_bytes, head, head_bytes);
  for (const std::string_view piece : pieces) {
    if (piece.empty()) continue;
    std::memcpy(at, piece.data(), piece.size());
    at += piece.size();
  }
  return SharedBytes(block);
}

SharedBytes::Form SharedBytes::form() const {
  const Block* other = block_->other.load(std::memory_order_acquire);
  if (other == nullptr) return Form::kNotMade;
  return other == block_ ? Form::kNoGain : Form::kMade;
}

SharedBytes SharedBytes::other_form() const {
  Block* other = block_->other.load(std::memory_order_acquire);
  // It lives as long as this block, whose reference we hold.
  other->references.fetch_add(1, std::memory_order_relaxed);
  return SharedBytes(other);
}

void SharedBytes::SetOtherForm(SharedBytes made) const {
  Block* none = nullptr;
  Block* other = made ? made.block_ : block_;
  if (!block_->other.compare_exchange_strong(none, other, std::memory_order_acq_rel)) return;
  // The reference that `made` held is this block's now.
  made.block_ = nullptr;
}

void SharedBytes::Release() {
  if (block_ == nullptr || block_->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  Block* other = block_->other.load(std::memory_order_acquire);
  const SharedBytes owned(other == block_ ? nullptr : other);
  block_->~Block();
  ::operator delete(block_);
}

}  // namespace roomcast::hub
