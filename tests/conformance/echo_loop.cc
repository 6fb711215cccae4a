#include "tests/conformance/echo_loop.h"

#include <algorithm>
#include <utility>

namespace roomcast::conformance {

EchoLoop::EchoLoop(const net::ConnectionConfig& config, net::FileDescriptor listening)
    : connections_(io_, clock_, config, metrics_.Shard(0), nullptr, doorman_),
      listener_(io_, std::move(listening), connections_, /*descriptors_max=*/0) {
  connections_.SetApplication(echo_);
  signals_.async_wait([this](const boost::system::error_code&, int) { stopping_ = true; });
  listener_.Start();
}

void EchoLoop::Run() {
  while (!stopping_) Turn();
}

void EchoLoop::Turn() {
  if (std::exchange(busy_, false)) {
    io_.poll();
  } else {
    io_.run_one();
    io_.poll();
  }
  connections_.ResumeReading();
  connections_.OnTime();
  const Instant now = clock_.now().instant;
  if (listener_.NextDeadline() <= now) listener_.OnTime(now);
  busy_ = connections_.Flush();
  connections_.Reap();
  ArmTimer();
  clock_.EndTurn();
}

void EchoLoop::ArmTimer() {
  const Instant next = std::min(connections_.NextDeadline(), listener_.NextDeadline());
  if (next <= clock_.now().instant) {
    busy_ = true;
  } else if (next != kNever) {
    timer_.expires_at(net::SteadyTimeOf(next));
    timer_.async_wait([](const boost::system::error_code&) {});
  }
}

}  // namespace roomcast::conformance
