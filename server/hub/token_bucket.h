#ifndef ROOMCAST_SERVER_HUB_TOKEN_BUCKET_H_
#define ROOMCAST_SERVER_HUB_TOKEN_BUCKET_H_

#include <algorithm>
#include <cstdint>

#include "proto/protocol/instant.h"

namespace roomcast::hub {

// A rate with a burst: `per_second` sustained, `burst` at once. Reads no clock.
class TokenBucket {
 public:
  TokenBucket(std::uint32_t per_second, std::uint32_t burst, Instant now)
      : per_second_(per_second), burst_(burst), full_at_(now) {}

  // Takes one; false when there is none, and then nothing is taken.
  [[nodiscard]] bool Take(Instant now) {
    const Duration cost = Duration(1'000'000) / std::max<std::uint32_t>(per_second_, 1);
    const Instant full_after = std::max(full_at_, now) + cost;
    if (full_after - now > cost * burst_) return false;
    full_at_ = full_after;
    return true;
  }
  // Takes so many, though there are none: it owes them.
  void Charge(std::uint32_t count, Instant now) {
    const Duration cost = Duration(1'000'000) / std::max<std::uint32_t>(per_second_, 1);
    full_at_ = std::max(full_at_, now) + cost * count;
  }
  [[nodiscard]] bool IsFull(Instant now) const { return full_at_ <= now; }
  void SetRate(std::uint32_t per_second, std::uint32_t burst) {
    per_second_ = per_second;
    burst_ = burst;
  }
  [[nodiscard]] std::uint32_t per_second() const { return per_second_; }
  [[nodiscard]] std::uint32_t burst() const { return burst_; }
  // How long until Take() can succeed.
  Duration Wait(Instant now) const {
    const Duration cost = Duration(1'000'000) / std::max<std::uint32_t>(per_second_, 1);
    return std::max(Duration(0), full_at_ + cost - now - cost * burst_);
  }

 private:
  std::uint32_t per_second_;
  std::uint32_t burst_;
  // When the bucket would be full again if nothing were taken.
  Instant full_at_;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_TOKEN_BUCKET_H_
