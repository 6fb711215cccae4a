#include "server/ops/stats_text.h"

#include <sys/resource.h>

#include <nlohmann/json.hpp>

namespace roomcast::ops {
namespace {

using Json = nlohmann::ordered_json;

Json HistogramOf(const Metrics& metrics, Histogram histogram) {
  const auto bounds = BoundsOf(histogram);
  return {{"bounds_us", std::vector<std::uint32_t>(bounds.begin(), bounds.end())},
          {"counts", metrics.Buckets(histogram)}};
}

Json NowOf(const Metrics& metrics) {
  return {{"connections", metrics.Total(Gauge::kConnections)},
          {"sessions", metrics.Total(Gauge::kSessions)},
          {"parked_sessions", metrics.Total(Gauge::kParkedSessions)},
          {"rooms", metrics.Total(Gauge::kRooms)},
          {"members", metrics.Total(Gauge::kMembers)},
          {"slow_members", metrics.Total(Gauge::kSlowMembers)},
          {"mailbox_messages", metrics.Total(Gauge::kMailboxMessages)},
          {"stats_readers", metrics.Total(Gauge::kStatsReaders)}};
}

Json TotalOf(const Metrics& metrics) {
  return {{"connections_accepted", metrics.Total(Counter::kConnectionsAccepted)},
          {"connections_turned_away", metrics.Total(LabelledCounter::kTurnedAway)},
          {"joins", metrics.Total(LabelledCounter::kJoins)},
          {"publications", metrics.Total(LabelledCounter::kPublications)},
          {"deliveries", metrics.Total(Counter::kDeliveries)},
          {"gaps", metrics.Total(LabelledCounter::kGaps)},
          {"members_behind", metrics.Total(Counter::kMembersBehind)},
          {"errors", metrics.Total(LabelledCounter::kErrors)},
          {"disconnects", metrics.Total(LabelledCounter::kDisconnects)},
          {"bridge_calls", metrics.Total(LabelledCounter::kBridgeCalls)},
          {"messages_in", metrics.Total(Counter::kMessagesIn)},
          {"bytes_in", metrics.Total(Counter::kBytesIn)},
          {"bytes_out", metrics.Total(Counter::kBytesOut)},
          {"writes", metrics.Total(Counter::kWrites)}};
}

}  // namespace

std::string StatsText(const Metrics& metrics, const ProcessFacts& process) {
  const Json stats = {{"at_us", process.at_us},
                      {"instance", process.instance},
                      {"node", process.node},
                      {"version", metrics.version()},
                      {"shards", metrics.shards()},
                      {"uptime_us", process.uptime_us},
                      {"cpu_us", process.cpu_us},
                      {"now", NowOf(metrics)},
                      {"total", TotalOf(metrics)},
                      {"memory_bytes",
                       {{"resident", process.resident_bytes},
                        {"history", metrics.Total(Gauge::kHistoryBytes)},
                        {"outboxes", metrics.Total(Gauge::kOutboxBytes)},
                        {"parked_sessions", metrics.Total(Gauge::kParkedBytes)}}},
                      {"loop_turn", HistogramOf(metrics, Histogram::kLoopTurn)},
                      {"round_trip", HistogramOf(metrics, Histogram::kRoundTrip)}};
  // A node's name comes from the config, and may be no UTF-8.
  return stats.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::uint64_t CpuMicroseconds() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
  const auto us = [](const timeval& time) {
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000 +
           static_cast<std::uint64_t>(time.tv_usec);
  };
  return us(usage.ru_utime) + us(usage.ru_stime);
}

}  // namespace roomcast::ops
