// `./dev bench`: runs the benchmarks that are named, or all, and prints their figures.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/benchmark.h"
#include "tests/bench/child_process.h"
#include "tests/bench/failure.h"

namespace roomcast::bench {
namespace {

constexpr int kUsage = 2;

struct Command {
  Options options;
  std::vector<std::string_view> names;
  bool json = false;
  bool list = false;
};

int Usage() {
  std::fprintf(stderr,
               "bench [NAME…] [--json] [--list] [--peer PROGRAM] [--hub PROGRAM] [--quick]\n");
  return kUsage;
}

bool Parse(int count, char** words, Command& command) {
  command.options.hub =
      std::filesystem::read_symlink("/proc/self/exe").replace_filename("roomcast");
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    if (word == "--json") {
      command.json = true;
    } else if (word == "--list") {
      command.list = true;
    } else if (word == "--quick") {
      command.options.quick = true;
    } else if (word == "--peer" && i + 1 < count) {
      command.options.peer = words[++i];
    } else if (word == "--hub" && i + 1 < count) {
      command.options.hub = words[++i];
    } else if (word.starts_with("-")) {
      return false;
    } else {
      command.names.push_back(word);
    }
  }
  return true;
}

bool Contains(const std::vector<std::string_view>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The names that this command prints of a benchmark.
std::vector<std::string_view> Wanted(const Command& command, const Benchmark& benchmark) {
  std::vector<std::string_view> wanted = benchmark.names;
  if (command.options.has_peer()) {
    wanted.insert(wanted.end(), benchmark.peer_names.begin(), benchmark.peer_names.end());
  }
  if (command.names.empty()) return wanted;
  std::erase_if(wanted, [&](std::string_view name) { return !Contains(command.names, name); });
  return wanted;
}

void Print(std::string_view name, double value, std::string_view unit, bool json) {
  std::printf(
      json ? "{\"name\": \"%.*s\", \"value\": %.6g, \"unit\": \"%.*s\"}\n" : "%.*s %.6g %.*s\n",
      static_cast<int>(name.size()), name.data(), value, static_cast<int>(unit.size()),
      unit.data());
  std::fflush(stdout);
}

bool RunOne(const Command& command, const Benchmark& benchmark) {
  const std::vector<std::string_view> wanted = Wanted(command, benchmark);
  if (wanted.empty()) return true;
  std::vector<std::string_view> printed;
  Report report(
      [&](std::string_view name, double value, std::string_view unit) {
        if (!Contains(wanted, name)) return;
        Print(name, value, unit, command.json);
        printed.push_back(name);
      },
      [](const std::string& remark) { std::fprintf(stderr, "# %s\n", remark.c_str()); });
  const Cores all = UsableCores();
  try {
    benchmark.run(command.options, report);
  } catch (const Failure& failure) {
    std::fprintf(stderr, "bench: %.*s: %s\n", static_cast<int>(wanted[0].size()), wanted[0].data(),
                 failure.what());
  }
  PinTo(all);
  return printed.size() == wanted.size();
}

bool RunApart(const Command& command, const Benchmark& benchmark) {
  const pid_t child = fork();
  if (child == 0) _exit(RunOne(command, benchmark) ? 0 : 1);
  int status = 0;
  return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int Run(const Command& command) {
  for (const std::string_view name : command.names) {
    const auto& all = Benchmarks();
    if (std::any_of(all.begin(), all.end(), [&](const Benchmark& one) {
          return Contains(one.names, name) ||
                 (command.options.has_peer() && Contains(one.peer_names, name));
        })) {
      continue;
    }
    std::fprintf(stderr, "bench: there is no %.*s; --list names them%s\n",
                 static_cast<int>(name.size()), name.data(),
                 command.options.has_peer() ? "" : ", and some need --peer");
    return kUsage;
  }
  bool all_well = true;
  for (const Benchmark& benchmark : Benchmarks()) {
    if (command.list) {
      for (const auto name : Wanted(command, benchmark)) std::printf("%s\n", name.data());
    } else {
      const auto run = benchmark.apart ? RunApart : RunOne;
      all_well = run(command, benchmark) && all_well;
    }
  }
  return all_well ? 0 : 1;
}

}  // namespace
}  // namespace roomcast::bench

int main(int count, char** words) {
  // Every connection of a load is a descriptor.
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  roomcast::bench::Command command;
  if (!roomcast::bench::Parse(count, words, command)) return roomcast::bench::Usage();
  return roomcast::bench::Run(command);
}
