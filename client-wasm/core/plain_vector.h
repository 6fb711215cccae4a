#ifndef ROOMCAST_CLIENT_WASM_CORE_PLAIN_VECTOR_H_
#define ROOMCAST_CLIENT_WASM_CORE_PLAIN_VECTOR_H_

#include <cstddef>
#include <cstring>
#include <memory>
#include <type_traits>
#include <utility>

namespace roomcast::client {

// The part of a PlainVector that does not depend on its type.
class PlainVectorBase {
 protected:
  // Twice as much room, or the first.
  void Grow(std::size_t item_bytes);

  std::unique_ptr<std::byte[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

// A vector of values that may be copied as bytes. All of them grow by one function, where
// std::vector brings a large one for each type, and a page downloads every one of them. Keeps its
// memory until it dies. References are good until the next Add().
template <class T>
class PlainVector : PlainVectorBase {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);
  static_assert(alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);

 public:
  PlainVector() = default;
  PlainVector(PlainVector&& other) noexcept { *this = std::move(other); }
  // The two are exchanged.
  PlainVector& operator=(PlainVector&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }

  T* begin() { return reinterpret_cast<T*>(bytes_.get()); }
  T* end() { return begin() + size_; }
  const T* begin() const { return reinterpret_cast<const T*>(bytes_.get()); }
  const T* end() const { return begin() + size_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T& operator[](std::size_t index) { return begin()[index]; }
  const T& operator[](std::size_t index) const { return begin()[index]; }

  // `item` is not one of these.
  T& Add(const T& item) { return *::new (AddPlace()) T(item); }
  // Memory for one more, in which one is to be made at once.
  void* AddPlace() {
    if (size_ == capacity_) Grow(sizeof(T));
    return bytes_.get() + size_++ * sizeof(T);
  }
  void RemoveAt(std::size_t index) {
    --size_;
    T* const at = begin() + index;
    std::memmove(static_cast<void*>(at), at + 1, (size_ - index) * sizeof(T));
  }
  // Those of which `is_gone` says so.
  template <class IsGone>
  void RemoveIf(IsGone is_gone) {
    for (std::size_t i = size_; i-- > 0;) {
      if (is_gone(begin()[i])) RemoveAt(i);
    }
  }
  void Clear() { size_ = 0; }
};

}  // namespace roomcast::client

#endif  // ROOMCAST_CLIENT_WASM_CORE_PLAIN_VECTOR_H_
