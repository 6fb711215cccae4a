// Answers each message with itself: text as text, binary as binary.
#pragma once

#include <string_view>

#include "server/hub/outbox.h"
#include "server/net/application.h"

namespace roomcast::conformance {

// Takes no more from a connection while what it owes to it is over the soft limit.
class Echo final : public net::Application {
 public:
  // The outbox outlives this.
  explicit Echo(hub::Outbox& outbox) : outbox_(outbox) {}

  void OnOpen(hub::ConnectionId id, Now now) override;
  void OnMessage(hub::ConnectionId id, bool text, std::string_view bytes, Now now) override;
  void OnAlive(hub::ConnectionId id, Now now) override;
  void OnClosed(hub::ConnectionId id, std::uint16_t code, Now now) override;
  void OnDrained(hub::ConnectionId id, Now now) override;

 private:
  hub::Outbox& outbox_;
};

}  // namespace roomcast::conformance
