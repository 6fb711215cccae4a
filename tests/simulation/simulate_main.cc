// `./dev simulate`: many seeds, or one of them with what happened.
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "tests/simulation/simulation.h"

namespace {

using roomcast::simulation::Options;
using roomcast::simulation::Simulation;
using roomcast::simulation::Totals;

bool Number(std::string_view text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

// What printf calls it.
unsigned long long N(std::uint64_t number) { return number; }

void Print(const Totals& t) {
  std::printf(
      "handled %llu messages, delivered %llu publications; publishes: %llu done, %llu unknown, "
      "%llu timed out\n"
      "hostile: %llu cuts, %llu half-open, %llu sleeps, %llu slow readers, %llu restarts, "
      "%llu refused\n"
      "caused: %llu members behind, %llu full mailboxes, %llu gaps, %llu resent, %llu connections, "
      "%llu links noticed dead\n",
      N(t.handled), N(t.delivered), N(t.done), N(t.unknown), N(t.timed_out), N(t.cuts),
      N(t.half_opens), N(t.sleeps), N(t.slow_readers), N(t.restarts), N(t.refused), N(t.behind),
      N(t.full_mailboxes), N(t.gaps), N(t.resent), N(t.reconnects), N(t.lost_links));
}

}  // namespace

int main(int count, char** words) {
  Options options;
  std::uint64_t seeds = 200;
  std::uint64_t first = 1;
  bool one = false;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    std::uint64_t value = 0;
    if (word == "--trace") {
      options.trace = true;
    } else if (i + 1 < count && Number(words[i + 1], value) &&
               (word == "--seeds" || word == "--seed" || word == "--clients")) {
      ++i;
      if (word == "--seeds") seeds = value;
      if (word == "--seed") first = value, one = true;
      if (word == "--clients") options.clients = static_cast<std::uint16_t>(value);
    } else {
      std::fprintf(stderr, "simulate [--seeds N | --seed S [--trace]] [--clients N]\n");
      return 2;
    }
  }
  const auto began = std::chrono::steady_clock::now();
  Totals all;
  std::uint64_t failed = 0;
  const std::uint64_t last = one ? first : first + seeds - 1;
  for (options.seed = first; options.seed <= last; ++options.seed) {
    Simulation simulation(options);
    all.Add(simulation.Run());
    for (const std::string& fault : simulation.faults()) std::printf("FAULT %s\n", fault.c_str());
    if (simulation.faults().empty()) continue;
    ++failed;
    std::printf("replay with: ./dev simulate --seed %llu --trace\n", N(options.seed));
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  Print(all);
  std::printf("%llu schedules in %.1f s: %.0f a second, %.0f messages a second\n",
              N(last - first + 1), took.count(),
              static_cast<double>(last - first + 1) / took.count(),
              static_cast<double>(all.handled) / took.count());
  std::printf("%llu passed, %llu failed\n", N(last - first + 1 - failed), N(failed));
  return failed == 0 ? 0 : 1;
}
