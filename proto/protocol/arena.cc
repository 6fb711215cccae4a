#include "proto/protocol/arena.h"

#include <algorithm>

namespace roomcast {
namespace {
constexpr std::size_t kFirstBlockBytes = 4096;
constexpr std::size_t kAlign = alignof(std::max_align_t);
}  // namespace

void* Arena::AllocateBytes(std::size_t bytes) {
  bytes = (bytes + kAlign - 1) / kAlign * kAlign;
  if (blocks_.empty() || blocks_.back().size - used_in_last_ < bytes) {
    std::size_t size = std::max({bytes, held_, kFirstBlockBytes});
    if (held_ + size > bytes_max_) size = bytes;
    if (size > bytes_max_ || held_ > bytes_max_ - size) return nullptr;
    blocks_.push_back({std::unique_ptr<std::byte[]>(new std::byte[size]), size});
    held_ += size;
    used_in_last_ = 0;
  }
  void* result = blocks_.back().bytes.get() + used_in_last_;
  used_in_last_ += bytes;
  return result;
}

void Arena::Reset() {
  if (blocks_.size() > 1) {
    // Next time one block will do.
    const std::size_t size = std::min(held_, bytes_max_);
    blocks_.clear();
    blocks_.push_back({std::unique_ptr<std::byte[]>(new std::byte[size]), size});
    held_ = size;
  }
  used_in_last_ = 0;
}

}  // namespace roomcast
