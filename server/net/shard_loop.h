#ifndef ROOMCAST_SERVER_NET_SHARD_LOOP_H_
#define ROOMCAST_SERVER_NET_SHARD_LOOP_H_

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>

#include "server/hub/authenticator.h"
#include "server/hub/engine.h"
#include "server/hub/hub_config.h"
#include "server/hub/secrets.h"
#include "server/hub/shard.h"
#include "server/net/baton.h"
#include "server/net/bridge_desk.h"
#include "server/net/clock.h"
#include "server/net/connection_config.h"
#include "server/net/connections.h"
#include "server/net/doorman.h"
#include "server/net/file_descriptor.h"
#include "server/net/hub_application.h"
#include "server/net/listener.h"
#include "server/net/mailbox.h"
#include "server/net/outboxes.h"
#include "server/net/poller.h"
#include "server/net/shard_events.h"
#include "server/net/watch_desk.h"
#include "server/ops/log.h"
#include "server/ops/metrics.h"

namespace roomcast::net {

// What a shard's loop is made of; everything outlives it.
struct ShardParts {
  hub::ShardId id{};
  const hub::HubConfig& hub_config;
  const ConnectionConfig& connection_config;
  std::size_t bridge_calls_max = 65536;
  PostOffice& post_office;
  Mailbox& mailbox;  // this shard's
  hub::Engine& engine;
  const hub::Authenticator& authenticator;
  hub::Secrets& secrets;
  ops::ShardMetrics& metrics;
  Doorman& doorman;                    // of all shards
  ops::Log* connection_log = nullptr;  // null: ends of connections are not logged
  WatchDesk* watches = nullptr;        // this shard's; null: it carries no streams
};

// One shard of the hub in the world: an event loop, the pure hub::Shard, its connections, its
// listener and its mailbox. It works in turns: the inputs that are ready, then Shard::EndTurn(),
// then one gathered write for each connection that has something queued. So what reaches a room in
// one turn is one batch, under load turns and batches grow, and an idle hub adds no delay.
//
// Built on any thread, then used on one, its owner: whoever calls Turn(). While that one waits for
// an input, a backend's thread that has a letter may make a turn in its place (Visit()), which
// saves two threads' waking up for one answer; Baton says who is at it.
class ShardLoop final : public Mailbox::Reader {
 public:
  explicit ShardLoop(const ShardParts& parts);
  ShardLoop(const ShardLoop&) = delete;
  ShardLoop& operator=(const ShardLoop&) = delete;

  // Once, before the first turn.
  // See Listener.
  void Listen(FileDescriptor socket, int descriptors_max = 0);

  // One turn; waits for the first input if there is nothing to do.
  void Turn();
  // Any thread: a turn for what is in the mailbox, without the sockets and what is due, if nobody
  // is at one. From within a turn, of any shard, or an answer, the owner is called instead.
  void Visit() noexcept override;
  // Until every connection has ended after RequestStop().
  void Run();

  // Any thread. The loop takes no more connections, tells every session that the hub stops, writes
  // what is queued, and ends with its last connection, or `patience` after it began.
  void RequestStop(Duration patience);
  // Any thread, once. The loop takes no more connections, and sends its sessions elsewhere.
  void RequestDrain(const hub::DrainPlan& plan);
  // Any thread: it was asked to drain, and nobody is left.
  [[nodiscard]] bool is_drained() const { return drained_.load(std::memory_order_acquire); }

  [[nodiscard]] std::size_t connections() const { return connections_.size(); }

 private:
  // What the poller calls what is no connection.
  static constexpr Poller::Token kMailToken = 1;
  static constexpr Poller::Token kListenerToken = 2;
  static_assert(kListenerToken < Poller::kSmallTokens);
  static constexpr int kLettersPerTurn = 4096;
  static constexpr int kLettersPerVisit = 64;
  // After so many a visitor calls the owner, and is let go.
  static constexpr int kRoundsOfAVisit = 16;
  // With more of them on the shard, a visitor leaves it to the owner to tell them.
  static constexpr std::size_t kMembersOfAVisit = 64;
  // How soon mail that found a full mailbox is tried again.
  static constexpr Duration kMailRetry = std::chrono::milliseconds(1);

  void TakeReadiness();
  // What a turn is, whoever makes it, but for the sockets' readiness.
  void Work(Connections::Whose turn);
  void BeginEnd();
  void TakeMail(int letters_max);
  void OnLetter(Letter letter);
  void OnBridgePublish(BridgePublish letter);
  // How many publishes it held.
  int OnBridgeItems(BridgeItems letter);
  void OnBridgeOrder(BridgeOrder letter);
  void OnBridgeHistory(BridgeHistory letter);
  void OnDeadlines();
  void BeginStop();
  void BeginDrain();
  // Batches and writes; and what was said in answer to these.
  void WriteTurn(Connections::Whose turn);
  // True: the hub heard something on the way.
  bool FlushOutboxes(Connections::Whose turn);
  [[nodiscard]] Instant NextDeadline() const;
  void SetGauges();

  Baton baton_;
  TurnClock clock_;
  Poller poller_;
  Mailbox& mailbox_;
  ops::ShardMetrics& metrics_;
  ShardEvents events_;
  BridgeDesk desk_;
  WatchDesk* const watches_;
  Connections connections_;
  Outboxes outboxes_;
  hub::Shard shard_;
  HubApplication application_;
  std::optional<Listener> listener_;

  std::uint64_t evicted_told_ = 0;  // to the metrics
  bool busy_ = false;               // the next turn has something to do already
  Instant next_ = Instant::min();   // when there is something to do, whatever comes
  Instant wakes_at_ = kNever;       // the owner, if it sleeps
  bool owner_called_ = false;       // since it went to sleep
  Instant retry_mail_at_ = kNever;
  std::atomic<std::int64_t> stop_patience_us_{-1};
  hub::DrainPlan drain_plan_;  // written before drain_asked_ says so
  std::atomic<bool> drain_asked_{false};
  std::atomic<bool> drained_{false};
  bool draining_ = false;
  bool stopping_ = false;
  Instant stop_by_ = kNever;
};

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_SHARD_LOOP_H_
