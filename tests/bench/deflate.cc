// permessage-deflate: the same hub and the same talk, to members that offer it and to members that
// do not. A room of 200, bursts of ten messages of 200 bytes: what a batch is deflated once for.
#include <utility>

#include "tests/bench/benchmark.h"
#include "tests/bench/figures.h"
#include "tests/bench/race.h"

namespace roomcast::bench {
namespace {

constexpr std::size_t kMessageBytes = 200;
constexpr double kBurstsPerSecond = 20;
constexpr std::size_t kBurst = 10;

Contestant Hub(const Options& options, const Cores& cores, const char* name, const Words& words) {
  Contestant hub = StartHub(options.hub, cores, {"--set", "compression.enabled=true"});
  hub.name = name;
  hub.words = &words;
  return hub;
}

double BytesPerDelivery(const Load& load) {
  return static_cast<double>(load.bytes()) / static_cast<double>(load.deliveries());
}

}  // namespace

void Deflate(const Options& options, Report& report) {
  const Places places = PlacesFor(1);
  PinTo(places.load);
  std::vector<Contestant> hubs;
  hubs.push_back(Hub(options, places.servers, "plain", RoomcastWords()));
  hubs.push_back(Hub(options, places.servers, "deflated", DeflatedRoomcastWords()));
  Race race(std::move(hubs),
            {.members = options.Size(200), .payload_bytes = kMessageBytes, .talks = true});
  const double seconds = options.Seconds(1.5);
  race.Run(options.rounds(7), [seconds](Race::Entrant& entrant) {
    entrant.load->Pace(kBurstsPerSecond, kBurst, seconds);
    return seconds;
  });
  race.Describe(report, "deflate");
  report.Add("deflate_bytes_ratio",
             BytesPerDelivery(*race.Of("deflated").load) / BytesPerDelivery(*race.Of("plain").load),
             "ratio");
  report.Add(
      "deflate_cpu_ratio",
      MedianRatio(race.Of("deflated").cpu_ns_per_delivery, race.Of("plain").cpu_ns_per_delivery),
      "ratio");
}

}  // namespace roomcast::bench
