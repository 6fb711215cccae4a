// One room of 1000 members, 64 bytes, 50 publications a second: each is a turn of its own, so the
// kernel's send dominates, and what the hub adds to it is what is measured.
#include <utility>

#include "tests/bench/benchmark.h"
#include "tests/bench/figures.h"
#include "tests/bench/race.h"

namespace roomcast::bench {

void FanoutModerate(const Options& options, Report& report) {
  const Places places = PlacesFor(1);
  PinTo(places.load);
  std::vector<Contestant> others;
  others.push_back(StartFloor(PlainWords(), places.servers));
  Race race(Field(options, places.servers, std::move(others)), {.members = options.Size(1000)});
  const double seconds = options.Seconds(1.5);
  race.Run(options.rounds(7), [seconds](Race::Entrant& entrant) {
    entrant.load->Pace(50, 1, seconds);
    return seconds;
  });
  race.Describe(report, "fanout_moderate");
  const std::vector<double>& hub = race.Of("hub").cpu_ns_per_delivery;
  report.Add("fanout_moderate_cpu_vs_floor", MedianRatio(hub, race.Of("floor").cpu_ns_per_delivery),
             "ratio");
  if (!options.has_peer()) return;
  report.Add("fanout_moderate_cpu_vs_peer", MedianRatio(hub, race.Of("peer").cpu_ns_per_delivery),
             "ratio");
}

}  // namespace roomcast::bench
