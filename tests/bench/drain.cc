// A hub of 10,000 sessions drains over its window, and another one takes them: how many come to it
// in the worst second, against an even spread.

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <map>

#include "proto/protocol/random.h"
#include "tests/bench/benchmark.h"
#include "tests/bench/contestant.h"
#include "tests/bench/failure.h"
#include "tests/bench/fleet.h"
#include "tests/bench/process_usage.h"

namespace roomcast::bench {

void Drain(const Options& options, Report& report) {
  const Places places = PlacesFor(1);
  PinTo(places.load);
  const auto notice_ms = static_cast<std::uint64_t>(options.quick ? 200 : 3000);
  const auto spread_ms = static_cast<std::uint64_t>(options.quick ? 2000 : 15'000);
  const Contestant old = StartHub(options.hub, places.servers,
                                  {"--set", "drain.notice=" + std::to_string(notice_ms) + "ms",
                                   "--set", "drain.spread=" + std::to_string(spread_ms) + "ms"});
  const Contestant next = StartHub(options.hub, places.servers);
  Fleet fleet(options.Size(10'000), options.Size(100));
  fleet.ConnectAll(old.port);
  Random random(7);
  std::map<std::uint64_t, std::size_t> connects;  // by second
  std::size_t lost = 0;
  fleet.on_go_away = [&](std::size_t client, const GoAway& go_away) {
    const std::uint64_t after =
        go_away.retry_after_ms + random.Below(std::uint64_t{go_away.spread_ms} + 1);
    fleet.ConnectAt(client, NowNanoseconds() + after * 1'000'000, next.port);
  };
  const std::uint64_t began = NowNanoseconds();
  fleet.on_arrival = [&](const Fleet::Arrival& arrival) {
    ++connects[(arrival.connect_at - began) / 1'000'000'000];
    lost += arrival.verdict == Verdict::kLost ? 1 : 0;
  };
  kill(old.process->pid(), SIGTERM);
  fleet.RunUntil(began + (notice_ms + spread_ms + 2000) * 1'000'000);
  std::size_t arrived = 0;
  std::size_t peak = 0;
  for (const auto& [second, count] : connects) {
    arrived += count;
    peak = std::max(peak, count);
  }
  if (arrived != fleet.size() || lost != arrived) {
    throw Failure(std::to_string(arrived) + " of " + std::to_string(fleet.size()) + " came, and " +
                  std::to_string(lost) + " learned that they lost");
  }
  const double even = static_cast<double>(fleet.size()) * 1000 / static_cast<double>(spread_ms);
  std::array<char, 160> text;
  std::snprintf(text.data(), text.size(),
                "drain: %zu sessions over %.0f s, at most %zu in a second, evenly %.0f",
                fleet.size(), static_cast<double>(spread_ms) / 1000, peak, even);
  report.Remark(text.data());
  report.Add("drain_peak_connect_ratio", static_cast<double>(peak) / even, "ratio");
}

}  // namespace roomcast::bench
