#ifndef ROOMCAST_SERVER_NET_GATEWAY_H_
#define ROOMCAST_SERVER_NET_GATEWAY_H_

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "bridge/room_gateway.h"
#include "server/hub/hub_config.h"
#include "server/net/bridge_order.h"
#include "server/net/mailbox.h"
#include "server/net/operations.h"
#include "server/net/watch_desk.h"

namespace roomcast::net {

// Answers the bridge's questions by posting them to shards: a publish goes to its room's home,
// GetInfo to all. Called on gRPC's threads; never waits.
class Gateway : public bridge::RoomGateway {
 public:
  struct Facts {
    std::string version;
    bool development = false;
    Now started;
    Operations* operations = nullptr;  // null: the process cannot be asked for anything
    std::vector<WatchDesk*> watches;   // by shard; none: there are no streams
  };
  // Both outlive this.
  Gateway(const hub::HubConfig& config, PostOffice& post_office, Facts facts)
      : config_(config), post_office_(post_office), facts_(std::move(facts)) {}

  void Publish(bridge::PublishCommand command, bridge::Done<bridge::PublishOutcome> done) override;
  void GetInfo(bridge::Deadline not_after, bridge::Done<bridge::HubInfo> done) override;

  // In gateway_stream.cc.
  [[nodiscard]] std::string instance() const override { return config_.instance; }
  [[nodiscard]] bridge::StreamProducerId ProducerNamed(const std::string& bytes,
                                                       const std::string& caller) const override;
  void PublishItems(std::vector<bridge::StreamItem> items, const bridge::StreamProducerId& producer,
                    std::shared_ptr<bridge::ItemSink> sink) override;

  // In gateway_manage.cc.
  void JoinUser(bridge::JoinUserCommand command, bridge::Done<bridge::SessionCount> done) override;
  void LeaveUser(bridge::LeaveUserCommand command,
                 bridge::Done<bridge::SessionCount> done) override;
  void Disconnect(bridge::DisconnectCommand command,
                  bridge::Done<bridge::SessionCount> done) override;
  void TrimHistory(bridge::TrimHistoryCommand command,
                   bridge::Done<bridge::TrimOutcome> done) override;
  void Drain(bridge::DrainCommand command, bridge::Done<bridge::DrainOutcome> done) override;
  void ReloadConfig(bool dry_run, bridge::Done<bridge::ReloadOutcome> done) override;
  void MintToken(bridge::MintTokenCommand command, bridge::Done<bridge::MintedToken> done) override;

  // In gateway_read.cc.
  void GetHistory(bridge::HistoryQuery query, bridge::Done<bridge::HistoryOutcome> done) override;
  void GetPresence(bridge::PresenceQuery query,
                   bridge::Done<bridge::PresenceOutcome> done) override;
  void GetPresenceCounts(std::vector<std::string> rooms, bridge::Deadline not_after,
                         bridge::Done<bridge::PresenceCounts> done) override;
  // In gateway_list.cc.
  void ListRooms(bridge::RoomsQuery query, std::string after, bridge::Deadline not_after,
                 bridge::Done<bridge::ListPage<bridge::RoomFacts>> done) override;
  void ListSessions(bridge::SessionsQuery query, std::string after, bridge::Deadline not_after,
                    bridge::Done<bridge::ListPage<bridge::SessionFacts>> done) override;
  std::variant<std::shared_ptr<bridge::WatchFeed>, bridge::HubError> OpenWatch(
      std::weak_ptr<bridge::WatchListener> listener) override;

  void SetDraining() { draining_.store(true, std::memory_order_relaxed); }

 private:
  void Order(hub::ShardId home, BridgeOrder order);

  const hub::HubConfig& config_;
  PostOffice& post_office_;
  const Facts facts_;
  std::atomic<bool> draining_{false};
  std::atomic<std::size_t> next_watch_{0};
};

// The producer that a free-form idempotency key stands for, within its caller: the publish id is
// then (producer, 1). Keyed, so that nobody can aim at another caller's.
ProducerId ProducerOf(const HashKey& key, std::string_view caller,
                      std::string_view idempotency_key);

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_GATEWAY_H_
