// What happens when, in virtual time. Events at one instant come in the order in which they were
// set.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "proto/protocol/instant.h"

namespace roomcast::simulation {

class Schedule {
 public:
  [[nodiscard]] Now now() const { return now_; }
  // What the wall clock says more than the monotonic one.
  void JumpWall(Duration by) {
    now_.wall = static_cast<WallTime>(Microseconds(now_.wall) + by.count());
  }

  void At(Instant at, std::function<void()> what) {
    events_.push({std::max(at, now_.instant), next_++, std::move(what)});
  }
  void After(Duration wait, std::function<void()> what) {
    At(now_.instant + wait, std::move(what));
  }

  // Everything until `end`.
  void RunUntil(Instant end) {
    while (!events_.empty() && events_.top().at <= end) {
      // The queue gives out const references; what is moved from is popped at once.
      Event event = std::move(const_cast<Event&>(events_.top()));
      events_.pop();
      MoveTo(event.at);
      event.what();
    }
    MoveTo(end);
  }

 private:
  struct Event {
    Instant at;
    std::uint64_t order;
    std::function<void()> what;
    bool operator<(const Event& other) const {
      return at != other.at ? at > other.at : order > other.order;
    }
  };
  void MoveTo(Instant at) {
    JumpWall(at - now_.instant);
    now_.instant = at;
  }

  Now now_{Instant(std::chrono::hours(1)), WallTime{1'700'000'000'000'000}};
  std::uint64_t next_ = 0;
  std::priority_queue<Event> events_;
};

}  // namespace roomcast::simulation
