#include "server/net/doorman.h"

namespace roomcast::net {

Visit Doorman::Enter(const PeerAddress& address, Instant now) {
  switch (addresses_.Enter(address, now)) {
    case AddressLimits::Verdict::kTooMany:
      return {address, &addresses_, ops::TurnedAway::kAddressConnections};
    case AddressLimits::Verdict::kTooFast:
      return {address, &addresses_, ops::TurnedAway::kAddressRate};
    case AddressLimits::Verdict::kFlood:
      return {address, nullptr, ops::TurnedAway::kAddressFlood};
    case AddressLimits::Verdict::kWelcome:
      break;
  }
  return {address, &addresses_, std::nullopt};
}

}  // namespace roomcast::net
