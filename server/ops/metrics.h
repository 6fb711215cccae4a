#ifndef ROOMCAST_SERVER_OPS_METRICS_H_
#define ROOMCAST_SERVER_OPS_METRICS_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "proto/protocol/codes.h"
#include "server/auth/token_refusal.h"
#include "server/ops/metric_families.h"
#include "server/websocket/refusal.h"
#include "server/websocket/violation.h"

namespace roomcast::ops {

// Who may write into a set of cells.
enum class Writers {
  kOne,   // one thread: an increment is a plain load, add and store
  kMany,  // any thread: an increment is an atomic add
};

// The values of every metric, as far as one shard (or the bridge) counted them. Writing takes no
// lock and never waits; reading is allowed from any thread at any time. An index that is not in its
// closed set stops the process.
template <Writers writers>
class MetricCells {
 public:
  MetricCells();
  MetricCells(const MetricCells&) = delete;
  MetricCells& operator=(const MetricCells&) = delete;

  void Count(Counter counter, std::uint64_t by = 1) {
    Add(cells_[static_cast<std::size_t>(counter)], by);
  }
  void CountLabelled(LabelledCounter counter, int label_index, std::uint64_t by = 1);

  // Closed sets, each with the family that it belongs to.
  void Count(websocket::RefusalReason reason) {
    CountLabelled(LabelledCounter::kUpgradesRefused, static_cast<int>(reason));
  }
  void Count(websocket::Violation violation) {
    CountLabelled(LabelledCounter::kFramesRefused, static_cast<int>(violation));
  }
  void Count(BadMessage reason) {
    CountLabelled(LabelledCounter::kMessagesRefused, static_cast<int>(reason));
  }
  void Count(TurnedAway reason) {
    CountLabelled(LabelledCounter::kTurnedAway, static_cast<int>(reason));
  }
  void Count(TlsFailure reason) {
    CountLabelled(LabelledCounter::kTlsFailures, static_cast<int>(reason));
  }
  void Count(CertificateReload result) {
    CountLabelled(LabelledCounter::kCertificates, static_cast<int>(result));
  }
  void Count(auth::TokenRefusal refusal) {
    CountLabelled(LabelledCounter::kTokensRefused, static_cast<int>(refusal));
  }
  void Count(GapLabel reason) { CountLabelled(LabelledCounter::kGaps, static_cast<int>(reason)); }
  void Count(ResumeLabel outcome) {
    CountLabelled(LabelledCounter::kResumes, static_cast<int>(outcome));
  }
  void Count(ParkedDropLabel reason) {
    CountLabelled(LabelledCounter::kParkedDropped, static_cast<int>(reason));
  }
  void CountPublications(Door door, std::uint64_t by = 1) {
    CountLabelled(LabelledCounter::kPublications, static_cast<int>(door), by);
  }
  void CountError(ErrorCode code) { CountCode(LabelledCounter::kErrors, code); }
  void CountLeft(LeftCode code) { CountCode(LabelledCounter::kLefts, code); }
  void CountDisconnect(DisconnectCode code) { CountCode(LabelledCounter::kDisconnects, code); }
  // The WebSocket is over; any number that a peer or a socket may give.
  void CountConnectionEnded(std::uint32_t close_code) {
    CountLabelled(LabelledCounter::kConnectionsEnded, EndCodeIndex(close_code));
  }

  // The present value, instead of the one before.
  void Set(Gauge gauge, std::uint64_t value);
  void Observe(Histogram histogram, std::uint64_t microseconds);

  // The cell `index` of metrics_layout.h.
  std::uint64_t Read(std::size_t index) const {
    return cells_[index].load(std::memory_order_relaxed);
  }

 private:
  using Cell = std::atomic<std::uint64_t>;

  template <typename Code>
  void CountCode(LabelledCounter counter, Code code) {
    CountLabelled(counter, LabelIndex(counter, static_cast<std::uint32_t>(code)));
  }

  static void Add(Cell& cell, std::uint64_t by) {
    if constexpr (writers == Writers::kOne) {
      cell.store(cell.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
    } else {
      cell.fetch_add(by, std::memory_order_relaxed);
    }
  }

  std::unique_ptr<Cell[]> cells_;
};

using ShardMetrics = MetricCells<Writers::kOne>;
using SharedMetrics = MetricCells<Writers::kMany>;

// All metrics of the hub: one set of cells a shard, and one that any other thread may write.
class Metrics {
 public:
  // `version` is shown in roomcast_build_info.
  Metrics(int shards, std::string version);

  // The cells of shard 0 … shards - 1, for that shard's thread alone. They live as long as this.
  ShardMetrics& Shard(int index) { return *shards_.at(static_cast<std::size_t>(index)); }
  // For the bridge and everyone else.
  SharedMetrics& Shared() { return shared_; }

  // The sum over all cells. Any thread.
  [[nodiscard]] std::uint64_t Total(Counter counter) const {
    return Sum(static_cast<std::size_t>(counter));
  }
  // Over its labels, too.
  [[nodiscard]] std::uint64_t Total(LabelledCounter counter) const;
  [[nodiscard]] std::uint64_t Total(Gauge gauge) const;
  // Observations by bucket, each without those below it; the last is +Inf.
  [[nodiscard]] std::vector<std::uint64_t> Buckets(Histogram histogram) const;
  [[nodiscard]] const std::string& version() const { return version_; }
  [[nodiscard]] std::size_t shards() const { return shards_.size(); }

  // The sum over all cells, in Prometheus' text format 0.0.4. Any thread.
  std::string Text() const;

 private:
  [[nodiscard]] std::uint64_t Sum(std::size_t index) const;

  std::string version_;
  std::vector<std::unique_ptr<ShardMetrics>> shards_;
  SharedMetrics shared_;
};

inline constexpr const char* kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace roomcast::ops

#endif  // ROOMCAST_SERVER_OPS_METRICS_H_
