#ifndef ROOMCAST_SERVER_NET_CLOCK_H_
#define ROOMCAST_SERVER_NET_CLOCK_H_

#include <chrono>

#include "proto/protocol/instant.h"

namespace roomcast::net {

// Where time enters: both clocks, read together. Instants are those of std::chrono::steady_clock,
// in microseconds.
inline Instant InstantOf(std::chrono::steady_clock::time_point time) {
  return Instant(std::chrono::duration_cast<Duration>(time.time_since_epoch()));
}
inline std::chrono::steady_clock::time_point SteadyTimeOf(Instant instant) {
  return std::chrono::steady_clock::time_point(instant.time_since_epoch());
}
inline Now ReadClocks() {
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  return {InstantOf(std::chrono::steady_clock::now()),
          WallTime{std::chrono::duration_cast<std::chrono::microseconds>(wall).count()}};
}

// The time of a turn: read when it is first asked for, and then the same until the turn ends, so
// that a thousand inputs of one turn cost one reading.
class TurnClock {
 public:
  const Now& now() {
    if (!read_) {
      now_ = ReadClocks();
      read_ = true;
    }
    return now_;
  }
  void EndTurn() { read_ = false; }

 private:
  Now now_;
  bool read_ = false;
};

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_CLOCK_H_
