#ifndef ROOMCAST_TESTS_BENCH_RACE_H_
#define ROOMCAST_TESTS_BENCH_RACE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/benchmark.h"
#include "tests/bench/contestant.h"
#include "tests/bench/load.h"

namespace roomcast::bench {

// Contestants that take turns at the same work within one run, each with a load of its own that
// stays connected, so that whatever the machine does meanwhile it does to all of them. A round is a
// turn of each; ratios are taken within a round, and medians over rounds.
class Race {
 public:
  struct Entrant {
    Contestant contestant;
    std::unique_ptr<Load> load;
    // Of each round.
    std::vector<double> cpu_ns_per_delivery;
    std::vector<double> deliveries_per_s;
    std::vector<double> load_busy;    // the load's own CPU time, of the time that passed
    std::vector<double> server_busy;  // the contestant's
  };
  // What a round asks of one entrant. Answers the seconds that its deliveries took.
  using Work = std::function<double(Entrant&)>;

  // All contestants are running already: a server that is forked later would hold the loads'
  // sockets.
  Race(std::vector<Contestant> contestants, const Load::Shape& shape);

  // One round that is not counted, then `rounds` that are. A Failure names whose it is.
  void Run(std::size_t rounds, const Work& work);

  // By the contestant's name.
  Entrant& Of(std::string_view name);

  // What everybody needed, and whether the load held somebody up.
  void Describe(Report& report, std::string_view benchmark) const;

 private:
  std::vector<Entrant> entrants_;
};

// Hub, then `others`, then the peer if there is one: the usual field.
std::vector<Contestant> Field(const Options& options, const Cores& cores,
                              std::vector<Contestant> others);

}  // namespace roomcast::bench

#endif  // ROOMCAST_TESTS_BENCH_RACE_H_
