// A hub and clients on a hostile network, in virtual time: one seed is one run. The hub and the
// client cores are the product's own objects; the network, the clocks and the applications are the
// seed's. What the design promises is checked as it happens, and again when the network has healed.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "client-wasm/core/client_core.h"
#include "tests/simulation/hub_side.h"
#include "tests/simulation/schedule.h"
#include "tests/simulation/truth.h"

namespace roomcast::simulation {

struct Options {
  std::uint64_t seed = 1;
  std::uint16_t clients = 8;
  Duration hostile = 120s;  // then the network heals
  bool trace = false;       // on standard output
};

// How much happened. The same seed gives the same totals, with every compiler.
struct Totals {
  std::uint64_t handled = 0;                           // messages, by the hub and by clients
  std::uint64_t delivered = 0;                         // publications, to applications
  std::uint64_t done = 0, unknown = 0, timed_out = 0;  // publishes
  std::uint64_t cuts = 0, half_opens = 0, sleeps = 0, slow_readers = 0, restarts = 0, refused = 0;
  std::uint64_t behind = 0, full_mailboxes = 0, gaps = 0, resent = 0, reconnects = 0,
                lost_links = 0;

  void Add(const Totals& other);
  friend bool operator==(const Totals&, const Totals&) = default;
};

class Simulation {
 public:
  explicit Simulation(const Options& options);
  ~Simulation();

  Totals Run();
  // What was found wrong; each names its promise.
  [[nodiscard]] const std::vector<std::string>& faults() const { return truth_.faults(); }

 private:
  // One connection between a client and the hub, with a direction each.
  struct Link {
    hub::ConnectionId connection{};
    client::Generation generation{};
    bool open = false;  // both ends think so
    bool up = true;     // bytes to the hub arrive
    bool down = true;   // bytes to the client arrive
    bool client_knows_end = false;
    Duration delay{};
    Duration per_message{};  // a slow reader
    Instant last_up{}, last_down{};
    bool pumping = false;
    bool hub_ended = false;
    std::uint16_t end_code = 1006;
    std::vector<std::string> held;  // the hub does not read now
    Instant impaired_until{};
    Instant stalled_since = kNever;
  };
  struct Reader {
    std::optional<Position> at;
  };
  struct Peer {
    std::unique_ptr<client::ClientCore> core;
    std::shared_ptr<Link> link;
    std::vector<client::RoomId> rooms;
    std::set<client::CallId> calls;
    std::map<client::CallId, std::uint64_t> publishes;
    std::map<client::RoomId, Reader> readers;
    std::uint64_t timer = 0;
    bool asleep = false;
    bool wants_connection = true;
  };

  // The network
  void OpenSocket(std::size_t index, client::Generation generation);
  void SendUp(std::size_t index, std::string bytes);
  void ArriveUp(const std::shared_ptr<Link>& link, std::string bytes);
  void Pump(std::size_t index, const std::shared_ptr<Link>& link);
  void EndAtHub(const std::shared_ptr<Link>& link);
  void EndAtClient(std::size_t index, const std::shared_ptr<Link>& link, Duration after);
  void Cut(std::size_t index);
  // The world against them
  void Disturb();
  void HalfOpen(std::size_t index);
  void Sleep(std::size_t index);
  void SlowDown(std::size_t index);
  void Restart();
  void StartHub();
  void Heal();
  // The applications
  void Live(std::size_t index);
  void ActAtRandom(std::size_t index);
  void Backend();
  // The clients
  void Drive(std::size_t index);
  void Act(std::size_t index, const client::Effect& effect);
  void OnSettled(std::size_t index, const client::Settled& settled);
  void OnDelivered(std::size_t index, const client::Delivered& delivered);
  void SetTimer(std::size_t index, Instant at);
  void CheckEnd();

  void Fault(std::size_t index, const std::string& what);
  void Trace(std::size_t index, std::string_view what);
  Duration Some(Duration most) {
    return Duration(
        static_cast<std::int64_t>(random_.Below(static_cast<std::uint64_t>(most.count())) + 1));
  }

  Options options_;
  Random random_;
  Schedule schedule_;
  Truth truth_;
  Totals totals_;
  std::unique_ptr<HubSide> hub_;
  std::vector<Peer> peers_;
  struct OwnedLink {
    std::size_t client = 0;
    std::shared_ptr<Link> link;
  };
  std::map<hub::ConnectionId, OwnedLink> links_;
  std::uint64_t said_ = 0;
  bool hostile_ = true;
};

}  // namespace roomcast::simulation
