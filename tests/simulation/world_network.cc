// The network between a client's socket and the hub's end: packets in order, or not at all.
#include <algorithm>
#include <utility>

#include "tests/simulation/message_count.h"
#include "tests/simulation/world.h"

namespace roomcast::simulation {
namespace {

constexpr std::uint16_t kNoHandshake = 1006;

std::size_t ReadLength(const char* at) {
  std::size_t bytes = 0;
  for (std::size_t i = 4; i-- > 0;) bytes = bytes << 8 | static_cast<unsigned char>(at[i]);
  return bytes;
}

}  // namespace

Duration World::Delay() { return weather_.delay + Between(random_, 0s, weather_.jitter); }

// ---- Connecting
// -----------------------------------------------------------------------------------

void World::AtDoor(LinkIndex index) {
  Link& link = LinkOf(index);
  if (link.dead()) return;
  const Instant back = now_ + Delay();
  if (!hub_ || random_.Chance(weather_.refuse_per_mille)) {
    ++totals_.connects_refused;
    events_.Plan(back, Kind::kRefused, index);
    return;
  }
  link.life = life_;
  link.hub_has = true;
  link.opened_at = link.hub_told_at = link.hub_sign_at = now_;
  link.down.last_at = back;
  hub_->OnOpen(index, link.client, HubNow());
  events_.Plan(back, Kind::kSocketOpen, index);
}

// The client's socket reports that it is closed.
void World::CloseClientEnd(LinkIndex index, std::uint16_t code) {
  Link& link = LinkOf(index);
  if (!std::exchange(link.client_has, false)) return;
  Client& client = clients_[link.client];
  client.link = kNoLink;
  client.core->OnSocketClosed(NowOf(client), link.generation, code, {});
  TakeEffects(link.client);
}

// ---- To the hub
// -----------------------------------------------------------------------------------

void World::Put(LinkIndex index, bool up, Packet packet, Duration least) {
  Pipe& pipe = up ? LinkOf(index).up : LinkOf(index).down;
  pipe.last_at = std::max(pipe.last_at, now_ + least);
  packet.at = pipe.last_at;
  pipe.packets.push_back(std::move(packet));
  events_.Plan(pipe.last_at, up ? Kind::kUp : Kind::kDown, index);
}

void World::SendUp(LinkIndex index, std::string_view bytes) {
  if (LinkOf(index).up.dead) return;
  Packet packet{.at = {}, .bytes = spare_.Take()};
  packet.bytes = bytes;
  Put(index, true, std::move(packet), Delay());
}

void World::SendEnd(LinkIndex index, bool up, std::uint16_t code) {
  const Pipe& pipe = up ? LinkOf(index).up : LinkOf(index).down;
  if (pipe.dead) return;
  Put(index, up, {.at = {}, .end = true, .code = code, .bytes = {}}, Delay());
}

void World::ArriveUp(LinkIndex index) {
  Link& link = LinkOf(index);
  while (!link.up.packets.empty() && link.up.packets.front().at <= now_) {
    Packet packet = std::move(link.up.packets.front());
    link.up.packets.pop_front();
    HubLife* hub = HubOf(link.life);
    if (hub == nullptr) continue;
    if (packet.end) {
      link.hub_has = false;
      hub->OnPeerEnded(index, packet.code, HubNow());
    } else if (!link.up.dead) {
      link.hub_sign_at = now_;
      hub->OnBytes(index, packet.bytes, HubNow());
      spare_.Give(std::move(packet.bytes));
    }
  }
}

// ---- To the client
// --------------------------------------------------------------------------------

std::size_t World::FreeBytes(LinkIndex index) {
  const Link& link = LinkOf(index);
  return link.window - std::min(link.window, link.in_flight);
}

void World::Write(LinkIndex index, std::span<const iovec> pieces, std::size_t bytes) {
  Link& link = LinkOf(index);
  link.in_flight += bytes;
  if (link.down.dead) return;
  Packet packet;
  packet.bytes = spare_.Take();
  for (const iovec& piece : pieces) {
    packet.bytes.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
  }
  Duration least = Delay();
  if (link.bytes_per_second > 0) {
    const Duration takes(static_cast<std::int64_t>(bytes * 1'000'000 / link.bytes_per_second));
    least = std::max(least, std::max(link.down.last_at, now_) - now_ + takes);
  }
  Put(index, false, std::move(packet), least);
}

void World::WriteEnd(LinkIndex index, std::uint16_t code) { SendEnd(index, false, code); }

void World::Reset(LinkIndex index) { SendEnd(index, false, kNoHandshake); }

void World::ArriveDown(LinkIndex index) {
  Link& link = LinkOf(index);
  if (clients_[link.client].asleep) return;          // WakeUp looks again
  if (!link.client_open && !link.down.dead) return;  // so does the opening
  if (link.stalled_until > now_) {
    if (!link.down.packets.empty()) events_.Plan(link.stalled_until, Kind::kDown, index);
    return;
  }
  while (!link.down.packets.empty() && link.down.packets.front().at <= now_) {
    Packet packet = std::move(link.down.packets.front());
    link.down.packets.pop_front();
    if (packet.end) {
      CloseClientEnd(index, packet.code);
      continue;
    }
    if (link.down.dead) continue;
    link.in_flight -= std::min(link.in_flight, packet.bytes.size());
    // Its acknowledgement is on the way.
    if (!link.up.dead && !std::exchange(link.writable_planned, true)) {
      events_.Plan(now_ + Delay(), Kind::kWritable, index);
    }
    Deliver(index, packet.bytes);
    spare_.Give(std::move(packet.bytes));
  }
}

void World::Deliver(LinkIndex index, std::string_view bytes) {
  Link& link = LinkOf(index);
  if (!link.client_has) return;
  std::string whole;
  if (!link.partial.empty()) {
    whole = std::exchange(link.partial, {});
    whole.append(bytes);
    bytes = whole;
  }
  while (bytes.size() >= 4 && link.client_has) {
    const std::size_t length = ReadLength(bytes.data());
    if (bytes.size() < 4 + length) break;
    DeliverMessage(index, bytes.substr(4, length));
    bytes.remove_prefix(4 + length);
  }
  if (link.client_has) link.partial = bytes;
}

void World::DeliverMessage(LinkIndex index, std::string_view message) {
  Link& link = LinkOf(index);
  Client& client = clients_[link.client];
  totals_.server_messages += CountMessages(message);
  totals_.bytes_down += message.size();
  totals_.hashes += HashOf(message);
  link.client_heard_at = now_;
  client.core->OnMessage(NowOf(client), link.generation, message);
  TakeEffects(link.client);
}

// ---- The end of a link
// ----------------------------------------------------------------------------

// What is on its way is lost. Each end hears of it after so long, or never.
void World::Break(LinkIndex index, std::optional<Duration> client_hears,
                  std::optional<Duration> hub_hears) {
  Link& link = LinkOf(index);
  link.up.dead = link.down.dead = true;
  link.up.packets.clear();
  link.down.packets.clear();
  link.trouble_until = kNever;
  const Packet end{.at = {}, .end = true, .code = kNoHandshake, .bytes = {}};
  if (hub_hears) Put(index, true, end, *hub_hears);
  if (client_hears) Put(index, false, end, *client_hears);
}

// ---- What the hub tells the checks
// ----------------------------------------------------------------

void World::OnTold(LinkIndex index, Instant at) {
  Link& link = LinkOf(index);
  link.hub_told_at = std::max(link.hub_told_at, at);
}

void World::OnHubCloses(LinkIndex index, DisconnectCode code) {
  const Link& link = LinkOf(index);
  if (judge_.tracing()) {
    judge_.Note(kNobody, "ends client " + std::to_string(link.client) + ": " +
                             std::to_string(static_cast<int>(code)));
  }
  if (code == DisconnectCode::kNoPong) liveness_.OnHubGaveUp(link, now_);
  tokens_.OnHubCloses(link, code, now_);
}

void World::PlanTurn(Life life, std::uint16_t shard, Instant at) {
  events_.Plan(at, Kind::kShardTurn, shard, life);
}

void World::OnAppended(Life life, std::size_t room, const Position& at, const PayloadMark& mark) {
  ++totals_.published;
  publishes_.OnAppended(life, room, at, mark);
}

}  // namespace roomcast::simulation
