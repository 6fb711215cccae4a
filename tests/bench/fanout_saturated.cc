// One room of 1000 members, 64 bytes, published as fast as the members get it: turns grow, and with
// them batches. Against the same hub that sends each publication on its own.
#include <utility>

#include "tests/bench/benchmark.h"
#include "tests/bench/figures.h"
#include "tests/bench/race.h"

namespace roomcast::bench {
namespace {

// Publications under way. Below what fills a member's outbox to its soft limit.
constexpr std::size_t kWindow = 1024;
// A peer of the kind that README.md describes holds 256 messages for a member, and cuts off whom it
// holds more for.
constexpr std::size_t kPeerHolds = 256;
constexpr std::size_t kPeerWindow = 200;

}  // namespace

void FanoutSaturated(const Options& options, Report& report) {
  const Places places = PlacesFor(1);
  PinTo(places.load);
  std::vector<Contestant> others;
  others.push_back(StartSingleSendsHub(places.servers));
  Race race(Field(options, places.servers, std::move(others)), {.members = options.Size(1000)});
  const double seconds = options.Seconds(1.5);
  race.Run(options.rounds(5), [seconds](Race::Entrant& entrant) {
    const bool is_peer = entrant.contestant.name == "peer";
    return is_peer ? entrant.load->Saturate(kPeerWindow, seconds, kPeerHolds)
                   : entrant.load->Saturate(kWindow, seconds);
  });
  race.Describe(report, "fanout_saturated");
  const std::vector<double>& hub = race.Of("hub").deliveries_per_s;
  report.Add("fanout_saturated_deliveries_per_s", Median(hub), "1/s");
  report.Add("fanout_saturated_vs_single_sends",
             MedianRatio(hub, race.Of("single sends").deliveries_per_s), "ratio");
  if (!options.has_peer()) return;
  report.Add("fanout_saturated_vs_peer", MedianRatio(hub, race.Of("peer").deliveries_per_s),
             "ratio");
}

}  // namespace roomcast::bench
