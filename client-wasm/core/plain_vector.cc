#include "client-wasm/core/plain_vector.h"

#include <algorithm>

namespace roomcast::client {

void PlainVectorBase::Grow(std::size_t item_bytes) {
  capacity_ = std::max<std::size_t>(capacity_ * 2, 4);
  std::unique_ptr<std::byte[]> more(new std::byte[capacity_ * item_bytes]);
  if (size_ > 0) std::memcpy(more.get(), bytes_.get(), size_ * item_bytes);
  bytes_ = std::move(more);
}

}  // namespace roomcast::client
