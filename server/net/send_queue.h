#ifndef ROOMCAST_SERVER_NET_SEND_QUEUE_H_
#define ROOMCAST_SERVER_NET_SEND_QUEUE_H_

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "server/hub/outbox.h"
#include "server/hub/shared_bytes.h"

namespace roomcast::net {

// What waits to be written to one connection: references to shared bytes, in two lanes. The fast
// lane overtakes the ordered one, but never gets inside of a message that is partly written. Pure:
// it only says which bytes are next, and is told how many went.
//
// Most of the time it is empty or holds one message, and then it owns nothing besides itself.
class SendQueue {
 public:
  using Fill = hub::Outbox::Fill;
  using Lane = hub::Outbox::Lane;
  struct Limits {
    std::size_t soft = 0;
    std::size_t hard = 0;
  };
  // What a message counts beyond its bytes: its reference, and its share of the memory around it.
  static constexpr std::size_t kMessageOverheadBytes = 32;
  // The last of the hard limit is kept for the fast lane: a full queue can still be told why it
  // ends.
  static constexpr std::size_t kFastReserveBytes = 1024;

  // kOverHard: not queued. kOverSoft: queued. After both Consume() says when there is room again.
  Fill Push(hub::SharedBytes bytes, Lane lane, const Limits& limits);
  // Queued whatever the limits say: the last words of a connection, and what is bounded elsewhere.
  void PushRegardless(hub::SharedBytes bytes, Lane lane);
  // The answer to the newest ping: takes the place of an older answer of which nothing is written
  // yet.
  void PushPong(hub::SharedBytes bytes);

  // The next bytes, in the order of writing; as many pieces as there are, or as fit. Valid until
  // the queue changes.
  [[nodiscard]] std::size_t Gather(std::span<iovec> pieces) const;
  // The first `written` of these bytes are written. True: the queue was over the soft limit and is
  // below half of it now.
  [[nodiscard]] bool Consume(std::size_t written, const Limits& limits);

  // Drops everything that is not partly written.
  void DropUnstarted();

  [[nodiscard]] bool empty() const { return !first_; }
  // What is queued, with the overhead; the written part of the first message less.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  // Part of a message is written: nothing else may be written before the rest of it.
  [[nodiscard]] bool mid_message() const { return first_written_ > 0; }

 private:
  // A lane: messages from `begin` on. Popping moves `begin`, so that it costs nothing.
  struct Row {
    std::vector<hub::SharedBytes> messages;
    std::size_t begin = 0;
    [[nodiscard]] bool empty() const { return begin == messages.size(); }
    void PushFront(hub::SharedBytes bytes);
    hub::SharedBytes PopFront();
  };
  // Behind the first message, in the order of writing.
  struct Rest {
    hub::SharedBytes pong;
    Row fast;
    Row ordered;
  };
  enum class Kind : std::uint8_t { kPong, kFast, kOrdered };

  Rest& rest();
  void Insert(hub::SharedBytes bytes, Kind kind);
  void TakeNext();

  hub::SharedBytes first_;  // the message to be written next, or under way
  std::unique_ptr<Rest> rest_;
  std::uint32_t bytes_ = 0;
  std::uint32_t first_written_ = 0;
  Kind first_kind_ = Kind::kOrdered;
  bool over_soft_ = false;
};

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_SEND_QUEUE_H_
