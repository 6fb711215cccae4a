#ifndef ROOMCAST_SERVER_HUB_SESSION_RATES_H_
#define ROOMCAST_SERVER_HUB_SESSION_RATES_H_

#include "proto/protocol/instant.h"
#include "server/hub/hub_config.h"
#include "server/hub/token_bucket.h"

namespace roomcast::hub {

// What one session may ask for in a second. Pings and pongs are not asked: they are the transport's
// affair. Hello's own joins are bounded by the number of rooms.
struct SessionRates {
  struct Rate {
    TokenBucket bucket;
    std::uint32_t refused_in_a_row = 0;
  };
  SessionRates(const HubConfig& config, Instant now)
      : publishes{TokenBucket(config.publishes_per_second, config.publish_burst, now)},
        joins{TokenBucket(config.joins_per_second, config.join_burst, now)},
        commands{TokenBucket(config.commands_per_second, config.command_burst, now)} {}

  // Other limits from now on; what was taken stays taken.
  void Reconfigure(const HubConfig& config) {
    publishes.bucket.SetRate(config.publishes_per_second, config.publish_burst);
    joins.bucket.SetRate(config.joins_per_second, config.join_burst);
    commands.bucket.SetRate(config.commands_per_second, config.command_burst);
  }

  Rate publishes;
  Rate joins;
  Rate commands;  // of any kind
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_SESSION_RATES_H_
