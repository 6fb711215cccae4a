#include "tests/bench/race.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "tests/bench/failure.h"
#include "tests/bench/figures.h"
#include "tests/bench/process_usage.h"

namespace roomcast::bench {
namespace {

// Above it the load may be what is measured.
constexpr double kLoadBusyMax = 0.9;

// Does it, and lets a Failure say whose it is.
template <class Step>
auto Naming(const Race::Entrant& entrant, Step step) {
  try {
    return step();
  } catch (const Failure& failure) {
    throw Failure(entrant.contestant.name + ": " + failure.what());
  }
}

}  // namespace

Race::Race(std::vector<Contestant> contestants, const Load::Shape& shape) {
  for (Contestant& contestant : contestants) {
    auto load = std::make_unique<Load>(contestant.port, *contestant.words, shape);
    entrants_.push_back({std::move(contestant), std::move(load), {}, {}, {}, {}});
    Naming(entrants_.back(), [this] { entrants_.back().load->Open(); });
  }
}

void Race::Run(std::size_t rounds, const Work& work) {
  for (std::size_t round = 0; round <= rounds; ++round) {
    for (Entrant& entrant : entrants_) {
      const pid_t pid = entrant.contestant.process->pid();
      // What came meanwhile is not this round's; and who waits for its turn answers pings.
      for (Entrant& each : entrants_) Naming(each, [&] { each.load->Idle(0.005); });
      Naming(entrant, [&] { entrant.load->Idle(0.02); });
      entrant.load->TakeLatencies();
      const std::uint64_t deliveries = entrant.load->deliveries();
      const std::uint64_t cpu = CpuNanoseconds(pid);
      const std::uint64_t own_cpu = OwnCpuNanoseconds();
      const std::uint64_t began = NowNanoseconds();
      const double seconds = Naming(entrant, [&] { return work(entrant); });
      const auto took = static_cast<double>(NowNanoseconds() - began);
      const auto own_used = static_cast<double>(OwnCpuNanoseconds() - own_cpu);
      const auto used = static_cast<double>(CpuNanoseconds(pid) - cpu);
      const auto delivered = static_cast<double>(entrant.load->deliveries() - deliveries);
      if (round == 0) continue;
      entrant.cpu_ns_per_delivery.push_back(used / delivered);
      entrant.deliveries_per_s.push_back(delivered / seconds);
      entrant.load_busy.push_back(own_used / took);
      entrant.server_busy.push_back(used / took);
    }
  }
}

Race::Entrant& Race::Of(std::string_view name) {
  const auto found = std::find_if(entrants_.begin(), entrants_.end(), [&](const Entrant& entrant) {
    return entrant.contestant.name == name;
  });
  if (found == entrants_.end()) throw Failure("no " + std::string(name) + " takes part");
  return *found;
}

void Race::Describe(Report& report, std::string_view benchmark) const {
  for (const Entrant& entrant : entrants_) {
    const double load_busy = Median(entrant.load_busy);
    const double server_busy = Median(entrant.server_busy);
    std::array<char, 256> text;
    std::snprintf(text.data(), text.size(),
                  "%s: %s: %.0f ns CPU a delivery, %.0f deliveries/s, %.1f deliveries a message; "
                  "server %.0f %% busy, load %.0f %%",
                  std::string(benchmark).c_str(), entrant.contestant.name.c_str(),
                  Median(entrant.cpu_ns_per_delivery), Median(entrant.deliveries_per_s),
                  static_cast<double>(entrant.load->deliveries()) /
                      static_cast<double>(entrant.load->messages()),
                  100 * server_busy, 100 * load_busy);
    report.Remark(text.data());
    if (load_busy < kLoadBusyMax || load_busy < server_busy) continue;
    report.Remark(std::string(benchmark) + ": warning: with the " + entrant.contestant.name +
                  " the load generator is the limit");
  }
}

std::vector<Contestant> Field(const Options& options, const Cores& cores,
                              std::vector<Contestant> others) {
  std::vector<Contestant> field;
  field.push_back(StartHub(options.hub, cores));
  for (Contestant& other : others) field.push_back(std::move(other));
  if (options.has_peer()) field.push_back(StartPeer(options.peer, cores));
  return field;
}

}  // namespace roomcast::bench
