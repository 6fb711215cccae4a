#include "client-wasm/core/kept_text.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace roomcast::client {

KeptText& KeptText::operator=(std::string_view text) {
  size_ = 0;
  Append(text);
  return *this;
}

void KeptText::Append(std::string_view text) {
  if (text.empty()) return;
  std::memmove(Reserve(text.size()), text.data(), text.size());
  size_ += text.size();
}

char* KeptText::Reserve(std::size_t bytes) {
  if (bytes > capacity_ - size_) {
    capacity_ = std::max(capacity_ * 2, size_ + bytes);
    std::unique_ptr<char[]> more(new char[capacity_]);
    if (size_ > 0) std::memcpy(more.get(), bytes_.get(), size_);
    bytes_ = std::move(more);
  }
  return bytes_.get() + size_;
}

}  // namespace roomcast::client
