// 15,000 sessions are cut with a reset and come back within the jitter of the first attempt, each
// with its position: how long their Hellos take, and whether each got what it missed.
#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "proto/protocol/random.h"
#include "tests/bench/benchmark.h"
#include "tests/bench/contestant.h"
#include "tests/bench/failure.h"
#include "tests/bench/figures.h"
#include "tests/bench/fleet.h"
#include "tests/bench/process_usage.h"

namespace roomcast::bench {
namespace {

constexpr std::uint64_t kMillisecond = 1'000'000;
// A client's first attempt comes at a random moment below it.
constexpr std::uint64_t kJitter = 500 * kMillisecond;
constexpr std::size_t kMissed = 3;  // publications in each room while nobody is there

void PublishWhileAway(const Contestant& hub, std::size_t rooms) {
  Fleet speaker(1, 1);
  speaker.ConnectAll(hub.port);
  for (std::size_t room = 0; room < rooms; ++room) {
    const std::string name = "chat:" + std::to_string(room);
    for (std::size_t i = 0; i < kMissed; ++i) {
      Publish publish;
      publish.room = name;
      publish.data = Bytes("while you were away");
      speaker.Say(0, {0, publish});
    }
    speaker.RunUntil(NowNanoseconds() + kMillisecond / 10);
  }
  speaker.RunUntil(NowNanoseconds() + 200 * kMillisecond);
}

}  // namespace

void ResumeStorm(const Options& options, Report& report) {
  const Places places = PlacesFor(1);
  PinTo(places.load);
  const Contestant hub =
      StartHub(options.hub, places.servers, {"--set", "namespaces.chat.access.publish=anyone"});
  const std::size_t rooms = options.Size(150);
  Fleet fleet(options.Size(15'000), rooms);
  fleet.ConnectAll(hub.port);
  std::vector<std::uint64_t> before;
  for (std::size_t i = 0; i < fleet.size(); ++i) before.push_back(fleet.position(i).offset);
  fleet.CutAll();
  PublishWhileAway(hub, rooms);

  std::vector<double> hello_ms;
  std::uint64_t last = 0;
  fleet.on_arrival = [&](const Fleet::Arrival& arrival) {
    if (!arrival.resumed || arrival.verdict != Verdict::kRecovered) {
      throw Failure("a session did not come back whole");
    }
    hello_ms.push_back(static_cast<double>(arrival.welcome_at - arrival.hello_at) / 1e6);
    last = std::max(last, arrival.welcome_at);
  };
  Random random(11);
  const std::uint64_t began = NowNanoseconds();
  for (std::size_t i = 0; i < fleet.size(); ++i) {
    fleet.ConnectAt(i, began + random.Below(kJitter), hub.port);
  }
  const std::uint64_t give_up_at = began + 30'000 * kMillisecond;
  const auto is_whole = [&](std::size_t i) {
    return fleet.position(i).offset == before[i] + kMissed;
  };
  bool whole = false;
  while (!whole && NowNanoseconds() < give_up_at) {
    fleet.RunUntil(NowNanoseconds() + 20 * kMillisecond);
    whole = fleet.welcome() == fleet.size();
    for (std::size_t i = 0; whole && i < fleet.size(); ++i) whole = is_whole(i);
  }
  if (!whole) throw Failure("not everybody came back with all that it missed");
  std::array<char, 200> text;
  std::snprintf(text.data(), text.size(),
                "resume storm: %zu sessions, the last is welcome %.0f ms after the first began, "
                "Hello p50 %.1f ms",
                fleet.size(), static_cast<double>(last - began) / 1e6, Median(hello_ms));
  report.Remark(text.data());
  report.Add("resume_storm_hello_p99_ms", Quantile(hello_ms, 0.99), "ms");
}

}  // namespace roomcast::bench
