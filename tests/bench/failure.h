#ifndef ROOMCAST_TESTS_BENCH_FAILURE_H_
#define ROOMCAST_TESTS_BENCH_FAILURE_H_

#include <stdexcept>

namespace roomcast::bench {

// A benchmark that cannot say a figure: a server that does not start, a delivery that never comes,
// an order that is broken. Its text says so with numbers; the program then fails, and prints no
// figure of that benchmark.
class Failure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace roomcast::bench

#endif  // ROOMCAST_TESTS_BENCH_FAILURE_H_
