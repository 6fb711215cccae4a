// The thread on which streams write what a shard has said: a shard only rings, and never pays for a
// write.
#ifndef ROOMCAST_BRIDGE_STREAM_PUMP_H_
#define ROOMCAST_BRIDGE_STREAM_PUMP_H_

#include <condition_variable>
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

  void Ring(std::shared_ptr<PumpedStream> stream) {
    bool wakes = false;
    {
      const std::lock_guard lock(state_->mutex);
      wakes = state_->waiting.empty();
      state_->waiting.push_back(std::move(stream));
    }
    if (wakes) state_->rung.notify_one();
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable rung;
    std::vector<std::shared_ptr<PumpedStream>> waiting;
    bool stopping = false;
  };

  static void Run(State& state) {
    std::unique_lock lock(state.mutex);
    while (true) {
      state.rung.wait(lock, [&] { return state.stopping || !state.waiting.empty(); });
      if (state.stopping) return;
      std::vector<std::shared_ptr<PumpedStream>> streams = std::exchange(state.waiting, {});
      lock.unlock();
      for (const auto& stream : streams) stream->OnPumped();
      streams.clear();
      lock.lock();
    }
  }

  const std::shared_ptr<State> state_;
  std::thread thread_;
};

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_STREAM_PUMP_H_
