#ifndef ROOMCAST_TESTS_BENCH_PROCESS_USAGE_H_
#define ROOMCAST_TESTS_BENCH_PROCESS_USAGE_H_

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace roomcast::bench {

// What a process has used so far, as the kernel counts it. CPU time is that of
// /proc/PID/task/*/schedstat, in nanoseconds: exact for a thread that sleeps, and behind by at most
// one tick for one that runs, so measure from rest to rest.

// Of all threads together.
std::uint64_t CpuNanoseconds(pid_t pid);
// Of each thread whose name begins with `prefix`.
std::vector<std::uint64_t> CpuNanosecondsOfThreads(pid_t pid, std::string_view prefix);
// Of the calling process.
std::uint64_t OwnCpuNanoseconds();
// Resident memory.
std::uint64_t ResidentBytes(pid_t pid);

// Nanoseconds of the monotonic clock.
std::uint64_t NowNanoseconds();

}  // namespace roomcast::bench

#endif  // ROOMCAST_TESTS_BENCH_PROCESS_USAGE_H_
