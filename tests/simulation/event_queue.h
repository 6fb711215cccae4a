#ifndef ROOMCAST_TESTS_SIMULATION_EVENT_QUEUE_H_
#define ROOMCAST_TESTS_SIMULATION_EVENT_QUEUE_H_

#include <algorithm>
#include <cstdint>
#include <vector>

#include "proto/protocol/instant.h"

namespace roomcast::simulation {

// What can happen next, and to whom. An event is a number that World::Handle() understands, not a
// function: a hundred thousand of them make up a run.
struct Event {
  enum class Kind : std::uint8_t {
    kShardTurn,    // of shard `who`; `what`: the hub's life
    kUp,           // a packet of link `who` may have arrived at the hub
    kDown,         // … at the client
    kWritable,     // the client's acknowledgement for link `who` reached the hub
    kAtDoor,       // link `who` asks the hub's listener
    kRefused,      // link `who`: the client hears that nobody listens
    kSocketOpen,   // link `who`: the client hears that it is open
    kTimer,        // of client `who`; `what`: which of its timers
    kToken,        // client `who` is given one; `what`: its request
    kApplication,  // client `who` does something
    kBackend,
    kFault,
    kWake,     // client `who`
    kHubUp,    // a new life of the hub begins
    kDrained,  // the life `what` of the hub has sent its clients elsewhere, and ends
    kPatrol,
  };
  Instant at;
  std::uint64_t order = 0;
  Kind kind{};
  std::uint32_t who = 0;
  std::uint64_t what = 0;
};

// What is going to happen, by time, and at one time in the order in which it was planned.
class EventQueue {
 public:
  void Plan(Instant at, Event::Kind kind, std::uint32_t who = 0, std::uint64_t what = 0) {
    events_.push_back({at, next_order_++, kind, who, what});
    std::push_heap(events_.begin(), events_.end(), IsLater);
  }
  [[nodiscard]] bool empty() const { return events_.empty(); }
  [[nodiscard]] Instant next_at() const { return events_.front().at; }
  Event Take() {
    std::pop_heap(events_.begin(), events_.end(), IsLater);
    const Event next = events_.back();
    events_.pop_back();
    return next;
  }

 private:
  static bool IsLater(const Event& a, const Event& b) {
    return a.at != b.at ? a.at > b.at : a.order > b.order;
  }
  std::vector<Event> events_;
  std::uint64_t next_order_ = 0;
};

}  // namespace roomcast::simulation

#endif  // ROOMCAST_TESTS_SIMULATION_EVENT_QUEUE_H_
