#ifndef ROOMCAST_CLIENT_WASM_CORE_CONNECTION_H_
#define ROOMCAST_CLIENT_WASM_CORE_CONNECTION_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "client-wasm/core/ids.h"
#include "client-wasm/core/plain_vector.h"
#include "proto/protocol/clock_sync.h"
#include "proto/protocol/heartbeat.h"
#include "proto/protocol/limits.h"
#include "proto/protocol/server_messages.h"

namespace roomcast::client {

// One attempt at a connection and all that is true only while it lasts: its socket's number, its
// heartbeat, the handles of its rooms, what its Hello asked for. It dies as a whole, so nothing of
// generation n acts on n + 1.
class Connection {
 public:
  // Upgrade and Hello: what the hub allows for both.
  static constexpr Duration kConnectDeadline = 10s;
  // A deadline that is noticed so much too late says that we slept, not that the hub did.
  static constexpr Duration kLateTimer = 5s;

  // A room that Hello asked for: the outcome in Welcome is for this asking and no later one.
  struct HelloJoin {
    RoomId room;
    CallId asked;
  };

  Connection(Generation generation, const Now& now) : generation_(generation), begun_(now) {}

  Generation generation() const { return generation_; }
  const Now& begun() const { return begun_; }

  void OnHelloSent(std::int64_t clock, PlainVector<HelloJoin> joins);
  std::int64_t hello_sent_at() const { return hello_sent_at_; }
  std::size_t hello_joins() const { return hello_joins_.size(); }
  PlainVector<HelloJoin> TakeHelloJoins() { return std::move(hello_joins_); }

  // From here on the hub's silence counts. Intervals that make no sense become the defaults.
  void OnWelcome(const Welcome& welcome, const Now& now);
  void OnHeard(const Now& now);
  // False: it answers no ping of this connection that is still of interest. Else a clock sample.
  bool OnPong(const Pong& pong, const Now& now, ClockSync& clock);
  std::optional<Duration> round_trip() const;
  // The answer to the hub's ping. What the hub measured with the one before is a clock sample.
  Pong OnPing(const Ping& ping, const Now& now, ClockSync& clock);

  // A probe; nullopt while one is under way. Only after Welcome.
  std::optional<Ping> Probe(const Now& now);
  Ping MakePing(const Now& now);

  enum class Verdict { kWait, kLost, kTooSlow, kProbe };
  // kLost: the hub is silent. kTooSlow: no Welcome in time. kProbe: it may be lost, but we slept
  // ourselves; ask.
  Verdict OnTime(const Now& now);
  Instant NextDeadline() const;

  // Which room a handle names on this connection; kNoRoom: none.
  RoomId FindHandle(std::uint64_t handle) const;
  void AddHandle(std::uint64_t handle, RoomId room);
  void RemoveRoom(RoomId room);

  // GoAway: leave at this moment.
  void MoveAt(Instant at) { move_at_ = at; }
  Instant move_at() const { return move_at_; }

 private:
  struct Handle {
    std::uint64_t handle;
    RoomId room;
  };

  Generation generation_;
  Now begun_;
  std::int64_t hello_sent_at_ = 0;
  PlainVector<HelloJoin> hello_joins_;
  std::optional<Heartbeat> heartbeat_;
  std::int64_t ping_sent_at_ = 0;  // our latest, by our clock
  // The hub's latest, as it said and when it came.
  std::uint64_t hub_ping_ = 0;
  std::int64_t hub_ping_sent_at_ = 0;
  std::int64_t hub_ping_came_at_ = 0;
  PlainVector<Handle> handles_;  // few enough (256 rooms) to look through
  Instant move_at_ = kNever;
};

}  // namespace roomcast::client

#endif  // ROOMCAST_CLIENT_WASM_CORE_CONNECTION_H_
