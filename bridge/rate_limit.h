// How fast one caller may publish.
#ifndef ROOMCAST_BRIDGE_RATE_LIMIT_H_
#define ROOMCAST_BRIDGE_RATE_LIMIT_H_

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace roomcast::bridge {

// A bucket that fills with `per_second` and holds `burst`, kept as the instant at which it would be
// full again: one number, so that all threads share it without a lock.
class RateLimit {
 public:
  using Clock = std::chrono::steady_clock;

  // Both above 0.
  RateLimit(std::uint32_t per_second, std::uint32_t burst)
      : each_ns_(std::max<std::int64_t>(1'000'000'000 / per_second, 1)),
        most_ns_(each_ns_ * burst) {}

  // Takes so many, or none; 0, or how long to wait. More than fit at once are taken from a full
  // one.
  [[nodiscard]] std::chrono::milliseconds Take(std::uint32_t count, Clock::time_point now) {
    const std::int64_t at = now.time_since_epoch() / std::chrono::nanoseconds(1);
    const std::int64_t cost = std::min(each_ns_ * count, most_ns_);
    std::int64_t full = full_at_ns_.load(std::memory_order_relaxed);
    for (;;) {
      const std::int64_t then = std::max(full, at) + cost;
      if (then - at > most_ns_) {
        return std::chrono::milliseconds((then - at - most_ns_) / 1'000'000 + 1);
      }
      if (full_at_ns_.compare_exchange_weak(full, then, std::memory_order_relaxed)) {
        return std::chrono::milliseconds(0);
      }
    }
  }

 private:
  const std::int64_t each_ns_;
  const std::int64_t most_ns_;
  std::atomic<std::int64_t> full_at_ns_{INT64_MIN};
};

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_RATE_LIMIT_H_
