#include "proto/protocol/heartbeat.h"

#include <algorithm>

namespace roomcast {

Heartbeat::Heartbeat(Role role, Config config, Instant now, Duration first_ping_after)
    : config_(config),
      last_heard_(now),
      next_ping_(role == Role::kAsks ? now + std::min(first_ping_after, config.interval) : kNever) {
}

Instant Heartbeat::LostAt() const {
  const Instant silent_at = last_heard_ + config_.interval + config_.grace;
  if (!probing()) return silent_at;
  return std::min(silent_at, std::max(probe_sent_, last_heard_) + probe_deadline_);
}

Heartbeat::Verdict Heartbeat::OnTime(Instant now) {
  if (now >= LostAt()) return Verdict::kPeerLost;
  if (now < next_ping_) return Verdict::kWait;
  // A caller that came late does not make up for missed pings, and the phase stays: peers that were
  // spread over the interval do not come together in one late turn.
  next_ping_ += config_.interval * ((now - next_ping_) / config_.interval + 1);
  return Verdict::kSendPing;
}

Instant Heartbeat::NextDeadline() const { return std::min(LostAt(), next_ping_); }

Ping Heartbeat::MakePing(Instant now, std::int64_t clock) {
  ping_sent_ = now;
  awaiting_ = true;
  Ping ping;
  ping.sequence = ++sequence_;
  ping.sent_at = clock;
  if (round_trip_ > Duration(0)) {
    ping.round_trip_us =
        static_cast<std::uint32_t>(std::min<std::int64_t>(round_trip_.count(), UINT32_MAX));
    ping.round_trip_of = round_trip_of_;
  }
  return ping;
}

Ping Heartbeat::MakeProbe(Instant now, std::int64_t clock, Duration deadline) {
  // A probe under way keeps its deadline: asking again must not postpone the answer's.
  if (!probing()) {
    probe_deadline_ = deadline;
    probe_sent_ = now;
  }
  return MakePing(now, clock);
}

bool Heartbeat::OnPong(const Pong& pong, Instant now) {
  if (!awaiting_ || pong.sequence != sequence_) return false;
  awaiting_ = false;
  probe_deadline_ = Duration(0);
  const std::int64_t elapsed = std::max<std::int64_t>((now - ping_sent_).count(), 0);
  // Unsigned, because a stranger's difference may overflow; what is not within elapsed is nonsense.
  const std::uint64_t held =
      static_cast<std::uint64_t>(pong.sent_at) - static_cast<std::uint64_t>(pong.received_at);
  const bool plausible = held <= static_cast<std::uint64_t>(elapsed);
  // At least 1 us: on the wire 0 says "not measured".
  round_trip_ = Duration(
      std::max<std::int64_t>(elapsed - (plausible ? static_cast<std::int64_t>(held) : 0), 1));
  round_trip_of_ = pong.sequence;
  return true;
}

}  // namespace roomcast
