#include "server/ops/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>
#include <vector>

#include "server/ops/metrics_text.h"

namespace roomcast::ops {
namespace {

void AppendOne(std::string& out, std::string_view name, std::string_view help,
               std::string_view type, const std::string& value) {
  AppendFamily(out, name, help, type);
  AppendSample(out, name, "", "", value);
}

// The numbers of /proc/self/stat from its third field on (proc(5)); the second is the program's
// name, which may hold spaces, in parentheses.
std::vector<std::string> StatFields() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream rest(line.substr(name_end + 1));
  std::vector<std::string> fields;
  for (std::string field; rest >> field;) fields.push_back(field);
  return fields;
}

std::optional<unsigned long long> BootTime() {
  std::ifstream file("/proc/stat");
  for (std::string word; file >> word;) {
    unsigned long long seconds = 0;
    if (word == "btime" && file >> seconds) return seconds;
  }
  return std::nullopt;
}

std::optional<std::size_t> OpenDescriptors() {
  std::error_code error;
  std::filesystem::directory_iterator entries("/proc/self/fd", error);
  std::size_t count = 0;
  while (!error && entries != std::filesystem::directory_iterator()) {
    ++count;
    entries.increment(error);
  }
  if (error) return std::nullopt;
  return count;
}

// Positions in StatFields().
constexpr std::size_t kUserTicks = 11;
constexpr std::size_t kSystemTicks = 12;
constexpr std::size_t kStartTicks = 19;
constexpr std::size_t kVirtualBytes = 20;
constexpr std::size_t kResidentPages = 21;

void AppendStat(std::string& out) {
  const std::vector<std::string> fields = StatFields();
  if (fields.size() <= kResidentPages) return;
  const auto number = [&fields](std::size_t i) { return std::stoull(fields[i]); };
  const auto ticks_per_second = static_cast<unsigned long long>(sysconf(_SC_CLK_TCK));
  const auto page_bytes = static_cast<unsigned long long>(sysconf(_SC_PAGESIZE));
  const unsigned long long us_per_tick = 1'000'000 / ticks_per_second;
  AppendOne(out, "process_cpu_seconds_total", "CPU time of the process.", "counter",
            Seconds((number(kUserTicks) + number(kSystemTicks)) * us_per_tick));
  AppendOne(out, "process_virtual_memory_bytes", "Virtual memory.", "gauge", fields[kVirtualBytes]);
  AppendOne(out, "process_resident_memory_bytes", "Resident memory.", "gauge",
            std::to_string(number(kResidentPages) * page_bytes));
  if (const auto boot = BootTime()) {
    AppendOne(out, "process_start_time_seconds", "Start of the process, since the Unix epoch.",
              "gauge", Seconds(*boot * 1'000'000 + number(kStartTicks) * us_per_tick));
  }
}

}  // namespace

void AppendProcessMetrics(std::string& out) {
  AppendStat(out);
  if (const auto open = OpenDescriptors()) {
    AppendOne(out, "process_open_fds", "Open file descriptors.", "gauge", std::to_string(*open));
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    AppendOne(out, "process_max_fds", "The most file descriptors.", "gauge",
              std::to_string(limit.rlim_cur));
  }
}

}  // namespace roomcast::ops
