#ifndef ROOMCAST_TESTS_BENCH_WATCHERS_H_
#define ROOMCAST_TESTS_BENCH_WATCHERS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace roomcast::bench {

// Backends that watch one room from now on, each over a connection of its own, and with credit for
// all that may come.
class Watchers {
 public:
  // They are joined when it returns. A Failure: one was not.
  Watchers(std::uint16_t bridge_port, const std::string& room, std::size_t count);
  Watchers(Watchers&&) noexcept;
  ~Watchers();

  // Until each has got so many publications since the beginning. A Failure: one stream ended.
  void WaitFor(std::uint64_t publications);
  // Whether the first one reads; what it has not read comes when it does again.
  void SetReading(bool reading);

 private:
  class Stream;
  std::vector<std::unique_ptr<Stream>> streams_;
};

}  // namespace roomcast::bench

#endif  // ROOMCAST_TESTS_BENCH_WATCHERS_H_
