#ifndef ROOMCAST_CLIENT_WASM_TESTING_TEST_HUB_H_
#define ROOMCAST_CLIENT_WASM_TESTING_TEST_HUB_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proto/protocol/random.h"
#include "server/engine/memory_engine.h"
#include "server/hub/shard.h"

namespace roomcast::testing {

// Where the hub's connections end. Nothing here may call the hub.
class HubWires {
 public:
  virtual ~HubWires() = default;
  virtual void ToClient(hub::ConnectionId connection, std::string_view message) = 0;
  // After all that was said to it.
  virtual void EndClient(hub::ConnectionId connection, std::uint16_t code,
                         std::string_view reason) = 0;
  // False: keep what comes until it is true again.
  virtual void SetReading(hub::ConnectionId connection, bool reading) = 0;
};

// One life of a hub: one shard, the memory engine, and a turn after each input.
class TestHub : private hub::Outbox,
                private hub::PostOffice,
                private hub::BridgeAnswers,
                private hub::Events,
                private hub::Secrets,
                private hub::Authenticator {
 public:
  TestHub(std::uint64_t seed, const std::vector<std::string>& namespaces, HubWires& wires);

  void OnOpen(hub::ConnectionId connection, Now now);
  void OnMessage(hub::ConnectionId connection, std::string_view bytes, Now now);
  void OnClosed(hub::ConnectionId connection, std::uint16_t code, Now now);
  void OnMail(hub::Mail mail, Now now);
  void OnTime(Now now);
  [[nodiscard]] Instant NextDeadline() const { return shard_.NextDeadline(); }
  [[nodiscard]] hub::Shard::Counts counts() const { return shard_.counts(); }
  // What became of the last publish of a backend.
  [[nodiscard]] bool refused() const { return refused_; }

 private:
  Outbox::Fill Push(hub::ConnectionId connection, hub::SharedBytes bytes, Lane lane) override;
  void Close(hub::ConnectionId connection, DisconnectCode code, std::string_view reason) override;
  void SetReading(hub::ConnectionId connection, bool reading) override;
  // There is no other shard.
  bool Post(hub::ShardId, hub::Mail&) override { return false; }
  void OnPublished(hub::BridgeCall, const Published& answer) override { refused_ = answer.refused; }
  void OnSession(bool) override {}
  void OnPublication(Door, bool) override {}
  void OnDeliveries(std::uint64_t) override {}
  void OnError(ErrorCode) override {}
  void OnDisconnect(DisconnectCode) override {}
  void OnGap(GapReason) override {}
  void OnBehind() override {}
  void OnMailboxFull() override {}
  void OnRoundTrip(Duration) override {}
  void Fill(char* out, std::size_t bytes) override;
  Answer Verify(std::string_view token, WallTime now) const override;

  HubWires& wires_;
  Random random_;
  engine::MemoryEngine engine_;
  bool refused_ = false;
  hub::Shard shard_;
};

}  // namespace roomcast::testing

#endif  // ROOMCAST_CLIENT_WASM_TESTING_TEST_HUB_H_
