#ifndef ROOMCAST_SERVER_NET_HUB_APPLICATION_H_
#define ROOMCAST_SERVER_NET_HUB_APPLICATION_H_

#include "server/hub/shard.h"
#include "server/net/application.h"

namespace roomcast::net {

// One shard of the hub, as its connections see it.
class HubApplication final : public Application {
 public:
  // The shard outlives this.
  explicit HubApplication(hub::Shard& shard) : shard_(shard) {}

  void OnOpen(hub::ConnectionId id, Now now) override { shard_.OnOpen(id, now); }
  // The hub's connections take no text.
  void OnMessage(hub::ConnectionId id, bool /*text*/, std::string_view bytes, Now now) override {
    shard_.OnMessage(id, bytes, now);
  }
  void OnAlive(hub::ConnectionId id, Now now) override { shard_.OnAlive(id, now); }
  void OnClosed(hub::ConnectionId id, std::uint16_t code, Now now) override {
    shard_.OnClosed(id, code, now);
  }
  void OnDrained(hub::ConnectionId id, Now now) override { shard_.OnDrained(id, now); }

 private:
  hub::Shard& shard_;
};

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_HUB_APPLICATION_H_
