// A join that recovers 100 publications, against one that begins live: the hub's CPU for each.
#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "tests/bench/benchmark.h"
#include "tests/bench/contestant.h"
#include "tests/bench/failure.h"
#include "tests/bench/figures.h"
#include "tests/bench/fleet.h"
#include "tests/bench/process_usage.h"

namespace roomcast::bench {
namespace {

constexpr std::uint64_t kMillisecond = 1'000'000;
constexpr std::size_t kRecovered = 100;

// Each client joins the room at once, from that position or live, and leaves it again.
double CpuOfJoining(const Contestant& hub, Fleet& fleet, bool recovers) {
  Join join;
  join.room = "chat:recovery";
  if (recovers) join.since = LastCount{kRecovered};
  const std::uint64_t cpu = CpuNanoseconds(hub.process->pid());
  for (std::size_t i = 0; i < fleet.size(); ++i) {
    fleet.Say(i, {2, join});
    if (i % 32 == 31) fleet.RunUntil(NowNanoseconds() + kMillisecond);
  }
  fleet.RunUntil(NowNanoseconds() + 200 * kMillisecond);
  const std::uint64_t used = CpuNanoseconds(hub.process->pid()) - cpu;
  for (std::size_t i = 0; i < fleet.size(); ++i) {
    fleet.Say(i, {3, Leave{.room = "chat:recovery"}});
    if (i % 32 == 31) fleet.RunUntil(NowNanoseconds() + kMillisecond);
  }
  fleet.RunUntil(NowNanoseconds() + 200 * kMillisecond);
  return static_cast<double>(used) / static_cast<double>(fleet.size());
}

}  // namespace

void Recovery(const Options& options, Report& report) {
  const Places places = PlacesFor(1);
  PinTo(places.load);
  const Contestant hub =
      StartHub(options.hub, places.servers,
               {"--set", "namespaces.chat.access.publish=anyone", "--set",
                "limits.joins_per_second=1000000", "--set", "limits.join_burst=1000000"});
  Fleet fleet(options.Size(1000), 1);
  fleet.ConnectAll(hub.port);
  const std::string payload(64, 'x');
  for (std::size_t i = 0; i < kRecovered; ++i) {
    Publish publish;
    publish.room = "chat:recovery";
    publish.data = Bytes(payload);
    fleet.Say(0, {0, publish});
  }
  fleet.RunUntil(NowNanoseconds() + 200 * kMillisecond);
  std::vector<double> live;
  std::vector<double> recovering;
  for (std::size_t round = 0; round < options.rounds(7); ++round) {
    live.push_back(CpuOfJoining(hub, fleet, false));
    const std::uint64_t before = fleet.elsewhere();
    recovering.push_back(CpuOfJoining(hub, fleet, true));
    if (fleet.elsewhere() - before != kRecovered * fleet.size()) {
      throw Failure("not everybody got all that it asked for");
    }
  }
  std::array<char, 160> text;
  std::snprintf(text.data(), text.size(),
                "recovery: a live join costs %.0f ns CPU, one with %zu publications %.0f ns",
                Median(live), kRecovered, Median(recovering));
  report.Remark(text.data());
  report.Add("recovery_cpu_vs_live_join", MedianRatio(recovering, live), "ratio");
}

}  // namespace roomcast::bench
