// Connecting: TCP, upgrade, Hello with one join as an anonymous user, Welcome. Against a bare
// accept and upgrade.
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

// CPU nanoseconds of the server for each of so many connections that come at once.
double CpuOfConnecting(const Contestant& server, std::size_t connections) {
  const pid_t pid = server.process->pid();
  const std::uint64_t cpu = CpuNanoseconds(pid);
  Load load(server.port, *server.words, {.members = connections, .publishers = 0});
  load.Open();
  load.Idle(0.02);
  return static_cast<double>(CpuNanoseconds(pid) - cpu) / static_cast<double>(connections);
}

}  // namespace

void Connect(const Options& options, Report& report) {
  const Places places = PlacesFor(1);
  PinTo(places.load);
  const Contestant hub = StartHub(options.hub, places.servers);
  const Contestant floor = StartFloor(BareWords(), places.servers);
  const std::size_t connections = options.Size(2000);
  std::vector<double> of_hub;
  std::vector<double> of_floor;
  for (std::size_t round = 0; round <= options.rounds(9); ++round) {
    const double hub_ns = CpuOfConnecting(hub, connections);
    const double floor_ns = CpuOfConnecting(floor, connections);
    // The ends of the last round's connections are not part of this one's beginning.
    Load(hub.port, *hub.words, {.members = 1, .publishers = 0}).Idle(options.Seconds(0.3));
    if (round == 0) continue;
    of_hub.push_back(hub_ns);
    of_floor.push_back(floor_ns);
  }
  std::array<char, 160> text;
  std::snprintf(text.data(), text.size(), "connect: hub %.0f ns CPU a connection, floor %.0f ns",
                Median(of_hub), Median(of_floor));
  report.Remark(text.data());
  report.Add("connect_cpu_vs_floor", MedianRatio(of_hub, of_floor), "ratio");
}

}  // namespace roomcast::bench
