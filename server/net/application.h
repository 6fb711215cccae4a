#ifndef ROOMCAST_SERVER_NET_APPLICATION_H_
#define ROOMCAST_SERVER_NET_APPLICATION_H_

#include <cstdint>
#include <string_view>

#include "proto/protocol/instant.h"
#include "server/hub/ids.h"

namespace roomcast::net {

// What a loop's connections talk to: the hub, or in tests/conformance an echo. It answers through
// hub::Outbox, which Connections implements; see hub::Shard for what each call means. The loop's
// thread.
class Application {
 public:
  virtual ~Application() = default;

  virtual void OnOpen(hub::ConnectionId id, Now now) = 0;
  // One whole message, inflated and, if it is text, UTF-8. The bytes are valid during the call.
  virtual void OnMessage(hub::ConnectionId id, bool text, std::string_view bytes, Now now) = 0;
  virtual void OnAlive(hub::ConnectionId id, Now now) = 0;
  virtual void OnClosed(hub::ConnectionId id, std::uint16_t code, Now now) = 0;
  virtual void OnDrained(hub::ConnectionId id, Now now) = 0;
};

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_APPLICATION_H_
