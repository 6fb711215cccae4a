#include "tests/conformance/echo.h"

#include <cstdlib>

#include "server/net/frame_heads.h"

namespace roomcast::conformance {

void Echo::OnOpen(hub::ConnectionId /*id*/, Now /*now*/) {}

void Echo::OnMessage(hub::ConnectionId id, bool text, std::string_view bytes, Now /*now*/) {
  const auto head = text ? net::WriteTextHead : net::WriteBinaryHead;
  const auto fill =
      outbox_.Push(id, hub::SharedBytes::Join(head, {bytes}), hub::Outbox::Lane::kOrdered);
  // The limits leave room for one message over the soft one.
  if (fill == hub::Outbox::Fill::kOverHard) std::abort();
  if (fill == hub::Outbox::Fill::kOverSoft) outbox_.SetReading(id, false);
}

void Echo::OnAlive(hub::ConnectionId /*id*/, Now /*now*/) {}

void Echo::OnClosed(hub::ConnectionId /*id*/, std::uint16_t /*code*/, Now /*now*/) {}

void Echo::OnDrained(hub::ConnectionId id, Now /*now*/) { outbox_.SetReading(id, true); }

}  // namespace roomcast::conformance
