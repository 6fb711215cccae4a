#include "client-wasm/core/connection.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "proto/protocol/limits.h"

namespace roomcast::client {
namespace {

Heartbeat::Config HeartbeatConfig(const Welcome& welcome) {
  const Duration interval = std::chrono::milliseconds(welcome.ping_interval_ms);
  const Duration grace = std::chrono::milliseconds(welcome.ping_grace_ms);
  if (grace <= 0s || grace >= interval) return {kPingInterval, kPingGrace};
  return {interval, grace};
}

}  // namespace

void Connection::OnHelloSent(std::int64_t clock, PlainVector<HelloJoin> joins) {
  hello_sent_at_ = clock;
  hello_joins_ = std::move(joins);
}

void Connection::OnWelcome(const Welcome& welcome, const Now& now) {
  heartbeat_.emplace(Heartbeat::Role::kListens, HeartbeatConfig(welcome), now.instant, 0s);
}

void Connection::OnHeard(const Now& now) {
  if (heartbeat_) heartbeat_->OnHeard(now.instant);
}

bool Connection::OnPong(const Pong& pong, const Now& now, ClockSync& clock) {
  if (!heartbeat_ || !heartbeat_->OnPong(pong, now.instant)) return false;
  clock.OnOurQuestion(ping_sent_at_, pong.received_at, pong.sent_at, Microseconds(now.instant));
  return true;
}

Pong Connection::OnPing(const Ping& ping, const Now& now, ClockSync& clock) {
  if (ping.round_trip_us != 0 && ping.round_trip_of == hub_ping_) {
    // Unsigned, because a stranger's time may be anything; ClockSync refuses nonsense.
    const std::uint64_t back = static_cast<std::uint64_t>(hub_ping_sent_at_) + ping.round_trip_us;
    clock.OnHubsQuestion(hub_ping_sent_at_, hub_ping_came_at_, hub_ping_came_at_,
                         static_cast<std::int64_t>(back));
  }
  hub_ping_ = ping.sequence;
  hub_ping_sent_at_ = ping.sent_at;
  hub_ping_came_at_ = Microseconds(now.instant);
  return Pong{ping.sequence, hub_ping_came_at_, hub_ping_came_at_};
}

std::optional<Duration> Connection::round_trip() const {
  return heartbeat_ ? heartbeat_->round_trip() : std::nullopt;
}

std::optional<Ping> Connection::Probe(const Now& now) {
  if (!heartbeat_ || heartbeat_->probing()) return std::nullopt;
  ping_sent_at_ = Microseconds(now.instant);
  return heartbeat_->MakeProbe(now.instant, ping_sent_at_, kProbeDeadline);
}

Ping Connection::MakePing(const Now& now) {
  ping_sent_at_ = Microseconds(now.instant);
  return heartbeat_->MakePing(now.instant, ping_sent_at_);
}

Connection::Verdict Connection::OnTime(const Now& now) {
  if (!heartbeat_) {
    return Elapsed(begun_, now) >= kConnectDeadline ? Verdict::kTooSlow : Verdict::kWait;
  }
  const Instant deadline = heartbeat_->NextDeadline();
  if (heartbeat_->OnTime(now.instant) != Heartbeat::Verdict::kPeerLost) return Verdict::kWait;
  if (now.instant - deadline < kLateTimer || heartbeat_->probing()) return Verdict::kLost;
  // Its pings may stand in the socket, unread. Counting from now, the probe decides.
  heartbeat_->OnHeard(now.instant);
  return Verdict::kProbe;
}

Instant Connection::NextDeadline() const {
  const Instant alive = heartbeat_ ? heartbeat_->NextDeadline() : begun_.instant + kConnectDeadline;
  return std::min(alive, move_at_);
}

RoomId Connection::FindHandle(std::uint64_t handle) const {
  for (const Handle& known : handles_) {
    if (known.handle == handle) return known.room;
  }
  return kNoRoom;
}

void Connection::AddHandle(std::uint64_t handle, RoomId room) {
  handles_.RemoveIf(
      [=](const Handle& known) { return known.handle == handle || known.room == room; });
  handles_.Add({handle, room});
}

void Connection::RemoveRoom(RoomId room) {
  handles_.RemoveIf([room](const Handle& handle) { return handle.room == room; });
}

}  // namespace roomcast::client
