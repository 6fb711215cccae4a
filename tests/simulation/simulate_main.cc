// roomcast_simulate: many seeds, or one of them with what happened in it. `./dev simulate` runs it.
#include <charconv>
#include <chrono>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "tests/simulation/world.h"

namespace {

using roomcast::simulation::RunOptions;
using roomcast::simulation::RunResult;
using roomcast::simulation::Totals;
using roomcast::simulation::World;

constexpr const char* kUsage =
    "usage: roomcast_simulate [--seeds N | --seed S [--trace]] [--first S] [--clients N] "
    "[--shards N] [--minutes M]\n"
    "  --seeds N    so many runs, from seed 1 or --first (100)\n"
    "  --seed S     this run alone\n"
    "  --trace      tell what happens in it\n"
    "  --clients N  in each run (12)    --shards N  of the hub (2)\n"
    "  --minutes M  until the network heals (2)\n";

struct Arguments {
  RunOptions run;
  std::uint64_t first = 1;
  std::uint64_t seeds = 100;
  std::uint64_t minutes = 2;
  bool trace = false;
};

bool ReadNumber(std::string_view text, std::uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

bool Read(int count, char** words, Arguments& arguments) {
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    if (word == "--trace") {
      arguments.trace = true;
      continue;
    }
    std::uint64_t value = 0;
    if (i + 1 == count || !ReadNumber(words[++i], value)) return false;
    if (word == "--seeds") {
      arguments.seeds = value;
    } else if (word == "--seed") {
      arguments.first = value, arguments.seeds = 1;
    } else if (word == "--first") {
      arguments.first = value;
    } else if (word == "--clients" && value > 0 && value <= 1000) {
      arguments.run.clients = static_cast<std::uint32_t>(value);
    } else if (word == "--shards" && value > 0 && value <= 64) {
      arguments.run.shards = static_cast<std::uint16_t>(value);
    } else if (word == "--minutes" && value > 0 && value <= 1440) {
      arguments.minutes = value;
    } else {
      return false;
    }
  }
  arguments.run.hostile = std::chrono::minutes(arguments.minutes);
  return true;
}

// What replays one seed, with the options of this call.
std::string Replay(const Arguments& arguments, std::uint64_t seed) {
  std::string command = "./dev simulate --seed " + std::to_string(seed);
  const Arguments usual;
  if (arguments.run.clients != usual.run.clients) {
    command += " --clients " + std::to_string(arguments.run.clients);
  }
  if (arguments.run.shards != usual.run.shards) {
    command += " --shards " + std::to_string(arguments.run.shards);
  }
  if (arguments.minutes != usual.minutes) {
    command += " --minutes " + std::to_string(arguments.minutes);
  }
  return command + " --trace";
}

}  // namespace

int main(int count, char** words) {
  Arguments arguments;
  if (!Read(count, words, arguments)) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  if (arguments.trace) {
    arguments.run.trace = [](const std::string& line) { std::printf("%s\n", line.c_str()); };
  }
  Totals totals;
  std::uint64_t failed = 0;
  const auto began = std::chrono::steady_clock::now();
  for (std::uint64_t i = 0; i < arguments.seeds; ++i) {
    arguments.run.seed = arguments.first + i;
    World world(arguments.run);
    const RunResult result = world.Run();
    totals.Add(result.totals);
    if (result.breach.empty()) continue;
    ++failed;
    std::printf("BREACH %s\n  replay: %s\n", result.breach.c_str(),
                Replay(arguments, arguments.run.seed).c_str());
    std::fflush(stdout);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::printf("%s", totals.Text().c_str());
  std::printf("%" PRIu64 " schedules in %.1f s, %.1f a second; %" PRIu64
              " messages handled, %.0f a second; digest %016" PRIx64 "\n",
              arguments.seeds, took.count(), static_cast<double>(arguments.seeds) / took.count(),
              totals.handled(), static_cast<double>(totals.handled()) / took.count(),
              totals.Digest());
  std::printf("%" PRIu64 " passed, %" PRIu64 " failed\n", arguments.seeds - failed, failed);
  return failed == 0 ? 0 : 1;
}
