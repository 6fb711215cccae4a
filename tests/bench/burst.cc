// One room of 1000 members, 64 bytes, 50 publications at once, twice a second: what comes in one
// turn goes out as one.
#include "tests/bench/benchmark.h"
#include "tests/bench/figures.h"
#include "tests/bench/race.h"

namespace roomcast::bench {

void Burst(const Options& options, Report& report) {
  const Places places = PlacesFor(1);
  PinTo(places.load);
  Race race(Field(options, places.servers, {}), {.members = options.Size(1000)});
  const double seconds = options.Seconds(2);
  race.Run(options.rounds(7), [&](Race::Entrant& entrant) {
    entrant.load->Pace(options.quick ? 20 : 2, 50, seconds);
    return seconds;
  });
  race.Describe(report, "burst");
  const std::vector<double>& hub = race.Of("hub").cpu_ns_per_delivery;
  report.Add("burst_cpu_ns_per_delivery", Median(hub), "ns");
  if (!options.has_peer()) return;
  report.Add("burst_cpu_vs_peer", MedianRatio(hub, race.Of("peer").cpu_ns_per_delivery), "ratio");
}

}  // namespace roomcast::bench
