// Two shards, 200 rooms of 10 members, 64 bytes: how evenly the work falls on them. The kernel
// spreads connections, the hash of a room's name spreads homes.
#include <algorithm>
#include <array>
#include <cstdio>
#include <numeric>
#include <vector>

#include "tests/bench/benchmark.h"
#include "tests/bench/contestant.h"
#include "tests/bench/failure.h"
#include "tests/bench/figures.h"
#include "tests/bench/load.h"
#include "tests/bench/process_usage.h"

namespace roomcast::bench {
namespace {

constexpr std::size_t kShards = 2;
// Not one: the shard that it is on would have all the publishing to itself.
constexpr std::size_t kPublishers = 50;

// The busiest shard's CPU time over the mean of all.
double SpreadOf(const std::vector<std::uint64_t>& before, const std::vector<std::uint64_t>& after) {
  std::vector<double> used;
  for (std::size_t i = 0; i < after.size(); ++i) {
    used.push_back(static_cast<double>(after[i] - before[i]));
  }
  const double mean = std::accumulate(used.begin(), used.end(), 0.0) / used.size();
  return *std::max_element(used.begin(), used.end()) / mean;
}

}  // namespace

void ShardSpread(const Options& options, Report& report) {
  const Places places = PlacesFor(kShards);
  const std::size_t rooms = options.Size(200);
  std::vector<double> spreads;
  std::uint64_t deliveries = 0;
  // A hub of its own each time: how connections and rooms fall is decided anew.
  for (std::size_t round = 0; round < options.rounds(7); ++round) {
    const Contestant hub =
        StartHub(options.hub, places.servers, {"--shards", std::to_string(kShards)});
    Load load(hub.port, *hub.words,
              {.members = rooms * 10, .rooms = rooms, .publishers = kPublishers});
    load.Open();
    load.Pace(static_cast<double>(rooms) * 5, 1, options.Seconds(0.3));
    const auto before = CpuNanosecondsOfThreads(hub.process->pid(), "shard-");
    if (before.size() != kShards) {
      throw Failure("the hub has " + std::to_string(before.size()) + " shards, not 2");
    }
    load.Pace(static_cast<double>(rooms) * 5, 1, options.Seconds(2));
    spreads.push_back(SpreadOf(before, CpuNanosecondsOfThreads(hub.process->pid(), "shard-")));
    deliveries += load.deliveries();
  }
  std::array<char, 160> text;
  std::snprintf(text.data(), text.size(),
                "shards: %llu deliveries in order; the busiest shard over the mean: %.3f at best, "
                "%.3f at worst",
                static_cast<unsigned long long>(deliveries), Quantile(spreads, 0),
                Quantile(spreads, 1));
  report.Remark(text.data());
  report.Add("shard_spread", Median(spreads), "ratio");
}

}  // namespace roomcast::bench
