#ifndef ROOMCAST_SERVER_NET_BATON_H_
#define ROOMCAST_SERVER_NET_BATON_H_

#include <atomic>
#include <cstdint>

namespace roomcast::net {

// Who holds it makes the turns of a shard: its owner, the thread that waits for the shard's
// sockets, or, while that one sleeps, a visitor that has something for the shard. Nobody waits for
// it but the owner, and that for one visit at most.
//
// What was written under it by one holder is seen by the next. Held by the owner at first.
class Baton {
 public:
  // The owner, after its sleep. Waits while a visitor has it.
  void Take() {
    std::uint32_t state = state_.load(std::memory_order_relaxed);
    for (;;) {
      if ((state & kHeld) == 0) {
        const std::uint32_t taken = (state & kKnocked) | kHeld;
        if (state_.compare_exchange_weak(state, taken, std::memory_order_acquire)) return;
      } else if ((state & kOwnerWaits) != 0 ||
                 state_.compare_exchange_weak(state, state | kOwnerWaits,
                                              std::memory_order_relaxed)) {
        state_.wait(state | kOwnerWaits, std::memory_order_relaxed);
        state = state_.load(std::memory_order_relaxed);
      }
    }
  }

  // Any other thread. False: somebody has it, or is about to, and hears of the knock before putting
  // it down.
  [[nodiscard]] bool TryTakeOrKnock() {
    std::uint32_t state = state_.load(std::memory_order_relaxed);
    for (;;) {
      const bool is_free = state == 0;
      const std::uint32_t wanted = is_free ? kHeld : state | kKnocked;
      if (state_.compare_exchange_weak(state, wanted, std::memory_order_acq_rel)) return is_free;
    }
  }

  // The holder. False: somebody knocked, so there is more to do, and it is still held; only an
  // owner that waits is let have it all the same, and hears of the knock when it puts it down.
  [[nodiscard]] bool PutDown() {
    std::uint32_t state = state_.load(std::memory_order_relaxed);
    for (;;) {
      const bool owner_waits = (state & kOwnerWaits) != 0;
      const bool goes_on = (state & kKnocked) != 0 && !owner_waits;
      const std::uint32_t left = goes_on ? kHeld : state & ~kHeld;
      if (!state_.compare_exchange_weak(state, left, std::memory_order_acq_rel)) continue;
      if (owner_waits) state_.notify_one();
      return !goes_on;
    }
  }

 private:
  static constexpr std::uint32_t kHeld = 1;
  static constexpr std::uint32_t kKnocked = 2;
  static constexpr std::uint32_t kOwnerWaits = 4;

  std::atomic<std::uint32_t> state_{kHeld};
};

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_BATON_H_
