// The other question that the bridge asks of the hub: to be told of rooms for as long as a stream
// is open. Plain values, no gRPC, no Protobuf.
//
// A stream has two ends. The hub's, a WatchFeed, takes what the backend asks for and holds what the
// hub has said and nobody has taken yet, within the backend's credit and a bound of its own. The
// bridge's, a WatchListener, hears when there is something to take. Both may be called on any
// thread, and neither ever waits.
//
// The hub outlives every call to a feed, not the feed: each stream has closed its own before
// BridgeServer::Shutdown() returns, and calls it no more. So the bridge is stopped first, then the
// hub; a listener that the hub still knows by then may be called, and does nothing.
#ifndef ROOMCAST_BRIDGE_WATCH_GATEWAY_H_
#define ROOMCAST_BRIDGE_WATCH_GATEWAY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "bridge/gateway_words.h"

namespace roomcast::bridge {

// The fields of WatchAdd, where their meaning is said.
struct WatchCommand {
  std::uint32_t id = 0;
  bool by_prefix = false;
  std::string name;
  std::variant<std::monostate, RoomPosition, std::uint32_t /*last_count*/,
               std::uint64_t /*last_ms*/>
      since;
  std::uint8_t presence = 0;  // PresenceInterest's numbers
  bool lifecycle = false;
  bool without_publications = false;
};

// What one WatchRequest asks for. A refused command is said to be over on the stream, in its place.
struct WatchOrder {
  std::vector<std::variant<WatchCommand, std::pair<std::uint32_t, HubError>>> add;
  std::vector<std::uint32_t> remove;
  std::uint64_t credit_bytes = 0;
};

// Bytes that somebody else owns, until this is dropped: part of an encoded WatchResponse's events.
class WatchBytes {
 public:
  using Drop = void (*)(void* owner);
  WatchBytes(std::string_view bytes, void* owner, Drop drop)
      : bytes_(bytes), owner_(owner), drop_(drop) {}
  WatchBytes(WatchBytes&& other) noexcept
      : bytes_(other.bytes_), owner_(std::exchange(other.owner_, nullptr)), drop_(other.drop_) {}
  WatchBytes& operator=(WatchBytes&&) = delete;
  ~WatchBytes() {
    if (owner_ != nullptr) drop_(owner_);
  }

  [[nodiscard]] std::string_view view() const { return bytes_; }
  // From now on the caller is to call the Drop that it was made with.
  [[nodiscard]] std::pair<void*, Drop> Release() { return {std::exchange(owner_, nullptr), drop_}; }

 private:
  std::string_view bytes_;
  void* owner_;
  Drop drop_;
};

class WatchListener {
 public:
  virtual ~WatchListener() = default;
  // There is something to Take(), or orders may come again after Ask() has said no. Short: it may
  // be called on a shard's thread.
  virtual void OnWatchReady() = 0;
  // It has ended and is not to wait for what is still being written. On a shard's thread, too.
  virtual void OnWatchCut() = 0;
};

class WatchFeed {
 public:
  virtual ~WatchFeed() = default;
  // False: it was taken, but no other one is to come before the shard has looked at it.
  [[nodiscard]] virtual bool Ask(WatchOrder order) = 0;
  struct Taken {
    std::vector<WatchBytes> pieces;  // in order; whole events, all of them
    bool asks_again = false;         // after a no, orders may come
    std::optional<HubError> end;     // after the pieces: the hub has ended the stream
  };
  virtual Taken Take() = 0;
  // The backend has gone. Nothing else is called after it.
  virtual void Close() = 0;
};

class WatchGateway {
 public:
  virtual ~WatchGateway() = default;
  // The listener may be called from now on, also from within.
  virtual std::variant<std::shared_ptr<WatchFeed>, HubError> OpenWatch(
      std::weak_ptr<WatchListener> listener) = 0;
};

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_WATCH_GATEWAY_H_
