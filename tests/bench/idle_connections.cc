// 15,000 plain connections, each its own user in its own room, that say nothing: what one costs the
// hub in resident memory.
#include <array>
#include <cstdio>

#include "tests/bench/benchmark.h"
#include "tests/bench/contestant.h"
#include "tests/bench/load.h"
#include "tests/bench/process_usage.h"

namespace roomcast::bench {

void IdleConnections(const Options& options, Report& report) {
  const Places places = PlacesFor(1);
  PinTo(places.load);
  const Contestant hub = StartHub(options.hub, places.servers);
  const pid_t pid = hub.process->pid();
  {
    // What the first connections touch of the program belongs to the hub, not to a connection.
    Load first(hub.port, *hub.words, {.members = 10, .rooms = 10, .publishers = 0});
    first.Open();
  }
  const std::size_t members = options.Size(15'000);
  const std::uint64_t before = ResidentBytes(pid);
  Load load(hub.port, *hub.words, {.members = members, .rooms = members, .publishers = 0});
  load.Open();
  load.Idle(options.Seconds(2));
  const auto grown = static_cast<double>(ResidentBytes(pid) - before);
  const std::uint64_t cpu = CpuNanoseconds(pid);
  const double seconds = options.Seconds(10);
  load.Idle(seconds);
  const double busy = static_cast<double>(CpuNanoseconds(pid) - cpu) / (seconds * 1e9);
  std::array<char, 160> text;
  std::snprintf(text.data(), text.size(),
                "idle: %zu connections, %.1f MiB of the hub; heartbeats keep it %.2f %% busy",
                members, grown / (1 << 20), 100 * busy);
  report.Remark(text.data());
  report.Add("idle_bytes_per_connection", grown / static_cast<double>(members), "B");
}

}  // namespace roomcast::bench
