#ifndef ROOMCAST_SERVER_MAIN_DESK_H_
#define ROOMCAST_SERVER_MAIN_DESK_H_

#include <chrono>
#include <csignal>
#include <mutex>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "server/net/file_descriptor.h"

namespace roomcast {

// What the main thread waits for while others serve: signals, and orders from other threads.
class MainDesk {
 public:
  using Order = absl::AnyInvocable<void() &&>;

  // `signals` are blocked in every thread.
  explicit MainDesk(const sigset_t& signals);

  // Any thread. It is run by the main thread, or never if that has stopped waiting.
  void Post(Order order);

  // The main thread: runs what was posted, and answers with a signal that came; 0: none within the
  // time.
  int Wait(std::chrono::milliseconds at_most);

 private:
  void RunOrders();

  net::FileDescriptor signals_;
  net::FileDescriptor posted_;
  std::mutex mutex_;
  std::vector<Order> orders_;
};

}  // namespace roomcast

#endif  // ROOMCAST_SERVER_MAIN_DESK_H_
