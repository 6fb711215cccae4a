#include "tests/bench/benchmark.h"

namespace roomcast::bench {

const std::vector<Benchmark>& Benchmarks() {
  static const std::vector<Benchmark> benchmarks = {
      {{"fanout_moderate_cpu_vs_floor"}, {"fanout_moderate_cpu_vs_peer"}, FanoutModerate},
      {{"fanout_saturated_deliveries_per_s", "fanout_saturated_vs_single_sends"},
       {"fanout_saturated_vs_peer"},
       FanoutSaturated},
      {{"small_rooms_cpu_ns_per_delivery"}, {"small_rooms_cpu_vs_peer"}, SmallRooms},
      {{"burst_cpu_ns_per_delivery"}, {"burst_cpu_vs_peer"}, Burst},
  };
  return benchmarks;
}

}  // namespace roomcast::bench
