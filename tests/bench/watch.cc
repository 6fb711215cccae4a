// What a backend that watches a room costs the hub, beside one member more of the same room: three
// hubs with the same members and publications, one of them with as many members again, and one with
// as many streams. And what a stream that is not read keeps there.
#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <optional>
#include <vector>

#include "tests/bench/benchmark.h"
#include "tests/bench/contestant.h"
#include "tests/bench/figures.h"
#include "tests/bench/load.h"
#include "tests/bench/process_usage.h"
#include "tests/bench/watchers.h"

namespace roomcast::bench {
namespace {

constexpr std::size_t kReaders = 32;
// A busy room: each burst is a turn of the hub.
constexpr double kBursts = 500;
constexpr std::size_t kBurst = 4;

struct Hub {
  Contestant contestant;
  std::unique_ptr<Load> load;
  std::size_t members = 0;
  std::uint64_t published = 0;  // since the watchers joined
  std::optional<Watchers> watchers;
  bool all_read = true;

  void Pace(double bursts, std::size_t burst, double seconds) {
    const std::uint64_t before = load->deliveries() + load->in_gaps();
    load->Pace(bursts, burst, seconds);
    published += (load->deliveries() + load->in_gaps() - before) / members;
    if (watchers && all_read) watchers->WaitFor(published);
  }
};

Hub Start(const Options& options, const Places& places) {
  return {StartHub(options.hub, places.servers), nullptr, 0, 0, std::nullopt};
}

void Join(Hub& hub, std::size_t members, std::size_t payload_bytes) {
  hub.members = members;
  hub.load = std::make_unique<Load>(hub.contestant.port, *hub.contestant.words,
                                    Load::Shape{members, 1, payload_bytes});
  hub.load->Open();
}

// The hub's nanoseconds for each publication.
double CostOf(Hub& hub, double seconds) {
  const pid_t pid = hub.contestant.process->pid();
  const std::uint64_t cpu = CpuNanoseconds(pid);
  const std::uint64_t published = hub.published;
  hub.Pace(kBursts, kBurst, seconds);
  return static_cast<double>(CpuNanoseconds(pid) - cpu) /
         static_cast<double>(hub.published - published);
}

void Cost(const Options& options, std::array<Hub, 3>& hubs, Report& report) {
  auto& [few, many, watched] = hubs;
  const std::size_t readers = options.quick ? 4 : kReaders;
  Join(few, readers, 64);
  Join(many, 2 * readers, 64);
  Join(watched, readers, 64);
  watched.watchers.emplace(watched.contestant.bridge_port, watched.load->room_name(0), readers);
  std::vector<double> members;
  std::vector<double> streams;
  const double seconds = options.Seconds(1.5);
  for (std::size_t round = 0; round <= options.rounds(7); ++round) {
    const double base = CostOf(few, seconds);
    const double with_members = CostOf(many, seconds) - base;
    const double with_streams = CostOf(watched, seconds) - base;
    if (round == 0) continue;
    members.push_back(with_members / static_cast<double>(readers));
    streams.push_back(with_streams / static_cast<double>(readers));
  }
  std::array<char, 160> text;
  std::snprintf(text.data(), text.size(),
                "watch: a publication costs %.0f ns for each stream, %.0f ns for each member",
                Median(streams), Median(members));
  report.Remark(text.data());
  report.Add("watch_cpu_vs_member", MedianRatio(streams, members), "ratio");
}

void Stalled(const Options& options, Hub& hub, Report& report) {
  // 4 KiB: in some turns more than a stream's window, its outbox and history hold.
  Join(hub, 10, 4096);
  hub.Pace(options.quick ? 1000 : 200, 1, options.quick ? 0.5 : 5);
  hub.published = 0;
  hub.watchers.emplace(hub.contestant.bridge_port, hub.load->room_name(0), 1);
  const double bursts = options.quick ? 1000 : 200;
  const double seconds = options.quick ? 0.5 : 3;
  std::vector<double> grown;
  for (std::size_t round = 0; round < options.rounds(5); ++round) {
    hub.Pace(bursts, 1, seconds);
    const std::uint64_t before = ResidentBytes(hub.contestant.process->pid());
    hub.watchers->SetReading(false);
    hub.all_read = false;
    hub.Pace(bursts, 1, seconds);
    const std::uint64_t after = ResidentBytes(hub.contestant.process->pid());
    grown.push_back(after > before ? static_cast<double>(after - before) : 0);
    hub.watchers->SetReading(true);
    hub.all_read = true;
    hub.watchers->WaitFor(hub.published);
  }
  report.Add("stalled_watch_bytes", *std::max_element(grown.begin(), grown.end()), "B");
}

}  // namespace

void Watch(const Options& options, Report& report) {
  const Places places = PlacesFor(1);
  std::array<Hub, 3> hubs{Start(options, places), Start(options, places), Start(options, places)};
  Hub stalled = Start(options, places);
  PinTo(places.load);
  Cost(options, hubs, report);
  Stalled(options, stalled, report);
}

}  // namespace roomcast::bench
