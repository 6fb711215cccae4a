#ifndef ROOMCAST_TESTS_SIMULATION_HUB_LIFE_H_
#define ROOMCAST_TESTS_SIMULATION_HUB_LIFE_H_

#include <sys/uio.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proto/protocol/random.h"
#include "server/hub/drain.h"
#include "server/hub/shard.h"
#include "server/net/send_queue.h"
#include "tests/simulation/checks/bounds_check.h"
#include "tests/simulation/link.h"
#include "tests/simulation/streams.h"
#include "tests/simulation/totals.h"
#include "tests/simulation/weather.h"

namespace roomcast::simulation {

// The hub's side of the sockets, as the network offers it. Nothing here calls back.
class Wires {
 public:
  virtual ~Wires() = default;
  // How many bytes the socket takes now.
  virtual std::size_t FreeBytes(LinkIndex link) = 0;
  virtual void Write(LinkIndex link, std::span<const iovec> pieces, std::size_t bytes) = 0;
  // After all that was written: the close with this code.
  virtual void WriteEnd(LinkIndex link, std::uint16_t code) = 0;
  // Whatever is on its way: the connection is reset.
  virtual void Reset(LinkIndex link) = 0;
  // When the peer last took bytes and its acknowledgement got through.
  virtual Instant AcknowledgedAt(LinkIndex link) = 0;
  // The hub was told that the peer lives.
  virtual void OnTold(LinkIndex link, Instant at) = 0;
  // The hub ends the connection with this code.
  virtual void OnHubCloses(LinkIndex link, DisconnectCode code) = 0;
  // A turn of this shard is due.
  virtual void PlanTurn(Life life, std::uint16_t shard, Instant at) = 0;
  virtual void OnBridgeAnswer(hub::BridgeCall call,
                              const hub::BridgeAnswers::Published& answer) = 0;
};

// One life of the hub: the real shards, their mailboxes, and their connections' ends as the adapter
// (server/net) holds them, with its own send queue. It is gone as a whole. Time comes with each
// call; what it does to the world goes over Wires.
class HubLife : public hub::Outbox, public hub::BridgeAnswers, public hub::Events {
 public:
  struct Parts {
    Life life = 1;
    std::uint16_t shards = 2;
    const Weather& weather;
    const hub::Authenticator& authenticator;
    Streams& streams;
    WitnessedEngine::Witness& witness;
    Wires& wires;
    BoundsCheck& bounds;
    Totals& totals;
  };
  HubLife(const Parts& parts, std::uint64_t seed, Now now);
  ~HubLife() override;

  [[nodiscard]] Life life() const { return parts_.life; }

  // ---- What the network brings
  void OnOpen(LinkIndex link, ClientIndex client, Now now);
  void OnBytes(LinkIndex link, std::string_view bytes, Now now);
  // Its end of the stream, or a reset.
  void OnPeerEnded(LinkIndex link, std::uint16_t code, Now now);
  void OnWritable(LinkIndex link, Now now);
  // From the bridge. False: the mailbox is full.
  [[nodiscard]] bool PostFromBridge(hub::PublishToRoom publish, Now now);

  // A turn of the shard's loop, as planned.
  void Turn(std::uint16_t shard, Now now);
  // From now on it sends its clients elsewhere.
  void BeginDrain(const hub::DrainPlan& plan, Now now);
  // An orderly stop: everybody is told.
  void Shutdown(Now now);
  // From now on its turns are quick, its mailboxes roomy.
  void Calm() { calm_ = true; }

  [[nodiscard]] const hub::HubConfig& config() const { return config_; }
  // Whether the hub holds a session for the link.
  [[nodiscard]] bool Believes(LinkIndex link) const;
  // Whether the hub takes what the client says; it does not while a join's answer is awaited.
  [[nodiscard]] bool Reads(LinkIndex link) const {
    const End* end = Find(link);
    return end != nullptr && end->reading && end->held.empty();
  }
  // Whether its end is there: it may have last words to write when the session is gone.
  [[nodiscard]] bool Holds(LinkIndex link) const { return Find(link) != nullptr; }
  void Patrol();
  // Who is shown in the room.
  [[nodiscard]] hub::PresenceState PresenceOf(std::string_view room) const;

  // hub::Outbox
  Fill Push(hub::ConnectionId connection, hub::SharedBytes bytes, Lane lane) override;
  void Close(hub::ConnectionId connection, DisconnectCode code, std::string_view reason) override;
  void SetReading(hub::ConnectionId connection, bool reading) override;
  // hub::BridgeAnswers
  void OnPublished(hub::BridgeCall call, const Published& answer) override;
  // hub::Events
  void OnSession(bool) override {}
  void OnPublication(Door, bool duplicate) override { totals_.duplicates += duplicate ? 1 : 0; }
  void OnDeliveries(std::uint64_t) override {}
  void OnError(ErrorCode) override {}
  void OnDisconnect(DisconnectCode code) override;
  void OnGap(GapReason) override {}
  void OnBehind() override { ++totals_.behind; }
  void OnMailboxFull() override { ++totals_.full_mailboxes; }
  void OnRoundTrip(Duration) override {}
  void OnParkedDropped(hub::ParkedDrop reason) override {
    totals_.parked_dropped += reason == hub::ParkedDrop::kEvicted ? 1 : 0;
  }

 private:
  struct Seat;
  // A connection's end, as server/net's Connection.
  struct End {
    LinkIndex link = kNoLink;
    ClientIndex client = 0;
    hub::ConnectionId id{};
    std::uint16_t shard = 0;
    enum class Phase : std::uint8_t { kOpen, kClosing, kEnded } phase = Phase::kOpen;
    net::SendQueue queue;
    bool reading = true;
    bool hub_knows = true;
    bool flush_wanted = false;
    bool resume_wanted = false;
    bool blocked = false;  // the socket is full
    bool end_written = false;
    std::uint16_t close_code = 0;
    Instant alive_at{};
    Instant deadline = kNever;  // stalled or closing for too long
    std::deque<std::string> held;
  };

  End* Find(LinkIndex link);
  const End* Find(LinkIndex link) const;
  static LinkIndex LinkOf(hub::ConnectionId id) {
    return static_cast<LinkIndex>(static_cast<std::uint64_t>(id) >> 32) - 1;
  }
  Seat& SeatOf(const End& end) { return *seats_[end.shard]; }
  bool Enqueue(std::uint16_t from, std::uint16_t to, hub::Mail& mail);
  void WantTurn(Seat& seat, Now now, bool soon);
  void PlanNext(Seat& seat, Now now, bool busy);
  void TakeMail(Seat& seat, Now now);
  void ResumeReading(Seat& seat, Now now);
  void OnDeadlines(Seat& seat, Now now);
  bool FlushAll(Seat& seat, Now now);
  bool Flush(End& end);
  void Hear(End& end, Instant at);
  void AskIfLost(End& end, Now now);
  void Stalled(End& end, Now now);
  void TellHub(End& end, std::uint16_t code, Now now);
  void EndNow(End& end);
  void WantFlush(End& end);

  Parts parts_;
  Random random_;
  Totals& totals_;
  hub::HubConfig config_;
  net::SendQueue::Limits limits_;
  std::vector<std::unique_ptr<Seat>> seats_;
  std::vector<std::unique_ptr<End>> ends_;  // by link
  Now now_{};
  bool calm_ = false;
};

}  // namespace roomcast::simulation

#endif  // ROOMCAST_TESTS_SIMULATION_HUB_LIFE_H_
