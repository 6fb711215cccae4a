// The streams that are open: they are told that the hub stops, since nothing else would end them.
#ifndef ROOMCAST_BRIDGE_OPEN_STREAMS_H_
#define ROOMCAST_BRIDGE_OPEN_STREAMS_H_

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
};

// Thread-safe.
class OpenStreams {
 public:
  void Add(OpenStream& stream) {
    const std::lock_guard<std::mutex> lock(mutex_);
    streams_.insert(&stream);
    if (stopping_) stream.OnHubStops();
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

 private:
  std::mutex mutex_;
  std::set<OpenStream*> streams_;
  bool stopping_ = false;
};

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_OPEN_STREAMS_H_
