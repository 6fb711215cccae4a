#ifndef ROOMCAST_CLIENT_WASM_CORE_PUBLISH_QUEUE_H_
#define ROOMCAST_CLIENT_WASM_CORE_PUBLISH_QUEUE_H_

#include <array>
#include <memory>
#include <optional>
#include <span>

#include "client-wasm/core/ids.h"
#include "client-wasm/core/kept_text.h"
#include "proto/protocol/limits.h"

namespace roomcast::client {

// Publishes and questions that are not settled, in the order in which they were made and are sent.
// Each keeps its encoded bytes, because it may have to go out again, with the same id, on the next
// connection. What is taken out is settled, and is never sent after that.
class PublishQueue {
 public:
  // A hub can tell duplicates among a producer's last 64 counters (Dedupe). So that every resend
  // falls among them, no publish is sent that is 64 or more above the oldest unsettled one.
  static constexpr std::uint64_t kCountersInFlight = 64;

  struct Entry {
    CallId call;
    RoomId room;
    std::uint64_t counter;  // 0: a question, which may be asked of any hub and any number of times
    KeptText frame;         // a whole ClientFrame
    Duration timeout;
    Now begun;
    // When it went out on the present connection.
    std::optional<Now> sent = std::nullopt;
    // It went out on some connection to the present hub instance.
    bool ever_sent = false;
    // It went out more than once: the hub may have taken it before.
    bool resent = false;

    // A publish that some hub may have taken.
    bool may_count() const { return ever_sent && counter != 0; }
  };

  // False: the queue is full (kQueueMessages, kQueueBytes), and it was not taken.
  [[nodiscard]] bool Add(std::unique_ptr<Entry> entry);

  // The next one to go out on this connection, in order; nullptr: none, or too many are in flight.
  // The caller sends its frame and says so with MarkSent.
  Entry* NextToSend();
  void MarkSent(Entry& entry, const Now& now);

  // Each answers nullptr where there is no such entry.
  std::unique_ptr<Entry> Take(CallId call);
  // The first publish that was ever sent; for when the hub instance has changed.
  std::unique_ptr<Entry> TakeEverSent();
  std::unique_ptr<Entry> TakeFirst();
  // The next one that has waited too long: its timeout from its sending on this connection, or
  // kQueueAge since it was made while it is not sent on one.
  std::unique_ptr<Entry> TakeExpired(const Now& now);
  // Never too late; too early where what it was for has settled, until TakeExpired() looks again.
  Instant NextDeadline() const { return look_at_.instant; }

  // The connection is gone: everything is to be sent (again).
  void MarkUnsent();

  std::size_t size() const { return size_; }
  std::size_t bytes() const { return bytes_; }

 private:
  std::span<const std::unique_ptr<Entry>> entries() const { return {entries_.data(), size_}; }
  std::unique_ptr<Entry> TakeAt(std::size_t index);
  void LookAfter(const Entry& entry);

  // As many as there may be: what never grows needs no code for it.
  std::array<std::unique_ptr<Entry>, kQueueMessages> entries_;
  std::size_t size_ = 0;
  std::size_t sent_ = 0;  // how many at the front went out on this connection
  std::size_t bytes_ = 0;
  // Before both, nothing has waited too long: so that an input need not look at every entry.
  Now look_at_ = kNoLook;
  static constexpr Now kNoLook{kNever, WallTime{INT64_MAX}};
};

}  // namespace roomcast::client

#endif  // ROOMCAST_CLIENT_WASM_CORE_PUBLISH_QUEUE_H_
