#ifndef ROOMCAST_SERVER_HUB_SHARD_H_
#define ROOMCAST_SERVER_HUB_SHARD_H_

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proto/protocol/arena.h"
#include "proto/protocol/instant.h"
#include "server/hub/authenticator.h"
#include "server/hub/drain.h"
#include "server/hub/engine.h"
#include "server/hub/events.h"
#include "server/hub/hub_config.h"
#include "server/hub/ids.h"
#include "server/hub/mail.h"
#include "server/hub/outbox.h"
#include "server/hub/secrets.h"

namespace roomcast::hub {

// The world of a shard: everything here outlives it and is used on its thread.
struct ShardWorld {
  Outbox& outbox;
  PostOffice& post_office;
  BridgeAnswers& bridge_answers;
  Engine& engine;
  const Authenticator& authenticator;
  Secrets& secrets;
  Events& events;
  // How the transport begins a message (websocket::WriteFrameHead, or nothing in a simulation).
  WriteHead write_head;
};

class Greeter;
class HomeRooms;
class Inspector;
class LocalRooms;
class Sessions;

// START HERE. What one shard of the hub knows, as a value that takes inputs and the time, and whose
// outputs go to its Outbox, to other shards and to the bridge. It has no socket, thread, clock or
// randomness: a test or a simulation holds several of them and carries their mail by hand.
//
// Inputs come one at a time from one thread. After a row of inputs (a turn of the event loop) the
// owner calls EndTurn(), which joins what was published into one batch a room.
//
//   sessions         who is connected here, their heartbeats and what they said (sessions.h)
//   greeter          Hello to Welcome (greeter.h)
//   local rooms      members of any room that are connected here, each with a cursor
//   (local_rooms.h) home rooms       rooms that are sequenced here: offsets, dedupe, batches
//   (home_rooms.h)
class Shard {
 public:
  Shard(ShardId id, const HubConfig& config, const ShardWorld& world);
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  // A connection is open and its upgrade is done. `id` was never used before.
  void OnOpen(ConnectionId id, Now now);
  // One whole binary message of the connection. It may have waited at the door, so that by itself
  // it is no sign of life.
  void OnMessage(ConnectionId id, std::string_view bytes, Now now);
  // At `now` any byte came in, or the peer acknowledged bytes of ours. Cheap; call it as often as
  // it is true.
  void OnAlive(ConnectionId id, Now now);
  // The connection ended by itself or by its peer (`code`: the peer's close code, or 1006).
  void OnClosed(ConnectionId id, std::uint16_t code, Now now);
  // The connection's queue was over the soft limit and is under half of it again.
  void OnDrained(ConnectionId id, Now now);
  // A stream of a backend opens (`id`: IsStream(), never used before), asks for something, or is
  // closed by its caller. OnDrained() is as for connections; what the shard says goes to the Outbox
  // as payloads that are encoded WatchResponses, and Close() means that the stream is to end.
  void OnWatch(ConnectionId id, const WatchInput& input, Now now);
  // From another shard, or from the bridge.
  void OnMail(Mail mail, Now now);
  // Call at or after NextDeadline().
  void OnTime(Now now);
  [[nodiscard]] Instant NextDeadline() const;
  // The end of a turn: batches go out. True: mail waits for a full mailbox; call again soon even if
  // nothing else happens.
  bool EndTurn(Now now);

  // What of `wanted` may change in a running hub holds from now on, also for who and what is there
  // already: see TakeReloadable(). A session is taken out of rooms that it may not be in any more.
  void Reconfigure(const HubConfig& wanted, Now now);
  // Sends the sessions elsewhere over a while, and takes no new ones (drain.h).
  void BeginDrain(const DrainPlan& plan, Now now);
  // The hub stops: every session is told Disconnect 3001 and its connection is ended.
  void Shutdown(Now now);

  struct Counts {
    std::size_t sessions = 0;  // with a connection here
    std::size_t parked = 0;    // whose home is here
    std::size_t users = 0;     // at home here, with a session that is connected; no anonymous ones
    std::size_t rooms = 0;     // at home here
    std::size_t members = 0;   // of sessions here
    std::size_t history_bytes = 0;
    std::uint64_t history_evicted = 0;  // since the hub began
  };
  [[nodiscard]] Counts counts() const;
  // For who looks closer (inspector.h); lives as long as the shard.
  [[nodiscard]] const Inspector& inspector() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_SHARD_H_
