// What the bridge tells the world about its calls, for metrics. The labels are a small closed set:
// no room, no user, no address, no key.
#ifndef ROOMCAST_BRIDGE_BRIDGE_OBSERVER_H_
#define ROOMCAST_BRIDGE_BRIDGE_OBSERVER_H_

#include <cstdint>
#include <string_view>

namespace roomcast::bridge {

// Why a call did not get what it asked for.
enum class Refusal : std::uint8_t {
  kNoKey,          // no `authorization: Bearer …`
  kWrongKey,       // a key that is not configured
  kNotAllowed,     // the key's roles or namespaces do not cover it
  kBadRequest,     // required content is missing, or something is too large
  kPastDeadline,   // nobody waits for it any more
  kCancelled,      // the caller went away, or its deadline passed, before the hub answered
  kHubRefused,     // the hub's own answer was an error that will stay
  kHubOverloaded,  // the hub's own answer was a temporary error
};

// As a metric's label: `no_key`, `wrong_key`, …
std::string_view RefusalName(Refusal refusal);

// Called on gRPC's threads, many at once; must not block. Outlives the BridgeServer.
class BridgeObserver {
 public:
  BridgeObserver() = default;
  BridgeObserver(const BridgeObserver&) = delete;
  BridgeObserver& operator=(const BridgeObserver&) = delete;
  virtual ~BridgeObserver() = default;

  // A call is over. `method` is a name of the schema (`Publish`), `status` gRPC's name of its
  // status
  // (`OK`, `INVALID_ARGUMENT`). Both are literals.
  virtual void OnSettled(std::string_view method, std::string_view status) = 0;
  // Comes before OnSettled of the same call; for a broadcast once for each room that was refused.
  virtual void OnRefused(Refusal refusal) = 0;
};

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_BRIDGE_OBSERVER_H_
