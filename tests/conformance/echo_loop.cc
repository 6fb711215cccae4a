#include "tests/conformance/echo_loop.h"

#include <sys/signalfd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <utility>

namespace roomcast::conformance {
namespace {

net::FileDescriptor SignalsThatStop() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  return net::FileDescriptor(signalfd(-1, &signals, SFD_CLOEXEC));
}

}  // namespace

EchoLoop::EchoLoop(const net::ConnectionConfig& config, net::FileDescriptor listening)
    : signals_(SignalsThatStop()),
      connections_(poller_, clock_, config, metrics_.Shard(0), nullptr, doorman_),
      listener_(poller_, kListenerToken, std::move(listening), connections_,
                /*descriptors_max=*/0) {
  connections_.SetApplication(echo_);
  if (!poller_.Watch(signals_.get(), kSignalToken, {}, {.reads = true})) std::abort();
  listener_.Start();
}

void EchoLoop::Run() {
  while (!stopping_) Turn();
}

void EchoLoop::Turn() {
  poller_.Wait(patience_);
  poller_.ForEachReady([this](net::Poller::Token token, bool readable, bool writable) {
    if (token >= net::Poller::kSmallTokens) {
      connections_.OnReady(token, readable, writable);
    } else if (token == kListenerToken) {
      listener_.OnReady();
    } else {
      stopping_ = true;
    }
  });
  connections_.ResumeReading();
  connections_.OnTime();
  const Instant now = clock_.now().instant;
  if (listener_.NextDeadline() <= now) listener_.OnTime(now);
  const bool busy = connections_.Flush();
  connections_.Reap();
  const Instant next = busy ? now : std::min(connections_.NextDeadline(), listener_.NextDeadline());
  patience_ = next == kNever ? net::Poller::kForever : std::max(next, now) - now;
  clock_.EndTurn();
}

}  // namespace roomcast::conformance
