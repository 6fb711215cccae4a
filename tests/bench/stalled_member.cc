// One member of 1000 stops reading while publications go on: what the others notice, and what it
// costs the hub to keep its place. When it reads again it gets what history holds, and a Gap for
// the rest.
#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

#include "tests/bench/benchmark.h"
#include "tests/bench/contestant.h"
#include "tests/bench/figures.h"
#include "tests/bench/load.h"
#include "tests/bench/process_usage.h"

namespace roomcast::bench {
namespace {

// 4 KiB, 50 a second: in some turns more than a socket, an outbox and history hold.
constexpr std::size_t kPayloadBytes = 4096;
constexpr double kPerSecond = 50;
constexpr std::size_t kStalled = 0;

double P99Of(Load& load, double seconds) {
  load.TakeLatencies();
  load.Pace(kPerSecond, 1, seconds);
  const std::vector<float> latencies = load.TakeLatencies();
  return Quantile({latencies.begin(), latencies.end()}, 0.99);
}

}  // namespace

void StalledMember(const Options& options, Report& report) {
  const Places places = PlacesFor(1);
  PinTo(places.load);
  const Contestant hub = StartHub(options.hub, places.servers);
  const pid_t pid = hub.process->pid();
  Load load(hub.port, *hub.words, {.members = options.Size(1000), .payload_bytes = kPayloadBytes});
  load.Open();
  // Until history is full: what it takes is not the stalled member's doing.
  load.Pace(options.quick ? 1000 : 100, 1, options.quick ? 0.5 : 5);
  const double seconds = options.Seconds(2);
  std::vector<double> calm;
  std::vector<double> stalled;
  std::vector<double> grown;
  for (std::size_t round = 0; round < options.rounds(7); ++round) {
    calm.push_back(P99Of(load, seconds));
    const std::uint64_t before = ResidentBytes(pid);
    load.SetReading(kStalled, false);
    // Before anybody is measured its socket and its outbox are full.
    load.Pace(options.quick ? 1000 : 100, 1, options.quick ? 0.5 : 1.5);
    stalled.push_back(P99Of(load, seconds));
    const std::uint64_t after = ResidentBytes(pid);
    grown.push_back(after > before ? static_cast<double>(after - before) : 0);
    load.SetReading(kStalled, true);
    load.Settle();
  }
  std::array<char, 200> text;
  std::snprintf(text.data(), text.size(),
                "stalled member: the others' p99 is %.0f us, without it %.0f us; caught up in "
                "order, %llu publications named in gaps",
                Median(stalled), Median(calm), static_cast<unsigned long long>(load.in_gaps()));
  report.Remark(text.data());
  report.Add("stalled_member_p99_ratio", MedianRatio(stalled, calm), "ratio");
  report.Add("stalled_member_bytes", *std::max_element(grown.begin(), grown.end()), "B");
}

}  // namespace roomcast::bench
