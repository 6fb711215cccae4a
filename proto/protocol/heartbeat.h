#ifndef ROOMCAST_PROTO_PROTOCOL_HEARTBEAT_H_
#define ROOMCAST_PROTO_PROTOCOL_HEARTBEAT_H_

#include <cstdint>
#include <optional>

#include "proto/protocol/instant.h"
#include "proto/protocol/room_messages.h"

namespace roomcast {

// Decides when to ask "are you there?" and when to stop believing in the peer. Both ends use it:
// the hub asks every interval, whatever else arrives, because a client that only sends would
// otherwise hear nothing; the client listens, and asks only after a wake signal (a probe). Any sign
// of life proves the peer alive: it is lost only when nothing was heard for interval + grace. Not
// thread-safe. Reads no clock and owns no timer: call OnTime() at or after NextDeadline().
class Heartbeat {
 public:
  enum class Role { kAsks, kListens };
  // 0 < grace < interval.
  struct Config {
    Duration interval;
    Duration grace;
  };
  enum class Verdict { kWait, kSendPing, kPeerLost };

  // `first_ping_after` spreads the first pings of many peers over the interval: a random moment in
  // (0, interval]. A listener has no use for it.
  Heartbeat(Role role, Config config, Instant now, Duration first_ping_after);

  // A byte came in, or the peer acknowledged a byte of ours.
  void OnHeard(Instant now) {
    if (now > last_heard_) last_heard_ = now;
  }

  // What to do now. After kSendPing call MakePing() and send it; after kPeerLost, end the
  // connection.
  [[nodiscard]] Verdict OnTime(Instant now);
  Instant NextDeadline() const;

  // The next Ping to send. `clock` is the sender's clock as the wire carries it.
  [[nodiscard]] Ping MakePing(Instant now, std::int64_t clock);

  // A probe: as MakePing(), and the peer is lost `deadline` after the later of now and the last
  // sign of life, unless this ping is answered. Bytes that were on their way before the link broke
  // postpone the end and do not prevent it.
  [[nodiscard]] Ping MakeProbe(Instant now, std::int64_t clock, Duration deadline);

  // The peer's answer; that it was heard is told by OnHeard(), at the moment when it came. True if
  // it answered the latest ping, and round_trip() is new. The peer's times are a stranger's
  // numbers: nonsense is taken as "held it for no time".
  bool OnPong(const Pong& pong, Instant now);

  std::optional<Duration> round_trip() const {
    return round_trip_ > Duration(0) ? std::optional(round_trip_) : std::nullopt;
  }
  bool probing() const { return probe_deadline_ > Duration(0); }

 private:
  Instant LostAt() const;

  Config config_;
  Instant last_heard_;
  Instant next_ping_;
  Instant ping_sent_{};
  std::uint64_t sequence_ = 0;
  std::uint64_t round_trip_of_ = 0;
  Duration round_trip_{};      // 0: not measured
  Duration probe_deadline_{};  // 0: there is no probe
  Instant probe_sent_{};
  bool awaiting_ = false;
};

}  // namespace roomcast

#endif  // ROOMCAST_PROTO_PROTOCOL_HEARTBEAT_H_
