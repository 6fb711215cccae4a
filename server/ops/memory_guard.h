#ifndef ROOMCAST_SERVER_OPS_MEMORY_GUARD_H_
#define ROOMCAST_SERVER_OPS_MEMORY_GUARD_H_

#include <cstdint>

namespace roomcast::ops {

// Decides when memory is short: above the ceiling, until it is a twentieth below, so that it does
// not change its mind with every connection. Pure.
class MemoryGuard {
 public:
  // 0: memory is never short.
  explicit MemoryGuard(std::uint64_t ceiling_bytes) : ceiling_bytes_(ceiling_bytes) {}

  [[nodiscard]] bool enabled() const { return ceiling_bytes_ > 0; }
  [[nodiscard]] bool is_short() const { return short_; }
  // True: it has changed its mind.
  [[nodiscard]] bool Look(std::uint64_t resident_bytes) {
    const std::uint64_t enough = ceiling_bytes_ - ceiling_bytes_ / 20;
    const bool was = short_;
    short_ = enabled() && resident_bytes > (short_ ? enough : ceiling_bytes_);
    return was != short_;
  }

 private:
  const std::uint64_t ceiling_bytes_;
  bool short_ = false;
};

// The process's resident memory, from /proc. 0: the system does not tell.
std::uint64_t ResidentBytes();

}  // namespace roomcast::ops

#endif  // ROOMCAST_SERVER_OPS_MEMORY_GUARD_H_
