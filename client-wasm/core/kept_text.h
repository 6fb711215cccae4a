#ifndef ROOMCAST_CLIENT_WASM_CORE_KEPT_TEXT_H_
#define ROOMCAST_CLIENT_WASM_CORE_KEPT_TEXT_H_

#include <cstddef>
#include <memory>
#include <string_view>

namespace roomcast::client {

// Bytes that are kept and may grow: what the core needs of std::string, in a tenth of the code that
// a page would download for it. Keeps its memory until it dies.
class KeptText {
 public:
  KeptText() = default;
  explicit KeptText(std::string_view text) { Append(text); }
  KeptText(const KeptText& other) : KeptText(other.view()) {}
  KeptText& operator=(const KeptText& other) { return *this = other.view(); }
  // `text` may be a part of this one.
  KeptText& operator=(std::string_view text);

  std::string_view view() const { return {bytes_.get(), size_}; }
  operator std::string_view() const { return view(); }  // NOLINT(google-explicit-constructor)
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  void Clear() { size_ = 0; }

  // `text` is not a part of this one.
  void Append(std::string_view text);
  // Room for so many bytes more, at the end; what is written there counts when Grow() says so.
  char* Reserve(std::size_t bytes);
  void Grow(std::size_t bytes) { size_ += bytes; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace roomcast::client

#endif  // ROOMCAST_CLIENT_WASM_CORE_KEPT_TEXT_H_
