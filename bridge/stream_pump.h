// The thread on which streams write what a shard has said: a shard only rings, and never pays for a
// write.
#ifndef ROOMCAST_BRIDGE_STREAM_PUMP_H_
#define ROOMCAST_BRIDGE_STREAM_PUMP_H_

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace roomcast::bridge {

class PumpedStream {
 public:
  virtual ~PumpedStream() = default;
  // Writes what there is. Short, and may not wait.
  virtual void OnPumped() = 0;
};

// Thread-safe. Streams hold it, since a shard may ring for one while the bridge goes; so the last
// of them may let it go, also on its own thread.
class StreamPump {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kTogether{1};

  StreamPump() : state_(std::make_shared<State>()), thread_([state = state_] { Run(*state); }) {}
  StreamPump(const StreamPump&) = delete;
  StreamPump& operator=(const StreamPump&) = delete;
  ~StreamPump() {
    {
      const std::lock_guard lock(state_->mutex);
      state_->stopping = true;
    }
    state_->rung.notify_one();
    thread_.get_id() == std::this_thread::get_id() ? thread_.detach() : thread_.join();
  }

  // One of a pump. A stream calls gRPC there under its lock, and gRPC, which knows the thread for
  // none of its own, may begin another call on the spot.
  [[nodiscard]] static bool IsThisThread() { return is_this_thread_; }

  void Ring(std::shared_ptr<PumpedStream> stream) {
    bool wakes = false;
    {
      const std::lock_guard lock(state_->mutex);
      wakes = state_->waiting.empty();
      state_->waiting.push_back(std::move(stream));
    }
    if (wakes) state_->rung.notify_one();
  }
  // The same, not before `at`.
  void RingAt(std::shared_ptr<PumpedStream> stream, Clock::time_point at) {
    bool wakes = false;
    {
      const std::lock_guard lock(state_->mutex);
      wakes = state_->later.empty() || at < state_->later.begin()->first;
      state_->later.emplace(at, std::move(stream));
    }
    if (wakes) state_->rung.notify_one();
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable rung;
    std::vector<std::shared_ptr<PumpedStream>> waiting;
    std::multimap<Clock::time_point, std::shared_ptr<PumpedStream>> later;
    bool stopping = false;
  };

  // Under the lock: until somebody has rung, or his time has come.
  static void Wait(State& state, std::unique_lock<std::mutex>& lock) {
    const auto is_due = [&] { return state.stopping || !state.waiting.empty(); };
    while (!is_due()) {
      if (state.later.empty()) {
        state.rung.wait(lock);
        continue;
      }
      const Clock::time_point next = state.later.begin()->first;
      if (Clock::now() < next) {
        state.rung.wait_until(lock, next);
        continue;
      }
      // Those that are due soon after come along.
      const auto end = state.later.upper_bound(next + kTogether);
      for (auto at = state.later.begin(); at != end; ++at) {
        state.waiting.push_back(std::move(at->second));
      }
      state.later.erase(state.later.begin(), end);
    }
  }

  static void Run(State& state) {
    is_this_thread_ = true;
    std::unique_lock lock(state.mutex);
    while (true) {
      Wait(state, lock);
      if (state.stopping) return;
      std::vector<std::shared_ptr<PumpedStream>> streams = std::exchange(state.waiting, {});
      lock.unlock();
      for (const auto& stream : streams) stream->OnPumped();
      streams.clear();
      lock.lock();
    }
  }

  static inline thread_local bool is_this_thread_ = false;

  const std::shared_ptr<State> state_;
  std::thread thread_;
};

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_STREAM_PUMP_H_
