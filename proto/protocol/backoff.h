#ifndef ROOMCAST_PROTO_PROTOCOL_BACKOFF_H_
#define ROOMCAST_PROTO_PROTOCOL_BACKOFF_H_

#include <algorithm>
#include <cstdint>

#include "proto/protocol/instant.h"

namespace roomcast {

// How long to wait before the next attempt to connect: a random time below a ceiling that doubles
// with each failure ("full jitter"), so that a thousand clients cut off at once do not come back at
// once. Not thread-safe; randomness is the caller's.
class Backoff {
 public:
  // 0 < first, 0 < most.
  struct Config {
    Duration first;   // the first ceiling
    Duration most;    // the last one
    Duration stable;  // a connection that held so long forgives what was before
  };

  explicit Backoff(Config config) : config_(config) { Reset(); }

  // The wait before the next attempt. `random` is uniform over 64 bits.
  [[nodiscard]] Duration Next(std::uint64_t random);
  // The ceiling is at its most already: the other end asked for time.
  void Raise() { ceiling_ = config_.most; }

  void OnConnected(Instant now) { connected_at_ = now; }
  void OnLost(Instant now) {
    if (connected_at_ != kNever && now - connected_at_ >= config_.stable) Reset();
    connected_at_ = kNever;
  }
  void Reset() { ceiling_ = std::min(config_.first, config_.most); }

 private:
  Config config_;
  Instant connected_at_ = kNever;
  Duration ceiling_{};
};

}  // namespace roomcast

#endif  // ROOMCAST_PROTO_PROTOCOL_BACKOFF_H_
