#ifndef ROOMCAST_TESTS_BENCH_PUSHER_H_
#define ROOMCAST_TESTS_BENCH_PUSHER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "roomcast/v1/bridge.grpc.pb.h"

namespace roomcast::bench {

// A backend at one bridge, or at what answers like one.
class Pusher {
 public:
  // Where Stream() and Unary() publish.
  static std::vector<std::string> Rooms();

  explicit Pusher(std::uint16_t port);
  Pusher(Pusher&&) noexcept;
  ~Pusher();

  // Items of 100 bytes into 16 rooms over one stream, `batch` in a message, as fast as they are
  // acknowledged with at most `window` items under way. Acknowledged items a second. A Failure: an
  // item was refused, or the stream ended.
  double Stream(std::size_t batch, std::size_t window, double seconds);
  // Unary publishes of 100 bytes, so many at once. Answers a second.
  double Unary(std::size_t at_once, double seconds);
  // One after the other: microseconds from the call to the answer, each.
  std::vector<double> RoundTrips(std::size_t count);
  // A publish; with its answer, or without waiting for it. Then the answer is waited for by
  // WaitForAnswer(), before the next one.
  void Publish(const std::string& room, const std::string& data);
  void BeginPublish(const std::string& room, const std::string& data);
  void WaitForAnswer();

 private:
  struct Call;
  std::unique_ptr<v1::Bridge::Stub> stub_;
  std::unique_ptr<Call> call_;
};

}  // namespace roomcast::bench

#endif  // ROOMCAST_TESTS_BENCH_PUSHER_H_
