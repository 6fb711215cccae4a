#ifndef ROOMCAST_SERVER_HUB_OUTBOX_H_
#define ROOMCAST_SERVER_HUB_OUTBOX_H_

#include <cstddef>
#include <string_view>

#include "proto/protocol/codes.h"
#include "server/hub/ids.h"
#include "server/hub/shared_bytes.h"

namespace roomcast::hub {

// What a shard may do to its connections: the only way out of the hub to a socket. The adapter (or
// a simulation) implements it. One shard's thread. Nothing here calls back into the hub, blocks or
// writes at once: messages are queued, and written when the turn ends.
class Outbox {
 public:
  // Everything that names a room keeps one order; Pong, Ping and Disconnect may overtake it.
  enum class Lane { kOrdered, kFast };

  // How full the connection's queue is after a push. Over the soft limit the hub queues nothing
  // more for its rooms until Shard::OnDrained(); what is over the hard limit was not queued.
  enum class Fill { kFine, kOverSoft, kOverHard, kGone };

  virtual ~Outbox() = default;

  virtual Fill Push(ConnectionId connection, SharedBytes bytes, Lane lane) = 0;

  // Ends the connection: what is queued is written first, then the transport's close with this code
  // and reason (at most kReasonBytesMax bytes). Nothing more is read from it. Shard::OnClosed() is
  // not called for it: the hub knows.
  virtual void Close(ConnectionId connection, DisconnectCode code, std::string_view reason) = 0;

  // Stops or resumes taking messages from a connection; the rest waits in the kernel. Between a
  // call with false and the next with true Shard::OnMessage() is not called for it.
  virtual void SetReading(ConnectionId connection, bool reading) = 0;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_OUTBOX_H_
