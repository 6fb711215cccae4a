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
      {{"idle_bytes_per_connection"}, {}, IdleConnections},
      {{"connect_cpu_vs_floor"}, {}, Connect},
      {{"stalled_member_p99_ratio", "stalled_member_bytes"}, {}, StalledMember},
      {{"echo_rtt_p50_us"}, {}, EchoRoundTrip},
      {{"shard_spread"}, {}, ShardSpread},
      {{"deflate_bytes_ratio", "deflate_cpu_ratio"}, {}, Deflate},
      {{"history_overhead_bytes"}, {}, HistoryOverhead},
      {{"recovery_cpu_vs_live_join"}, {}, Recovery},
      {{"resume_storm_hello_p99_ms"}, {}, ResumeStorm},
      {{"drain_peak_connect_ratio"}, {}, Drain},
      {{"publish_stream_per_s", "publish_stream_single_vs_echo", "publish_unary_vs_echo",
        "publish_stream_heard_per_s", "publish_unary_heard_vs_echo", "push_latency_p50_us",
        "push_latency_over_echo_us"},
       {},
       Push,
       /*apart=*/true},
      {{"watch_cpu_vs_member", "stalled_watch_bytes"}, {}, Watch, /*apart=*/true},
  };
  return benchmarks;
}

}  // namespace roomcast::bench
