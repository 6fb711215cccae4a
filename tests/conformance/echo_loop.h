// The hub's connections on one event loop, with an echo behind them instead of a hub.
#pragma once

#include "server/net/clock.h"
#include "server/net/connection_config.h"
#include "server/net/connections.h"
#include "server/net/doorman.h"
#include "server/net/file_descriptor.h"
#include "server/net/listener.h"
#include "server/net/poller.h"
#include "server/ops/metrics.h"
#include "tests/conformance/echo.h"

namespace roomcast::conformance {

// One thread: that of Run().
class EchoLoop {
 public:
  // The config outlives this.
  EchoLoop(const net::ConnectionConfig& config, net::FileDescriptor listening);

  // Until SIGTERM or SIGINT.
  void Run();

 private:
  static constexpr net::Poller::Token kSignalToken = 1;
  static constexpr net::Poller::Token kListenerToken = 2;

  void Turn();

  net::Poller poller_;
  net::FileDescriptor signals_;
  net::TurnClock clock_;
  ops::Metrics metrics_{1, "conformance"};
  net::Doorman doorman_{net::Doorman::Limits{}};
  net::Connections connections_;
  Echo echo_{connections_};
  net::Listener listener_;
  Duration patience_{};  // how long the next turn may wait for an input
  bool stopping_ = false;
};

}  // namespace roomcast::conformance
