#ifndef ROOMCAST_TESTS_BENCH_LISTENERS_H_
#define ROOMCAST_TESTS_BENCH_LISTENERS_H_

#include <atomic>
#include <cstdint>
#include <exception>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "tests/bench/words.h"

namespace roomcast::bench {

// One member in each of some rooms, for those who publish there without knowing in which order. On
// a thread of its own.
class Listeners {
 public:
  // They are in their rooms when it returns. A Failure: one is not, after a while.
  Listeners(std::uint16_t port, const Words& words, std::vector<std::string> rooms);
  Listeners(const Listeners&) = delete;
  Listeners& operator=(const Listeners&) = delete;
  ~Listeners();

  // Ends it. Deliveries of all, each room's in order and none missing but what a Gap named: a
  // Failure otherwise.
  std::uint64_t Stop();

 private:
  void Listen(std::promise<void> ready);

  const std::uint16_t port_;
  const Words& words_;
  const std::vector<std::string> rooms_;
  std::atomic<bool> stopping_{false};
  std::uint64_t deliveries_ = 0;
  std::exception_ptr failure_;
  std::thread thread_;
};

}  // namespace roomcast::bench

#endif  // ROOMCAST_TESTS_BENCH_LISTENERS_H_
