#include "server/bridge_metrics.h"

#include <algorithm>

namespace roomcast {

using ops::LabelledCounter;

void BridgeMetrics::OnSettled(std::string_view method, std::string_view status) {
  metrics_.CountLabelled(LabelledCounter::kBridgeCalls, ops::BridgeMethodIndex(method));
  const auto& names = ops::FamilyOf(LabelledCounter::kBridgeAnswers).labels;
  const auto found = std::find(names.begin(), names.end(), status);
  if (found == names.end()) return;
  metrics_.CountLabelled(LabelledCounter::kBridgeAnswers, static_cast<int>(found - names.begin()));
}

}  // namespace roomcast
