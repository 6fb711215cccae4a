// One life of a hub in the simulator: all its shards, the mail between them, and the queues of its
// connections. What one shard posts to another arrives in its order; between senders any order may
// be.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proto/protocol/random.h"
#include "server/hub/shard.h"
#include "tests/simulation/schedule.h"
#include "tests/simulation/truth.h"
#include "tests/support/hub_rig.h"

namespace roomcast::simulation {

struct HubOptions {
  std::uint16_t shards = 2;
  std::size_t mailbox_max = 64;
  std::size_t soft_bytes = 16 * 1024;
  std::size_t hard_bytes = 96 * 1024;
};

class HubSide : public hub::Outbox, public hub::BridgeAnswers {
 public:
  // What the hub does to a connection; called from within its calls, so act later.
  struct Ends {
    std::function<void(hub::ConnectionId)> queued;
    std::function<void(hub::ConnectionId, DisconnectCode)> closed;
    std::function<void(hub::ConnectionId)> reading;
  };
  // A connection as the hub's adapter holds it.
  struct Queue {
    std::deque<std::string> fast;
    std::deque<std::string> ordered;
    std::size_t bytes = 0;
    std::uint16_t shard = 0;
    bool over_soft = false;
    bool reading = true;
  };

  HubSide(const HubOptions& options, std::uint64_t seed, Schedule& schedule, Truth& truth,
          Ends ends);

  hub::ConnectionId Open();
  void Message(hub::ConnectionId connection, std::string_view bytes);
  void Alive(hub::ConnectionId connection);
  // The transport's end; the hub hears of it.
  void Closed(hub::ConnectionId connection);
  // The queue is the network's to empty. nullptr: the connection is no more.
  Queue* Find(hub::ConnectionId connection);
  bool TakeQueued(hub::ConnectionId connection, std::string& bytes);
  void Backend(std::string_view room, std::string_view data);

  [[nodiscard]] const std::string& instance() const { return config_.instance; }
  [[nodiscard]] std::uint64_t handled() const { return handled_; }
  test::CountedEvents& events() { return events_; }

  Fill Push(hub::ConnectionId connection, hub::SharedBytes bytes, Lane lane) override;
  void Close(hub::ConnectionId connection, DisconnectCode code, std::string_view) override;
  void SetReading(hub::ConnectionId connection, bool reading) override;
  void OnPublished(hub::BridgeCall, const Published&) override { ++handled_; }

 private:
  struct Member : hub::PostOffice {
    HubSide* side = nullptr;
    std::uint16_t id = 0;
    std::unique_ptr<WitnessedEngine> engine;
    std::unique_ptr<test::SeededSecrets> secrets;
    std::unique_ptr<hub::Shard> shard;
    std::vector<std::deque<hub::Mail>> inbox;  // by sender
    std::size_t inbox_size = 0;
    bool turn_is_set = false;
    Instant timer = kNever;
    bool Post(hub::ShardId to, hub::Mail& mail) override;
  };

  bool Enqueue(std::uint16_t from, std::uint16_t to, hub::Mail& mail);
  void NeedTurn(Member& member, Duration within);
  void Turn(Member& member);
  void ArmTimer(Member& member);
  hub::Shard& ShardOf(const Queue& queue) { return *members_[queue.shard]->shard; }

  HubOptions options_;
  Random random_;
  Schedule& schedule_;
  Truth& truth_;
  Ends ends_;
  hub::HubConfig config_;
  test::PlainAuthenticator authenticator_;
  test::CountedEvents events_;
  std::vector<std::unique_ptr<Member>> members_;
  std::map<hub::ConnectionId, Queue> queues_;
  std::uint32_t next_connection_ = 1;
  std::uint64_t next_call_ = 1;
  std::uint64_t handled_ = 0;
  // Events that outlive this life of the hub find out by it.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace roomcast::simulation
