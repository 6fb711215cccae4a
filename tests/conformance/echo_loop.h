// The hub's connections on one event loop, with an echo behind them instead of a hub.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>

#include "server/net/clock.h"
#include "server/net/connection_config.h"
#include "server/net/connections.h"
#include "server/net/doorman.h"
#include "server/net/file_descriptor.h"
#include "server/net/listener.h"
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
  void Turn();
  void ArmTimer();

  boost::asio::io_context io_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE};
  boost::asio::signal_set signals_{io_, SIGTERM, SIGINT};
  boost::asio::steady_timer timer_{io_};
  net::TurnClock clock_;
  ops::Metrics metrics_{1, "conformance"};
  net::Doorman doorman_{net::Doorman::Limits{}};
  net::Connections connections_;
  Echo echo_{connections_};
  net::Listener listener_;
  bool busy_ = false;  // the next turn has something to do already
  bool stopping_ = false;
};

}  // namespace roomcast::conformance
