#ifndef ROOMCAST_TESTS_SIMULATION_WORLD_H_
#define ROOMCAST_TESTS_SIMULATION_WORLD_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client-wasm/core/client_core.h"
#include "proto/protocol/arena.h"
#include "proto/protocol/random.h"
#include "tests/simulation/checks/bounds_check.h"
#include "tests/simulation/checks/calls_check.h"
#include "tests/simulation/checks/hole_check.h"
#include "tests/simulation/checks/liveness_check.h"
#include "tests/simulation/checks/order_check.h"
#include "tests/simulation/checks/presence_check.h"
#include "tests/simulation/checks/publish_check.h"
#include "tests/simulation/checks/token_check.h"
#include "tests/simulation/event_queue.h"
#include "tests/simulation/hub_life.h"
#include "tests/simulation/judge.h"
#include "tests/simulation/link.h"
#include "tests/simulation/streams.h"
#include "tests/simulation/token_desk.h"
#include "tests/simulation/totals.h"
#include "tests/simulation/weather.h"

namespace roomcast::simulation {

struct RunOptions {
  std::uint64_t seed = 1;
  std::uint32_t clients = 12;
  std::uint16_t shards = 2;
  // How long the world is hostile. Then it heals, and all must come right within kHealing.
  Duration hostile = 2min;
  // Hears a readable line of everything that matters; none: silence.
  std::function<void(const std::string&)> trace;
};

struct RunResult {
  Totals totals;
  std::string breach;  // empty: every promise was kept
};

// START HERE. One seed is one world: a real hub of several shards, real client cores, applications
// that use them, and a hostile network between, in virtual time.
//
//   event queue   what happens next (event_queue.h)
//   weather       what sort of world the seed lives in (weather.h)
//   hub life      the hub and its ends of the connections (hub_life.h)
//   link          one connection's network (link.h)
//   streams       what really was in the rooms (streams.h)
//   token desk    who gives clients their tokens (token_desk.h)
//   checks/       the promises of docs/PROTOCOL.md, each a small class that watches from outside
//
// The rest is here: the clients' sockets and what effects do to them (world_clients.cc), the
// network (world_network.cc), applications (world_applications.cc), their tokens
// (world_tokens.cc), lives of the hub (world_hubs.cc), faults (world_faults.cc), what comes right
// in the end (world_end.cc), and the run itself (world.cc).
class World : public Wires, public WitnessedEngine::Witness {
 public:
  static constexpr Duration kHealing = 2min;

  explicit World(const RunOptions& options);
  ~World() override;

  RunResult Run();

 private:
  using Kind = Event::Kind;

  // A room as one client's application uses it.
  struct RoomUse {
    std::size_t room = 0;
    client::RoomId id{};
    bool wanted = false;
    PresenceInterest interest = PresenceInterest::kNone;
    std::optional<Position> last;  // where it stood when it was left
  };
  struct Client {
    std::unique_ptr<client::ClientCore> core;
    client::EffectBatch batch;
    std::vector<RoomUse> rooms;
    LinkIndex link = kNoLink;
    std::uint64_t timer = 0;  // which SetTimer is the latest
    bool has_token = false;   // it is a user; otherwise it is anonymous
    bool wants_connection = false;
    bool asleep = false;
    Instant awake_at{};
    // Its clocks: how long the monotonic one stood still, and how far the wall clock is off.
    Duration stopped{};
    Duration wall_off{};
    Instant asleep_since{};
    std::uint32_t volatile_serial = 0;
    std::uint32_t data_serial = 0;  // of member data
    std::optional<Life> session;    // was told so in the input under way
    std::string user;               // as the hub says
  };

  // world.cc
  void Handle(const Event& event);
  void Patrol();
  void Heal();
  void FinishTotals();
  [[nodiscard]] Now HubNow() const;
  [[nodiscard]] Now NowOf(const Client& client) const;
  [[nodiscard]] Duration SinceStart() const { return now_ - kStart; }

  // world_end.cc: what has not come right yet; empty: all is well
  [[nodiscard]] std::string Unfinished() const;
  [[nodiscard]] std::string Unfinished(ClientIndex index) const;
  [[nodiscard]] std::string Unfinished(ClientIndex index, const RoomUse& use) const;
  [[nodiscard]] std::string UnfinishedPresence(std::size_t room) const;

  // world_clients.cc: what a core's effects do
  void TakeEffects(ClientIndex index);
  void Act(ClientIndex index, const client::OpenSocket& open);
  void Act(ClientIndex index, const client::SendBytes& send);
  void Act(ClientIndex index, const client::CloseSocket& close);
  void Act(ClientIndex index, const client::SetTimer& timer);
  void Act(ClientIndex index, const client::NeedToken& need);
  void Act(ClientIndex index, const client::StateChanged& changed);
  void Act(ClientIndex index, const client::SessionBegan& began);
  void Act(ClientIndex, const client::RoomOpened&) {}
  void Act(ClientIndex, const client::RoomStateChanged&) {}
  void Act(ClientIndex index, const client::RoomJoined& joined);
  void Act(ClientIndex index, const client::RoomLeft& left);
  void Act(ClientIndex index, const client::RoomGap& gap);
  void Act(ClientIndex index, const client::RoomReset& reset);
  void Act(ClientIndex index, const client::Delivered& delivered);
  void Act(ClientIndex index, const client::RoomPresence& presence);
  void Act(ClientIndex index, const client::Settled& settled);
  void Act(ClientIndex index, const client::Problem& problem);
  void Act(ClientIndex index, const client::Trace& trace);
  RoomUse* FindUse(Client& client, client::RoomId id);

