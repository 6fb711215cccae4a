#ifndef ROOMCAST_TESTS_BENCH_BENCHMARK_H_
#define ROOMCAST_TESTS_BENCH_BENCHMARK_H_

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace roomcast::bench {

// What the command line asked for.
struct Options {
  std::string hub;   // the program `roomcast`
  std::string peer;  // empty: none
  // Small and short, to try the benchmarks themselves: its figures mean nothing.
  bool quick = false;

  [[nodiscard]] bool has_peer() const { return !peer.empty(); }
  // `full`, or in a quick run a fiftieth of it.
  [[nodiscard]] std::size_t Size(std::size_t full) const { return quick ? (full + 49) / 50 : full; }
  // How often each contestant has its turn.
  [[nodiscard]] std::size_t rounds(std::size_t full) const { return quick ? 1 : full; }
  [[nodiscard]] double Seconds(double full) const { return quick ? full / 20 : full; }
};

// Where a benchmark says what it found.
class Report {
 public:
  using Print = std::function<void(std::string_view name, double value, std::string_view unit)>;
  using Say = std::function<void(const std::string& remark)>;
  Report(Print print, Say say) : print_(std::move(print)), say_(std::move(say)) {}

  void Add(std::string_view name, double value, std::string_view unit) {
    print_(name, value, unit);
  }
  // What a reader may want beside the figures; also doubts in them.
  void Remark(const std::string& remark) { say_(remark); }

 private:
  Print print_;
  Say say_;
};

// One file of benchmarks: the names that it can print, and how. Names that compare with a peer are
// printed when there is one.
struct Benchmark {
  std::vector<std::string_view> names;
  std::vector<std::string_view> peer_names;
  void (*run)(const Options& options, Report& report);
  // Runs in a process of its own: one that has used gRPC cannot be forked.
  bool apart = false;
};

// One for each file, in the order in which all are run.
void FanoutModerate(const Options& options, Report& report);
void FanoutSaturated(const Options& options, Report& report);
void SmallRooms(const Options& options, Report& report);
void Burst(const Options& options, Report& report);
void IdleConnections(const Options& options, Report& report);
void Connect(const Options& options, Report& report);
void StalledMember(const Options& options, Report& report);
void EchoRoundTrip(const Options& options, Report& report);
void ShardSpread(const Options& options, Report& report);

void Deflate(const Options& options, Report& report);
void HistoryOverhead(const Options& options, Report& report);
void Recovery(const Options& options, Report& report);
void ResumeStorm(const Options& options, Report& report);
void Drain(const Options& options, Report& report);
void Push(const Options& options, Report& report);
void Watch(const Options& options, Report& report);

const std::vector<Benchmark>& Benchmarks();

}  // namespace roomcast::bench

#endif  // ROOMCAST_TESTS_BENCH_BENCHMARK_H_
