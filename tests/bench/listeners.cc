#include "tests/bench/listeners.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <string_view>
#include <utility>

#include "tests/bench/client_socket.h"
#include "tests/bench/failure.h"

namespace roomcast::bench {
namespace {

constexpr std::size_t kLentBytes = std::size_t{512} << 10;
constexpr int kEventsPerTurn = 64;
// How soon it hears that it is to stop.
constexpr int kWaitMs = 20;
constexpr std::chrono::seconds kPatience(10);

// Where one of them stands in its room. 0: nothing has come, and the next publication is the first.
std::uint64_t Follow(std::uint64_t last, std::uint64_t first, std::uint64_t count) {
  if (last != 0 && first != last + 1) {
    throw Failure("a member heard " + std::to_string(first) + " after " + std::to_string(last));
  }
  return first + count - 1;
}

}  // namespace

Listeners::Listeners(std::uint16_t port, const Words& words, std::vector<std::string> rooms)
    : port_(port), words_(words), rooms_(std::move(rooms)) {
  std::promise<void> ready;
  std::future<void> is_ready = ready.get_future();
  thread_ = std::thread(
      [this](std::promise<void> promise) {
        try {
          Listen(std::move(promise));
        } catch (...) {
          failure_ = std::current_exception();
        }
      },
      std::move(ready));
  if (is_ready.wait_for(kPatience) == std::future_status::ready) return;
  stopping_ = true;
  thread_.join();
  throw Failure("the listeners are not in their rooms");
}

Listeners::~Listeners() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

void Listeners::Listen(std::promise<void> ready) {
  struct Epoll {
    int fd = epoll_create1(EPOLL_CLOEXEC);
    ~Epoll() { close(fd); }
  } epoll;
  std::vector<ClientSocket> sockets;
  std::vector<std::uint64_t> last(rooms_.size());
  sockets.reserve(rooms_.size());
  for (std::size_t i = 0; i < rooms_.size(); ++i) {
    sockets.emplace_back(epoll.fd, static_cast<std::uint32_t>(i));
    sockets.back().Connect({port_, words_.path(), words_.subprotocol(), words_.extensions(), 0});
  }
  std::size_t joined = 0;
  std::vector<char> lent(kLentBytes);
  std::vector<std::string_view> messages;
  std::vector<Heard> heard;
  std::array<epoll_event, kEventsPerTurn> events;
  while (!stopping_) {
    const int count = epoll_wait(epoll.fd, events.data(), kEventsPerTurn, kWaitMs);
    for (int event = 0; event < count; ++event) {
      const std::size_t i = events[event].data.u32;
      ClientSocket& socket = sockets[i];
      if ((events[event].events & EPOLLOUT) != 0) socket.OnWritable();
      if ((events[event].events & ~static_cast<unsigned>(EPOLLOUT)) == 0) continue;
      messages.clear();
      const bool was_open = socket.is_open();
      socket.Receive(lent, messages);
      if (!was_open && socket.is_open()) {
        for (const std::string& message : words_.Greeting(rooms_[i])) socket.Say(message);
      }
      heard.clear();
      for (const std::string_view message : messages) words_.Read(message, heard);
      for (const Heard& one : heard) {
        if (!one.answer.empty()) socket.Say(one.answer);
        if (one.is_ready && ++joined == rooms_.size()) ready.set_value();
        if (one.gap_from != 0)
          last[i] = Follow(last[i], one.gap_from, one.gap_to - one.gap_from + 1);
        if (one.count == 0) continue;
        last[i] = Follow(last[i], one.first, one.count);
        deliveries_ += one.count;
      }
    }
  }
}

std::uint64_t Listeners::Stop() {
  stopping_ = true;
  thread_.join();
  if (failure_) std::rethrow_exception(failure_);
  return deliveries_;
}

}  // namespace roomcast::bench