  // world_network.cc
  Link& LinkOf(LinkIndex link) { return *links_[link]; }
  void AtDoor(LinkIndex index);
  void SendUp(LinkIndex index, std::string_view bytes);
  void SendEnd(LinkIndex index, bool up, std::uint16_t code);
  void Put(LinkIndex index, bool up, Packet packet, Duration least);
  void ArriveUp(LinkIndex index);
  void ArriveDown(LinkIndex index);
  void Deliver(LinkIndex index, std::string_view bytes);
  void DeliverMessage(LinkIndex index, std::string_view message);
  void Break(LinkIndex index, std::optional<Duration> client_hears,
             std::optional<Duration> hub_hears);
  void CloseClientEnd(LinkIndex index, std::uint16_t code);
  Duration Delay();
  // Wires
  std::size_t FreeBytes(LinkIndex link) override;
  void Write(LinkIndex link, std::span<const iovec> pieces, std::size_t bytes) override;
  void WriteEnd(LinkIndex link, std::uint16_t code) override;
  void Reset(LinkIndex link) override;
  Instant AcknowledgedAt(LinkIndex link) override { return LinkOf(link).hub_sign_at; }
  void OnTold(LinkIndex link, Instant at) override;
  void OnHubCloses(LinkIndex link, DisconnectCode code) override;
  void PlanTurn(Life life, std::uint16_t shard, Instant at) override;
  void OnBridgeAnswer(hub::BridgeCall call, const hub::BridgeAnswers::Published& answer) override;
  // Witness
  void OnAppended(Life life, std::size_t room, const Position& at,
                  const PayloadMark& mark) override;

  // world_applications.cc
  void Begin(ClientIndex index);
  void ActAsApplication(ClientIndex index);
  void Publish(ClientIndex index, const RoomUse& use);
  void SendVolatile(ClientIndex index, const RoomUse& use);
  void Join(ClientIndex index, RoomUse& use);
  void Leave(ClientIndex index, RoomUse& use);
  void Reopen(ClientIndex index, RoomUse& use);
  void UpdateMember(ClientIndex index, const RoomUse& use);
  std::string NextData(ClientIndex index);
  void Connect(ClientIndex index);
  void ActAsBackend();
  void PublishAsBackend(std::size_t room);

  // world_tokens.cc
  std::string NewToken(ClientIndex index);
  void GiveToken(ClientIndex index, std::uint32_t request);

  // world_hubs.cc
  // nullptr: this life is over.
  [[nodiscard]] HubLife* HubOf(Life life) const;
  void BeginHub();
  void EndHub();
  void DrainHub();
  void OnDrained(Life life);
  void TakeDown(std::unique_ptr<HubLife> hub);

  // world_faults.cc
  void DoFault();
  void CutLink(ClientIndex index);
  void HalfOpen(ClientIndex index);
  void SlowDown(ClientIndex index);
  void Stall(ClientIndex index);
  void FallAsleep(ClientIndex index);
  void WakeUp(ClientIndex index);
  void JumpClock(ClientIndex index);

  static constexpr Instant kStart{std::chrono::hours(1)};
  static constexpr std::int64_t kWallStart = 1'700'000'000'000'000;

  RunOptions options_;
  Judge judge_;
  Random random_;
  Weather weather_;
  Totals totals_;
  EventQueue events_;
  Instant now_ = kStart;
  Duration hub_wall_off_{};
  bool healing_ = false;

  Streams streams_;
  TokenDesk desk_;
  OrderCheck order_;
  HoleCheck holes_;
  PublishCheck publishes_;
  LivenessCheck liveness_;
  BoundsCheck bounds_;
  CallsCheck calls_;
  PresenceCheck presence_;
  TokenCheck tokens_;

  std::vector<Client> clients_;
  std::vector<std::unique_ptr<Link>> links_;
  std::unique_ptr<HubLife> hub_;  // whom who connects finds; nullptr: it is down
  Life life_ = 0;                 // of it
  std::vector<std::unique_ptr<HubLife>> draining_;
  struct BackendCall {
    std::uint32_t serial = 0;
    std::uint32_t room = 0;
    Life life = 0;
    bool answered = false;
  };
  std::vector<BackendCall> backend_calls_;
  std::string payload_;
  SpareBytes spare_;
  Arena arena_;
};

}  // namespace roomcast::simulation

#endif  // ROOMCAST_TESTS_SIMULATION_WORLD_H_
