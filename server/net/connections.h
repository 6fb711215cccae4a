#ifndef ROOMCAST_SERVER_NET_CONNECTIONS_H_
#define ROOMCAST_SERVER_NET_CONNECTIONS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <queue>
#include <span>
#include <string_view>
#include <vector>

#include "server/hub/outbox.h"
#include "server/net/application.h"
#include "server/net/clock.h"
#include "server/net/compression.h"
#include "server/net/connection.h"
#include "server/net/connection_config.h"
#include "server/net/poller.h"
#include "server/net/send_ring.h"
#include "server/ops/log.h"
#include "server/ops/metrics.h"

namespace roomcast::net {

// All connections of one shard, what they share (the lent buffer, the turn's time, the deadlines),
// and the application's way out to them. One thread.
class Connections : public hub::Outbox {
 public:
  // Everything outlives this. `log` may be null: then ends are not logged.
  Connections(Poller& poller, TurnClock& clock, const ConnectionConfig& config,
              ops::ShardMetrics& metrics, ops::Log* log, Doorman& doorman);
  // Once, before the first connection; the application needs this as its outbox.
  void SetApplication(Application& application) { application_ = &application; }
  ~Connections() override;

  // Dropped without a word if its address floods the hub.
  void Accept(FileDescriptor socket, const PeerAddress& peer);

  // hub::Outbox. None of them writes or calls the hub.
  Fill Push(hub::ConnectionId id, hub::SharedBytes bytes, Lane lane) override;
  void Close(hub::ConnectionId id, DisconnectCode code, std::string_view reason) override;
  void SetReading(hub::ConnectionId id, bool reading) override;

  // Whose turn it is: a visitor's is on a thread that has other things to do (Baton).
  enum class Whose { kOwners, kVisitors };

  // The parts of a turn, in the order in which the loop calls them.
  void OnReady(Poller::Token token, bool readable, bool writable);
  void ResumeReading();
  void OnTime();
  // Before the hub looks whom it has not heard for long: what the kernel has heard of them.
  void AskKernelOfTheSilent();
  // Writes every connection that has something queued, but of those with much only what a turn may
  // (ConnectionConfig::heavy_bytes). True: the hub heard something on the way, so what it said to
  // that is not written yet. A visitor leaves more than a few to the owner, who has the ring.
  bool Flush(Whose turn = Whose::kOwners);
  // Frees what has ended.
  void Reap();

  [[nodiscard]] Instant NextDeadline() const;
  [[nodiscard]] std::size_t size() const { return open_; }
  [[nodiscard]] std::size_t queued_bytes() const { return queued_bytes_; }

  // The hub stops: connections that are no WebSocket yet end.
  void EndHeads();
  // Whoever is left ends, whatever it was about to say.
  void EndAll();

  // ---- For Connection ------------------------------------------------------------------------
  [[nodiscard]] Connection* Find(hub::ConnectionId id);
  Poller& poller() { return poller_; }
  Application& application() { return *application_; }
  const Now& now() { return clock_.now(); }
  const ConnectionConfig& config() const { return config_; }
  ops::ShardMetrics& metrics() { return metrics_; }
  ops::Log* log() { return log_; }
  Doorman& doorman() { return doorman_; }
  Compression& compression() { return compression_; }
  // Where one connection at a time reads into.
  std::span<std::byte> lent() { return lent_; }

  void WantFlush(hub::ConnectionId id) { flushes_.push_back(id); }
  void WantResume(hub::ConnectionId id) { resumes_.push_back(id); }
  void WantDeadline(hub::ConnectionId id, Instant at) { deadlines_.push({at, id}); }
  void WantLifeCheck(hub::ConnectionId id, Instant at) { life_checks_.push({at, id}); }
  void Drained(hub::ConnectionId id) { drained_.push_back(id); }
  void Ended(hub::ConnectionId id) { ended_.push_back(id); }
  void HubHeard() { hub_heard_ = true; }
  void CountWritten(std::size_t bytes) { written_bytes_ += bytes; }
  void CountQueued(std::size_t before, std::size_t after) { queued_bytes_ += after - before; }

 private:
  struct Slot {
    std::unique_ptr<Connection> connection;
    std::uint32_t use = 0;
  };
  struct Deadline {
    Instant at;
    hub::ConnectionId id{};
    friend bool operator>(const Deadline& a, const Deadline& b) { return a.at > b.at; }
  };
  static constexpr std::size_t kLentBytes = 64 * 1024;
  // Below so many writes the way through the ring costs as much as they do.
  static constexpr std::size_t kWorthARing = 3;

  template <class Visit>
  void ForEach(Visit visit);
  using List = std::vector<hub::ConnectionId>;
  // Those from list[next] on that one run of the ring takes, or one without it; where the next
  // begins. The list may grow meanwhile. The ring is the owner's alone (SendRing).
  std::size_t FlushSome(const List& list, std::size_t next, Whose turn);
  std::size_t FlushTogether(const List& list, std::size_t next);
  void SortOutHeavy();

  Poller& poller_;
  TurnClock& clock_;
  const ConnectionConfig& config_;
  ops::ShardMetrics& metrics_;
  ops::Log* log_;
  Doorman& doorman_;
  Application* application_ = nullptr;
  Compression compression_;
  SendRing ring_;

  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::size_t open_ = 0;
  std::size_t queued_bytes_ = 0;
  std::size_t written_bytes_ = 0;  // ever
  bool hub_heard_ = false;

  // Lists of the turn. Those of ids that are gone find nothing.
  List flushes_;
  List resumes_;
  List drained_;
  List ended_;
  // With much to write, in the order in which they came; the rest of them is for the next turn.
  List heavy_;
  using Deadlines = std::priority_queue<Deadline, std::vector<Deadline>, std::greater<>>;
  // One that a connection no longer has is found out when it comes up.
  Deadlines deadlines_;
  // One for each open connection. Nobody wakes up for them: they matter only when the hub does.
  Deadlines life_checks_;
  std::array<std::byte, kLentBytes> lent_;
};

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_CONNECTIONS_H_
