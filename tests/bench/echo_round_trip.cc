// One member of one room, nothing else to do: from its publishing to the delivery to itself.
#include "tests/bench/benchmark.h"
#include "tests/bench/contestant.h"
#include "tests/bench/figures.h"
#include "tests/bench/load.h"
#include "tests/bench/process_usage.h"

namespace roomcast::bench {

void EchoRoundTrip(const Options& options, Report& report) {
  const Places places = PlacesFor(1);
  PinTo(places.load);
  const Contestant hub = StartHub(options.hub, places.servers);
  Load load(hub.port, *hub.words, {.members = 1});
  load.Open();
  const std::size_t count = options.Size(20'000);
  for (std::size_t i = 0; i < count + count / 10; ++i) {
    // The first tenth warms up.
    if (i == count / 10) load.TakeLatencies();
    load.Publish(0, NowNanoseconds());
    load.Settle();
  }
  const std::vector<float> latencies = load.TakeLatencies();
  report.Add("echo_rtt_p50_us", Quantile({latencies.begin(), latencies.end()}, 0.5), "us");
}

}  // namespace roomcast::bench
