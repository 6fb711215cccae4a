#include "tests/bench/process_usage.h"

#include <ctime>
#include <filesystem>
#include <fstream>
#include <numeric>

#include "tests/bench/failure.h"

namespace roomcast::bench {
namespace {

std::uint64_t Read(clockid_t id) {
  timespec time{};
  clock_gettime(id, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(time.tv_nsec);
}

}  // namespace

std::vector<std::uint64_t> CpuNanosecondsOfThreads(pid_t pid, std::string_view prefix) {
  std::vector<std::uint64_t> used;
  std::error_code ended;
  const std::filesystem::path tasks = "/proc/" + std::to_string(pid) + "/task";
  for (const auto& task : std::filesystem::directory_iterator(tasks, ended)) {
    std::string name;
    std::getline(std::ifstream(task.path() / "comm"), name);
    if (!name.starts_with(prefix)) continue;
    std::uint64_t nanoseconds = 0;
    std::ifstream(task.path() / "schedstat") >> nanoseconds;
    used.push_back(nanoseconds);
  }
  if (used.empty()) throw Failure("no CPU time of process " + std::to_string(pid) + " to read");
  return used;
}

std::uint64_t CpuNanoseconds(pid_t pid) {
  const std::vector<std::uint64_t> used = CpuNanosecondsOfThreads(pid, "");
  return std::accumulate(used.begin(), used.end(), std::uint64_t{0});
}

std::uint64_t OwnCpuNanoseconds() { return Read(CLOCK_PROCESS_CPUTIME_ID); }

std::uint64_t NowNanoseconds() { return Read(CLOCK_MONOTONIC); }

std::uint64_t ResidentBytes(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string word; status >> word;) {
    std::uint64_t kibibytes = 0;
    if (word == "VmRSS:" && status >> kibibytes) return kibibytes * 1024;
  }
  throw Failure("no resident memory of process " + std::to_string(pid) + " to read");
}

}  // namespace roomcast::bench
