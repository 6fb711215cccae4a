#ifndef ROOMCAST_SERVER_OPS_METRICS_LAYOUT_H_
#define ROOMCAST_SERVER_OPS_METRICS_LAYOUT_H_

#include <array>
#include <cstddef>

#include "server/ops/metric_families.h"

namespace roomcast::ops {

// Where each value lies in a set of cells: counters first, at their enum's number, so that the
// commonest increment needs no table.
struct MetricsLayout {
  std::array<std::size_t, kLabelledCounters> labelled;  // the first label's cell
  std::size_t gauges;
  // The first bucket's cell; behind the buckets (+Inf last) comes the sum in microseconds.
  std::array<std::size_t, kHistograms> histograms;
  std::size_t cells;
};

const MetricsLayout& Layout();

}  // namespace roomcast::ops

#endif  // ROOMCAST_SERVER_OPS_METRICS_LAYOUT_H_
