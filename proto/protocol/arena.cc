#include "proto/protocol/arena.h"

#include <algorithm>

namespace roomcast {
namespace {
constexpr std::size_t kFirstBlockBytes = 4096;
constexpr std::size_t kAlign = alignof(std::max_align_t);
}  // namespace

void* Arena::AllocateBytes(std::size_t bytes) {
  const std::size_t left = bytes_max_ - used_;
  bytes = (bytes + kAlign - 1) / kAlign * kAlign;
  if (bytes > left) return nullptr;
  if (blocks_.empty() || blocks_.back().size - used_in_last_ < bytes) {
    // The end of a block that is left behind is smaller than what did not fit there, so the ends
    // are together smaller than what is used, and twice the bound is the most that is held.
    const std::size_t size = std::max(bytes, std::min(left, std::max(held_, kFirstBlockBytes)));
    blocks_.push_back({std::unique_ptr<std::byte[]>(new std::byte[size]), size});
    held_ += size;
    used_in_last_ = 0;
  }
  void* result = blocks_.back().bytes.get() + used_in_last_;
  used_in_last_ += bytes;
  used_ += bytes;
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
  used_ = 0;
}

}  // namespace roomcast
