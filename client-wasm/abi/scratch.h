#ifndef ROOMCAST_CLIENT_WASM_ABI_SCRATCH_H_
#define ROOMCAST_CLIENT_WASM_ABI_SCRATCH_H_

#include <cstdint>
#include <memory>
#include <string_view>

namespace roomcast::client {

// Bytes that the host writes and the module reads; they stay where they are until more are asked
// for.
class HostBuffer {
 public:
  char* Reserve(std::uint32_t bytes) {
    if (bytes > capacity_ || bytes_ == nullptr) {
      capacity_ = bytes < 4096 ? 4096 : bytes + bytes / 2;
      bytes_.reset(new char[capacity_]());
    }
    return bytes_.get();
  }
  std::string_view view() const { return {bytes_.get(), capacity_}; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::uint32_t capacity_ = 0;
};

// Takes strings from the scratch buffer in the order in which the host wrote them. Lengths that do
// not fit are the host's fault: everything from there on is empty, and ok() is false.
class ScratchReader {
 public:
  constexpr ScratchReader() = default;
  explicit ScratchReader(const HostBuffer& scratch) : rest_(scratch.view()) {}
  std::string_view Take(std::uint32_t bytes) {
    if (bytes > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const std::string_view taken = rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    return taken;
  }
  std::uint8_t TakeByte() {
    const std::string_view byte = Take(1);
    return byte.empty() ? 0 : static_cast<std::uint8_t>(byte.front());
  }
  bool ok() const { return ok_; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace roomcast::client

#endif  // ROOMCAST_CLIENT_WASM_ABI_SCRATCH_H_
