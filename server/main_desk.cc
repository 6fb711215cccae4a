#include "server/main_desk.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <tuple>
#include <utility>

#include "server/ops/check.h"

namespace roomcast {

MainDesk::MainDesk(const sigset_t& signals)
    : signals_(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK)),
      posted_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  ops::Check(signals_.get() >= 0 && posted_.get() >= 0,
             "the system has descriptors for signals and orders");
}

void MainDesk::Post(Order order) {
  {
    const std::lock_guard lock(mutex_);
    orders_.push_back(std::move(order));
  }
  const std::uint64_t one = 1;
  std::ignore = write(posted_.get(), &one, sizeof(one));
}

void MainDesk::RunOrders() {
  std::uint64_t count = 0;
  std::ignore = read(posted_.get(), &count, sizeof(count));
  std::vector<Order> orders;
  {
    const std::lock_guard lock(mutex_);
    orders.swap(orders_);
  }
  for (Order& order : orders) std::move(order)();
}

int MainDesk::Wait(std::chrono::milliseconds at_most) {
  std::array<pollfd, 2> wanted{{{signals_.get(), POLLIN, 0}, {posted_.get(), POLLIN, 0}}};
  if (poll(wanted.data(), wanted.size(), static_cast<int>(at_most.count())) <= 0) return 0;
  if ((wanted[1].revents & POLLIN) != 0) RunOrders();
  signalfd_siginfo info{};
  if (read(signals_.get(), &info, sizeof(info)) != sizeof(info)) return 0;
  return static_cast<int>(info.ssi_signo);
}

}  // namespace roomcast
