// 1000 rooms of 10 members, 64 bytes, 5000 publications a second over all of them: the work around
// a publication is shared by few.
#include "tests/bench/benchmark.h"
#include "tests/bench/figures.h"
#include "tests/bench/race.h"

namespace roomcast::bench {

void SmallRooms(const Options& options, Report& report) {
  const Places places = PlacesFor(1);
  PinTo(places.load);
  // Two loads of 1000 rooms would need more descriptors than a process may have (20,000 is common).
  const std::size_t rooms = options.Size(options.has_peer() ? 990 : 1000);
  Race race(Field(options, places.servers, {}), {.members = rooms * 10, .rooms = rooms});
  const double seconds = options.Seconds(1.5);
  race.Run(options.rounds(5), [&](Race::Entrant& entrant) {
    entrant.load->Pace(static_cast<double>(rooms) * 5, 1, seconds);
    return seconds;
  });
  race.Describe(report, "small_rooms");
  const std::vector<double>& hub = race.Of("hub").cpu_ns_per_delivery;
  report.Add("small_rooms_cpu_ns_per_delivery", Median(hub), "ns");
  if (!options.has_peer()) return;
  report.Add("small_rooms_cpu_vs_peer", MedianRatio(hub, race.Of("peer").cpu_ns_per_delivery),
             "ratio");
}

}  // namespace roomcast::bench
