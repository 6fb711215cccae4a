#ifndef ROOMCAST_SERVER_HUB_SESSION_RATES_H_
#define ROOMCAST_SERVER_HUB_SESSION_RATES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "proto/protocol/instant.h"
#include "server/hub/hub_config.h"
#include "server/hub/token_bucket.h"

namespace roomcast::hub {

// What there is a rate for. Pings and pongs are not asked: they are the transport's affair. Hello's
// own joins are bounded by the number of rooms.
enum class RateOf : std::uint8_t { kPublishes, kJoins, kCommands };  // commands: of any kind
inline constexpr std::size_t kRatesOf = 3;
inline constexpr std::array<std::string_view, kRatesOf> kRateNames{"publishes", "joins",
                                                                   "commands"};

constexpr std::size_t IndexOf(RateOf of) { return static_cast<std::size_t>(of); }

struct RateLimit {
  std::uint32_t per_second = 0;
  std::uint32_t burst = 0;
};

// Of one session.
constexpr RateLimit LimitOf(const HubConfig& config, RateOf of) {
  switch (of) {
    case RateOf::kPublishes:
      return {config.publishes_per_second, config.publish_burst};
    case RateOf::kJoins:
      return {config.joins_per_second, config.join_burst};
    case RateOf::kCommands:
      break;
  }
  return {config.commands_per_second, config.command_burst};
}

// What one session may ask for in a second.
class SessionRates {
 public:
  struct Rate {
    TokenBucket bucket;
    std::uint32_t refused_in_a_row = 0;
  };
  SessionRates(const HubConfig& config, Instant now)
      : rates_{Full(LimitOf(config, RateOf::kPublishes), now),
               Full(LimitOf(config, RateOf::kJoins), now),
               Full(LimitOf(config, RateOf::kCommands), now)} {}

  Rate& operator[](RateOf of) { return rates_[IndexOf(of)]; }

  // Other limits from now on; what was taken stays taken.
  void Reconfigure(const HubConfig& config) {
    for (std::size_t i = 0; i < kRatesOf; ++i) {
      const RateLimit limit = LimitOf(config, static_cast<RateOf>(i));
      rates_[i].bucket.SetRate(limit.per_second, limit.burst);
    }
  }

 private:
  static Rate Full(const RateLimit& limit, Instant now) {
    return {TokenBucket(limit.per_second, limit.burst, now)};
  }

  std::array<Rate, kRatesOf> rates_;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_SESSION_RATES_H_
