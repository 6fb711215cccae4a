#include "server/net/poller.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstdio>
#include <cstdlib>

namespace roomcast::net {
namespace {

[[noreturn]] void Stop(const char* what) {
  std::perror(what);
  std::abort();
}

int MillisecondsToWait(Duration at_most) {
  if (at_most == Poller::kForever) return -1;
  const auto whole = std::chrono::ceil<std::chrono::milliseconds>(at_most).count();
  return static_cast<int>(std::clamp<std::int64_t>(whole, 0, INT_MAX));
}

}  // namespace

Poller::Poller() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (!epoll_) Stop("roomcast: epoll_create1");
}

bool Poller::Watch(int fd, Token token, Interest before, Interest wanted) {
  if (before == wanted) return true;
  epoll_event event{};
  event.events = (wanted.reads ? EPOLLIN : 0U) | (wanted.writes ? EPOLLOUT : 0U);
  event.data.u64 = token;
  // Errors are told of whatever is watched at all.
  const int change = wanted == Interest{}   ? EPOLL_CTL_DEL
                     : before == Interest{} ? EPOLL_CTL_ADD
                                            : EPOLL_CTL_MOD;
  if (epoll_ctl(epoll_.get(), change, fd, &event) == 0) return true;
  if (errno == ENOMEM || errno == ENOSPC) return false;
  Stop("roomcast: epoll_ctl");
}

void Poller::Wait(Duration at_most) {
  const int count = epoll_wait(epoll_.get(), events_.data(), static_cast<int>(events_.size()),
                               MillisecondsToWait(at_most));
  if (count < 0 && errno != EINTR) Stop("roomcast: epoll_wait");
  ready_ = static_cast<std::size_t>(std::max(count, 0));
}

}  // namespace roomcast::net
