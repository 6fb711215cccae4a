#ifndef ROOMCAST_SERVER_NET_HUB_SERVER_H_
#define ROOMCAST_SERVER_NET_HUB_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "server/hub/authenticator.h"
#include "server/hub/engine.h"
#include "server/hub/hub_config.h"
#include "server/hub/secrets.h"
#include "server/net/connection_config.h"
#include "server/net/doorman.h"
#include "server/net/gateway.h"
#include "server/net/listen_socket.h"
#include "server/net/mailbox.h"
#include "server/net/operations.h"
#include "server/net/shard_loop.h"
#include "server/net/watch_desk.h"
#include "server/ops/log.h"
#include "server/ops/metrics.h"

namespace roomcast::net {

struct HubServerConfig {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;  // 0: any free one
  int backlog = 4096;
  ConnectionConfig connection;
  Doorman::Limits limits;
  // File descriptors that the public port may use; the others are kept for others. 0: all.
  int descriptors_max = 0;
  Mailbox::Bounds mailbox{65536, std::size_t{64} << 20};
  // Of the bridge, waiting for one shard's answer.
  std::size_t bridge_calls_max = 65536;
  // Watch streams of backends, in the whole hub.
  std::size_t watch_streams_max = 1024;
  std::string version;
  bool development = false;
};

// What the hub needs of the world besides sockets; all of it outlives the server.
struct HubServerWorld {
  const hub::Authenticator& authenticator;
  hub::Secrets& secrets;  // any thread
  ops::Metrics& metrics;  // with as many shards as the hub's config
  ops::Log* connection_log = nullptr;
  // One engine for each shard.
  std::function<std::unique_ptr<hub::Engine>(hub::ShardId)> make_engine;
  // What the bridge may ask of the process; null: nothing.
  Operations* operations = nullptr;
};

// The hub at its public port: all shards, each on a thread of its own, the mailboxes between them,
// and the gateway for the bridge.
class HubServer {
 public:
  // Listens when it returns. See Listen() for what can go wrong.
  static absl::StatusOr<std::unique_ptr<HubServer>> Start(HubServerConfig config,
                                                          hub::HubConfig hub_config,
                                                          HubServerWorld world);
  HubServer(const HubServer&) = delete;
  HubServer& operator=(const HubServer&) = delete;
  // Stops without patience if Stop() was not called.
  ~HubServer();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  Gateway& gateway() { return gateway_; }
  Doorman& doorman() { return doorman_; }

  // What of it may change holds from now on, on every shard. Not for a shard's thread: it waits for
  // room in full mailboxes.
  void Reconfigure(hub::HubConfig wanted);

  // Says the hub's figures, as JSON, to who reads them. Not said where that shard is too busy. Any
  // thread.
  void PublishStats(std::string json);

  // Sends every session elsewhere over `notice` and `spread`, and takes no more connections. One
  // thread, once.
  void Drain(Duration notice, Duration spread);
  // Nobody is left. Any thread.
  [[nodiscard]] bool IsDrained() const;

  // Every session is told that the hub stops, what is queued is written, and the threads end: with
  // the last connection, or after `patience`. Blocks. The gateway may be called until the server is
  // destroyed, and answers that the hub is busy.
  void Stop(Duration patience);

 private:
  HubServer(HubServerConfig config, hub::HubConfig hub_config, HubServerWorld world);
  void StartShards(ListenSockets listening);

  const HubServerConfig config_;
  const hub::HubConfig hub_config_;
  const HubServerWorld world_;
  std::uint16_t port_ = 0;
  std::vector<std::unique_ptr<Mailbox>> mailboxes_;
  PostOffice post_office_;
  std::vector<std::unique_ptr<WatchDesk>> watches_;  // by shard
  Gateway gateway_;
  Doorman doorman_;
  std::vector<std::unique_ptr<hub::Engine>> engines_;
  std::vector<std::unique_ptr<ShardLoop>> loops_;
  std::vector<std::thread> threads_;
};

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_HUB_SERVER_H_
