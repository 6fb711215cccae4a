#ifndef ROOMCAST_SERVER_NET_TURN_AWAY_H_
#define ROOMCAST_SERVER_NET_TURN_AWAY_H_

#include <cstdint>
#include <string_view>

#include "server/hub/shared_bytes.h"
#include "server/net/handshake.h"
#include "server/ops/metric_families.h"

namespace roomcast::net {

// What a client is told that would be welcome at another time. A page cannot see the HTTP status of
// an upgrade, so the upgrade succeeds, and this comes before the close with 1013.

// For a developer's eyes; a literal.
std::string_view WordsOf(ops::TurnedAway reason);
std::uint32_t RetryAfterSeconds(ops::TurnedAway reason);
// In place of a file: 429 with Retry-After.
Handshake::Respond RefuseFile(ops::TurnedAway reason);
// Disconnect {1013, retry_after, spread}, framed.
hub::SharedBytes MakeTurnAway(ops::TurnedAway reason);

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_TURN_AWAY_H_
