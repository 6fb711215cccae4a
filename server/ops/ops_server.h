#ifndef ROOMCAST_SERVER_OPS_OPS_SERVER_H_
#define ROOMCAST_SERVER_OPS_OPS_SERVER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace roomcast::ops {

// What the hub says of itself when asked.
struct Health {
  // The process does its work; false asks its keeper to restart it.
  bool alive = true;
  // New clients are welcome.
  bool ready = true;
  // Why one of them is false, in a word: "starting", "draining".
  std::string reason = {};
};

// Both are called on the ops server's own thread, and must not wait for a shard.
using HealthSource = std::function<Health()>;
using MetricsSource = std::function<std::string()>;

// Health and metrics over HTTP/1.1, on a thread and a listener of its own, so that they answer
// while shards are busy. GET and HEAD of /livez, /readyz (503 with a reason otherwise) and
// /metrics; anything else is 404 or 405. No authentication: it belongs on a private address. A head
// has at most 8 KiB, a request and its answer 5 s together, and 64 connections are open at once;
// one more waits in the kernel.
class OpsServer {
 public:
  // Binds and listens at `address`:`port` (0: any free port) and starts the thread.
  // InvalidArgument: not an IP address; Unavailable: the port is taken, or the system refuses.
  static absl::StatusOr<std::unique_ptr<OpsServer>> Start(const std::string& address,
                                                          std::uint16_t port, HealthSource health,
                                                          MetricsSource metrics);
  OpsServer(const OpsServer&) = delete;
  OpsServer& operator=(const OpsServer&) = delete;
  // Closes everything and waits for the thread.
  ~OpsServer();

  // The port that it listens on.
  [[nodiscard]] std::uint16_t port() const;

 private:
  class Impl;
  explicit OpsServer(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace roomcast::ops

#endif  // ROOMCAST_SERVER_OPS_OPS_SERVER_H_
