#ifndef ROOMCAST_SERVER_BRIDGE_METRICS_H_
#define ROOMCAST_SERVER_BRIDGE_METRICS_H_

#include <string_view>

#include "bridge/bridge_observer.h"
#include "server/ops/metrics.h"

namespace roomcast {

// What the bridge tells, as metrics: calls by method, and answers by gRPC's status, which also says
// why one was refused. Any thread.
class BridgeMetrics : public bridge::BridgeObserver {
 public:
  // `metrics` outlives this.
  explicit BridgeMetrics(ops::SharedMetrics& metrics) : metrics_(metrics) {}

  void OnSettled(std::string_view method, std::string_view status) override;
  void OnRefused(bridge::Refusal /*refusal*/) override {}

 private:
  ops::SharedMetrics& metrics_;
};

}  // namespace roomcast

#endif  // ROOMCAST_SERVER_BRIDGE_METRICS_H_
