#include "proto/protocol/backoff.h"

namespace roomcast {

Duration Backoff::Next(std::uint64_t random) {
  const auto ceiling = static_cast<std::uint64_t>(ceiling_.count());
  // Compared by halves, because the double may be more than a Duration holds.
  ceiling_ = ceiling_ < config_.most / 2 ? ceiling_ * 2 : config_.most;
  return Duration(static_cast<std::int64_t>(random % ceiling));
}

}  // namespace roomcast
