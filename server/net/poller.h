#ifndef ROOMCAST_SERVER_NET_POLLER_H_
#define ROOMCAST_SERVER_NET_POLLER_H_

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <span>

#include "proto/protocol/instant.h"
#include "server/net/file_descriptor.h"

namespace roomcast::net {

// Which of a loop's descriptors are ready, by epoll(7). Level-triggered: what is not dealt with is
// told again, so nothing is armed anew for each read, and a descriptor costs no memory here. One
// thread.
class Poller {
 public:
  // What the owner of a descriptor calls it. A connection's is its id, which is at least 2^32; the
  // small ones are the loop's own.
  using Token = std::uint64_t;
  static constexpr Token kSmallTokens = Token{1} << 32;

  // What is wanted of a descriptor. An error or a hang-up is told as whatever is wanted; of who
  // wants nothing, nothing is told.
  struct Interest {
    bool reads = false;
    bool writes = false;
    friend bool operator==(const Interest&, const Interest&) = default;
  };

  // Stops the process if the system has no descriptor left for it: it is made once, at start.
  Poller();

  // `before`: what was wanted of it until now. One that is closed is forgotten by itself. False:
  // the kernel has no memory for it.
  [[nodiscard]] bool Watch(int fd, Token token, Interest before, Interest wanted);

  // Waits until something is ready, or for `at_most`, to the millisecond and never less; kForever.
  // Then ForEachReady() calls visit(token, readable, writable), of at most so many at a time that
  // others get their turn.
  static constexpr Duration kForever = Duration::max();
  void Wait(Duration at_most);
  template <class Visit>
  void ForEachReady(Visit visit) {
    for (const epoll_event& event : std::span(events_).first(ready_)) {
      constexpr std::uint32_t kBoth = EPOLLERR | EPOLLHUP;
      visit(Token{event.data.u64}, (event.events & (EPOLLIN | kBoth)) != 0,
            (event.events & (EPOLLOUT | kBoth)) != 0);
    }
  }

 private:
  // Inputs of one turn: enough to make large batches under load, few enough to stay prompt.
  static constexpr std::size_t kEventsPerTurn = 512;

  FileDescriptor epoll_;
  std::size_t ready_ = 0;
  std::array<epoll_event, kEventsPerTurn> events_;
};

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_POLLER_H_
