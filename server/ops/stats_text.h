#ifndef ROOMCAST_SERVER_OPS_STATS_TEXT_H_
#define ROOMCAST_SERVER_OPS_STATS_TEXT_H_

#include <cstdint>
#include <string>

#include "server/ops/metrics.h"

namespace roomcast::ops {

// What the metrics do not know of the process.
struct ProcessFacts {
  std::string instance;
  std::string node;
  std::uint64_t resident_bytes = 0;
  std::uint64_t cpu_us = 0;
  std::int64_t uptime_us = 0;
  std::int64_t at_us = 0;  // since the Unix epoch
};

// The hub's figures as who reads $sys:stats gets them: JSON, documented in docs/OPERATING.md. What
// is counted is counted since the hub began, so that a reader who missed some has no error.
std::string StatsText(const Metrics& metrics, const ProcessFacts& process);

// CPU time that the process has used so far.
std::uint64_t CpuMicroseconds();

}  // namespace roomcast::ops

#endif  // ROOMCAST_SERVER_OPS_STATS_TEXT_H_
