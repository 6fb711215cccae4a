#ifndef ROOMCAST_SERVER_NET_WATCH_DESK_H_
#define ROOMCAST_SERVER_NET_WATCH_DESK_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "bridge/room_gateway.h"
#include "server/hub/outbox.h"
#include "server/hub/shard.h"
#include "server/net/mailbox.h"
#include "server/net/send_queue.h"
#include "server/net/watch_line.h"

namespace roomcast::net {

// The Watch streams that one shard carries, as their outbox: what the hub says to a stream waits
// here, bounded as a connection's queue is, until the backend's credit lets it go; then it is
// handed to the stream's line, once a turn. Open() and Ring() may be called on any thread, the rest
// is the shard's.
class WatchDesk : public hub::Outbox {
 public:
  struct Limits {
    std::size_t soft_bytes = 256 * 1024;
    std::size_t hard_bytes = 1024 * 1024;
    std::size_t streams_max = 512;
  };
  // The mailbox is woken when a stream has rung; it outlives this, and this outlives the bridge.
  WatchDesk(const Limits& limits, Mailbox& mailbox) : limits_(limits), mailbox_(mailbox) {}
  ~WatchDesk() override;

  // nullptr: as many streams are open as may be.
  std::shared_ptr<WatchLine> Open(std::weak_ptr<bridge::WatchListener> listener);

  // hub::Outbox
  Fill Push(hub::ConnectionId id, hub::SharedBytes bytes, Lane lane) override;
  void Close(hub::ConnectionId id, DisconnectCode code, std::string_view reason) override;
  // What streams ask for is few, and is taken as it comes.
  void SetReading(hub::ConnectionId /*id*/, bool /*reading*/) override {}

  // The parts of a turn. What streams have asked for goes to the shard.
  void Hear(hub::Shard& shard, Now now);
  // Hands over what may go. True: there is more to hand over, or the shard heard that a stream has
  // room again and may have said more to it.
  bool Flush(hub::Shard& shard, Now now);

  [[nodiscard]] std::size_t queued_bytes() const { return queued_bytes_; }

 private:
  struct Stream {
    std::shared_ptr<WatchLine> line;
    std::deque<hub::SharedBytes> queue;
    std::size_t bytes = 0;    // of the queue, with what is around a message
    std::int64_t credit = 0;  // may be owed: a message goes whole while there is any
    bool over_soft = false;
    bool on_flush_list = false;
  };

  void Ring(WatchLine& line);
  [[nodiscard]] Stream* Find(hub::ConnectionId id);
  void Begin(const std::shared_ptr<WatchLine>& line, hub::Shard& shard, Now now);
  void HearOne(WatchLine& line, hub::Shard& shard, Now now);
  void WantFlush(hub::ConnectionId id, Stream& stream);
  void FlushOne(Stream& stream);
  void Forget(hub::ConnectionId id);

  const Limits limits_;
  Mailbox& mailbox_;

  std::atomic<bool> any_rung_{false};
  std::mutex mutex_;  // of the following
  std::vector<std::shared_ptr<WatchLine>> opened_;
  std::vector<hub::ConnectionId> rung_;
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> uses_;  // by index
  std::size_t open_ = 0;
  bool stopped_ = false;

  std::vector<std::unique_ptr<Stream>> streams_;  // by index
  std::vector<hub::ConnectionId> flushes_;
  std::size_t queued_bytes_ = 0;
};

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_WATCH_DESK_H_
