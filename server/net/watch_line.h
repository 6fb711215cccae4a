#ifndef ROOMCAST_SERVER_NET_WATCH_LINE_H_
#define ROOMCAST_SERVER_NET_WATCH_LINE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "bridge/room_gateway.h"
#include "server/hub/ids.h"
#include "server/hub/shared_bytes.h"

namespace roomcast::net {

// The hand-over of one Watch between the shard that carries it and gRPC's threads. Its lock is held
// for a few pointers' time, by the shard once a turn in which the stream is told something.
class WatchLine : public bridge::WatchFeed {
 public:
  // So much may be handed over and not taken yet. What a stalled stream costs beyond its outbox is
  // this twice: here, and in gRPC's hands.
  static constexpr std::size_t kHandedBytesMax = 128 * 1024;
  // So many orders wait for the shard before no other one is read.
  static constexpr std::size_t kOrdersMax = 16;

  // Makes the shard look, on any thread.
  using Ring = std::function<void(WatchLine&)>;

  WatchLine(hub::ConnectionId id, std::weak_ptr<bridge::WatchListener> listener, Ring ring)
      : id_(id), listener_(std::move(listener)), ring_(std::move(ring)) {}

  // bridge::WatchFeed
  bool Ask(bridge::WatchOrder order) override;
  Taken Take() override;
  void Close() override;

  // ---- The shard's side
  [[nodiscard]] hub::ConnectionId id() const { return id_; }
  // The desk's: it is on the list of those that have rung. True: it was not before.
  bool SetRung() { return !rung_.exchange(true, std::memory_order_acq_rel); }
  struct Heard {
    std::vector<bridge::WatchOrder> orders;
    bool closed = false;
  };
  // What was said since.
  Heard Hear();
  // How many bytes may be handed over now. With `wants_more`, rings when there is room again.
  [[nodiscard]] std::size_t Room(bool wants_more);
  void HandOver(std::vector<hub::SharedBytes> pieces, std::size_t bytes);
  void End(bridge::HubError why);
  // The same, and what is being written is not waited for.
  void Cut(bridge::HubError why);

 private:
  void TellListener();

  const hub::ConnectionId id_;
  const std::weak_ptr<bridge::WatchListener> listener_;
  const Ring ring_;
  std::atomic<bool> rung_{false};

  std::mutex mutex_;  // of everything below
  std::vector<bridge::WatchOrder> orders_;
  bool held_back_ = false;   // Ask() has said no
  bool asks_again_ = false;  // and now says yes
  bool closed_ = false;
  bool wants_more_ = false;
  std::vector<hub::SharedBytes> handed_;
  std::size_t handed_bytes_ = 0;
  std::optional<bridge::HubError> end_;
};

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_WATCH_LINE_H_
