// The streams that are open, of one kind: they are told what concerns them all, since nothing else
// would end them. Bounded.
#ifndef ROOMCAST_BRIDGE_OPEN_STREAMS_H_
#define ROOMCAST_BRIDGE_OPEN_STREAMS_H_

#include <cstddef>
#include <mutex>
#include <set>

namespace roomcast::bridge {

class OpenStream {
 public:
  OpenStream() = default;
  OpenStream(const OpenStream&) = delete;
  OpenStream& operator=(const OpenStream&) = delete;
  virtual ~OpenStream() = default;

  // It takes nothing more, and ends with UNAVAILABLE once what it has taken is answered. Any
  // thread; does not call OpenStreams.
  virtual void OnHubStops() = 0;
  // Others may call from now on: it ends where its caller may no more. As OnHubStops().
  virtual void OnKeysChanged() = 0;
};

// Thread-safe.
class OpenStreams {
 public:
  explicit OpenStreams(std::size_t streams_max) : streams_max_(streams_max) {}

  // False: as many are open as may be, and it is not told anything.
  [[nodiscard]] bool Add(OpenStream& stream) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (streams_.size() >= streams_max_) return false;
    streams_.insert(&stream);
    if (stopping_) stream.OnHubStops();
    return true;
  }
  // It is not called any more when this returns.
  void Remove(OpenStream& stream) {
    const std::lock_guard<std::mutex> lock(mutex_);
    streams_.erase(&stream);
  }
  // Those that are open, and those that will be.
  void StopAll() {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    for (OpenStream* stream : streams_) stream->OnHubStops();
  }
  void TellOfKeys() {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (OpenStream* stream : streams_) stream->OnKeysChanged();
  }

 private:
  const std::size_t streams_max_;
  std::mutex mutex_;
  std::set<OpenStream*> streams_;
  bool stopping_ = false;
};

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_OPEN_STREAMS_H_
