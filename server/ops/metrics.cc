#include "server/ops/metrics.h"

#include <algorithm>
#include <utility>

#include "server/ops/check.h"
#include "server/ops/metrics_layout.h"

namespace roomcast::ops {
namespace {

MetricsLayout MakeLayout() {
  MetricsLayout layout{};
  std::size_t next = kCounters;
  for (std::size_t i = 0; i < kLabelledCounters; ++i) {
    layout.labelled[i] = next;
    next += FamilyOf(static_cast<LabelledCounter>(i)).labels.size();
  }
  layout.gauges = next;
  next += kGauges;
  for (std::size_t i = 0; i < kHistograms; ++i) {
    layout.histograms[i] = next;
    next += BoundsOf(static_cast<Histogram>(i)).size() + 2;
  }
  layout.cells = next;
  return layout;
}

// Cells of two shards never share a cache line.
constexpr std::size_t kCellsPerLine = 8;

}  // namespace

const MetricsLayout& Layout() {
  static const MetricsLayout layout = MakeLayout();
  return layout;
}

template <Writers writers>
MetricCells<writers>::MetricCells()
    : cells_(std::make_unique<Cell[]>(Layout().cells + kCellsPerLine)) {}

template <Writers writers>
void MetricCells<writers>::CountLabelled(LabelledCounter counter, int label_index,
                                         std::uint64_t by) {
  const std::size_t index = static_cast<std::size_t>(label_index);
  if (label_index < 0 || index >= FamilyOf(counter).labels.size()) {
    Check(false, "a label index is in its closed set");
  }
  Add(cells_[Layout().labelled[static_cast<std::size_t>(counter)] + index], by);
}

template <Writers writers>
void MetricCells<writers>::Set(Gauge gauge, std::uint64_t value) {
  cells_[Layout().gauges + static_cast<std::size_t>(gauge)].store(value, std::memory_order_relaxed);
}

template <Writers writers>
void MetricCells<writers>::Observe(Histogram histogram, std::uint64_t microseconds) {
  const auto bounds = BoundsOf(histogram);
  const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), microseconds) - bounds.begin();
  const std::size_t first = Layout().histograms[static_cast<std::size_t>(histogram)];
  Add(cells_[first + static_cast<std::size_t>(bucket)], 1);
  Add(cells_[first + bounds.size() + 1], microseconds);
}

template class MetricCells<Writers::kOne>;
template class MetricCells<Writers::kMany>;

Metrics::Metrics(int shards, std::string version) : version_(std::move(version)) {
  for (int i = 0; i < shards; ++i) shards_.push_back(std::make_unique<ShardMetrics>());
}

std::uint64_t Metrics::Sum(std::size_t index) const {
  std::uint64_t total = shared_.Read(index);
  for (const auto& shard : shards_) total += shard->Read(index);
  return total;
}

std::uint64_t Metrics::Total(LabelledCounter counter) const {
  const std::size_t first = Layout().labelled.at(static_cast<std::size_t>(counter));
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < FamilyOf(counter).labels.size(); ++i) total += Sum(first + i);
  return total;
}

std::uint64_t Metrics::Total(Gauge gauge) const {
  return Sum(Layout().gauges + static_cast<std::size_t>(gauge));
}

std::vector<std::uint64_t> Metrics::Buckets(Histogram histogram) const {
  const std::size_t first = Layout().histograms.at(static_cast<std::size_t>(histogram));
  std::vector<std::uint64_t> buckets;
  for (std::size_t i = 0; i <= BoundsOf(histogram).size(); ++i) buckets.push_back(Sum(first + i));
  return buckets;
}

}  // namespace roomcast::ops
