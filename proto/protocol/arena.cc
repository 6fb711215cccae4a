#include "proto/protocol/arena.h"

#include <algorithm>
#include <utility>

namespace roomcast {
namespace {
constexpr std::size_t kFirstBlockBytes = 4096;
constexpr std::size_t kAlign = alignof(std::max_align_t);
}  // namespace

void* Arena::AllocateBytes(std::size_t bytes) {
  const std::size_t left = bytes_max_ - used_;
  bytes = (bytes + kAlign - 1) / kAlign * kAlign;
  if (bytes > left) return nullptr;
  if (!last_ || last_->size - used_in_last_ < bytes) {
    // The end of a block that is left behind is smaller than what did not fit there, so the ends
    // are together smaller than what is used, and twice the bound is the most that is held.
    AddBlock(std::max(bytes, std::min(left, std::max(held_, kFirstBlockBytes))));
  }
  void* result = last_->bytes.get() + used_in_last_;
  used_in_last_ += bytes;
  used_ += bytes;
  return result;
}

void Arena::AddBlock(std::size_t size) {
  std::unique_ptr<std::byte[]> bytes(new std::byte[size]);
  last_.reset(new Block{std::move(bytes), size, std::move(last_)});
  held_ += size;
  used_in_last_ = 0;
}

void Arena::Reset() {
  if (last_ && last_->before) {
    // Next time one block will do.
    const std::size_t size = std::min(held_, bytes_max_);
    last_.reset();
    held_ = 0;
    AddBlock(size);
  }
  used_in_last_ = 0;
  used_ = 0;
}

}  // namespace roomcast
