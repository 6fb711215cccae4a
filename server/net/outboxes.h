#ifndef ROOMCAST_SERVER_NET_OUTBOXES_H_
#define ROOMCAST_SERVER_NET_OUTBOXES_H_

#include <string_view>
#include <utility>

#include "server/hub/outbox.h"
#include "server/net/connections.h"
#include "server/net/watch_desk.h"

namespace roomcast::net {

// A shard's way out: to connections, and to streams of backends.
class Outboxes final : public hub::Outbox {
 public:
  // Both outlive this; `watches` may be null: there are no streams.
  Outboxes(Connections& connections, WatchDesk* watches)
      : connections_(connections), watches_(watches) {}

  Fill Push(hub::ConnectionId id, hub::SharedBytes bytes, Lane lane) override {
    if (!hub::IsStream(id)) return connections_.Push(id, std::move(bytes), lane);
    return watches_ == nullptr ? Fill::kGone : watches_->Push(id, std::move(bytes), lane);
  }
  void Close(hub::ConnectionId id, DisconnectCode code, std::string_view reason) override {
    if (!hub::IsStream(id)) return connections_.Close(id, code, reason);
    if (watches_ != nullptr) watches_->Close(id, code, reason);
  }
  void SetReading(hub::ConnectionId id, bool reading) override {
    if (!hub::IsStream(id)) connections_.SetReading(id, reading);
  }

 private:
  Connections& connections_;
  WatchDesk* watches_;
};

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_OUTBOXES_H_
