#include "proto/protocol/backoff.h"

#include <algorithm>

namespace roomcast {

Duration Backoff::Next(std::uint64_t random) {
  const Duration ceiling = std::min(config_.first * (std::int64_t{1} << failures_), config_.most);
  failures_ = std::min(failures_ + 1, kFailuresMax);
  return Duration(static_cast<std::int64_t>(random % static_cast<std::uint64_t>(ceiling.count())));
}

}  // namespace roomcast
