// When a stream that has just written may write again. What a backend's stream costs is decided by
// the number of its writes, so in a busy room it waits for more to write with what there is. A wait
// that brought nothing more was for nothing: whoever answers what it reads waits for this write, so
// then a number of writes go at once before waiting is tried again.
#ifndef ROOMCAST_BRIDGE_WRITE_PACE_H_
#define ROOMCAST_BRIDGE_WRITE_PACE_H_

#include <chrono>
#include <cstddef>
#include <utility>

namespace roomcast::bridge {

// Reads no clock; not thread-safe.
class WritePace {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::milliseconds kApart{20};
  // After a write of so many bytes nothing waits: there is as much again.
  static constexpr std::size_t kLargeWrite = std::size_t{64} * 1024;
  // A wait was worth it that brought more than so many pieces together; a shard says one a turn
  // and room.
  static constexpr std::size_t kFewPieces = 2;
  static constexpr int kWritesAtOnce = 64;

  // There is something to write, and nothing is being written. True: now. False: it waits, until
  // due().
  [[nodiscard]] bool MayWrite(Instant now) {
    if (now >= due_ || at_once_ > 0) return true;
    waits_ = true;
    return false;
  }
  [[nodiscard]] Instant due() const { return due_; }

  void OnWrite(Instant now, std::size_t pieces, std::size_t bytes) {
    if (std::exchange(waits_, false)) {
      at_once_ = pieces <= kFewPieces ? kWritesAtOnce : 0;
    } else if (now < due_) {
      --at_once_;
    }
    if (bytes < kLargeWrite) due_ = now + kApart;
  }

 private:
  Instant due_;
  bool waits_ = false;
  int at_once_ = 0;  // so many writes need not wait
};

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_WRITE_PACE_H_
