#ifndef ROOMCAST_PROTO_PROTOCOL_INSTANT_H_
#define ROOMCAST_PROTO_PROTOCOL_INSTANT_H_

#include <chrono>
#include <cstdint>

namespace roomcast {

// A clock that cannot be read. Code in the pure folders is told the time by its caller, so the same
// run can be replayed in a test, a simulation or a browser. It is monotonic; its origin is the
// caller's affair.
struct CallerClock {
  using rep = std::int64_t;
  using period = std::micro;
  using duration = std::chrono::duration<rep, period>;
  using time_point = std::chrono::time_point<CallerClock>;
  static constexpr bool is_steady = true;
  // No now(), on purpose.
};

using Duration = CallerClock::duration;
using Instant = CallerClock::time_point;

// "Never": a deadline that does not come.
inline constexpr Instant kNever = Instant::max();

// Microseconds since the Unix epoch by some wall clock; only carried and compared, never counted
// on.
enum class WallTime : std::int64_t {};

// One reading of both clocks, as every input to the pure code carries it.
struct Now {
  Instant instant;
  WallTime wall{};
};

constexpr std::int64_t Microseconds(Duration d) { return d.count(); }
constexpr std::int64_t Microseconds(Instant i) { return i.time_since_epoch().count(); }
constexpr std::int64_t Microseconds(WallTime w) { return static_cast<std::int64_t>(w); }
constexpr Instant InstantFromMicroseconds(std::int64_t us) { return Instant(Duration(us)); }

// Whole milliseconds, as the wire counts them; what does not fit in 32 bits becomes the most that
// does.
constexpr std::uint32_t Milliseconds(Duration d) {
  const std::int64_t ms = std::chrono::duration_cast<std::chrono::milliseconds>(d).count();
  if (ms <= 0) return 0;
  return ms > UINT32_MAX ? UINT32_MAX : static_cast<std::uint32_t>(ms);
}

}  // namespace roomcast

#endif  // ROOMCAST_PROTO_PROTOCOL_INSTANT_H_
