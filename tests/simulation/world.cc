#include "tests/simulation/world.h"

#include <algorithm>

#include "proto/protocol/limits.h"

namespace roomcast::simulation {
namespace {

constexpr Duration kPatrolEvery = 1s;

bool IsOfLink(Event::Kind kind) {
  using Kind = Event::Kind;
  return kind == Kind::kUp || kind == Kind::kDown || kind == Kind::kWritable ||
         kind == Kind::kAtDoor || kind == Kind::kRefused || kind == Kind::kSocketOpen;
}

std::vector<std::string> RoomNames(const Weather& weather) {
  const std::vector<std::string> all = {"chat:one", "open:one", "drop:one", "chat:two", "open:two"};
  return {all.begin(), all.begin() + weather.rooms};
}

}  // namespace

World::World(const RunOptions& options)
    : options_(options),
      judge_(options.seed),
      random_(options.seed),
      weather_(DrawWeather(random_, true)),
      streams_(RoomNames(weather_)),
      desk_(now_),
      order_(streams_, options.clients, judge_),
      holes_(streams_, options.clients, judge_),
      publishes_(options.clients + std::size_t{1}, judge_),
      liveness_(kPingInterval, kPingGrace, judge_),
      bounds_(weather_.hard_bytes, weather_.mailbox_letters, judge_),
      calls_(options.clients, judge_),
      presence_(options.clients, streams_.names().size(), judge_),
      tokens_(desk_, judge_),
      clients_(options.clients),
      arena_(kInboundArenaBytesMax) {
  judge_.SetTrace(options.trace);
}

World::~World() = default;

Now World::HubNow() const {
  return {now_, WallTime{kWallStart + (SinceStart() + hub_wall_off_).count()}};
}

Now World::NowOf(const Client& client) const {
  return {now_ - client.stopped, WallTime{kWallStart + (SinceStart() + client.wall_off).count()}};
}

RunResult World::Run() {
  BeginHub();
  for (ClientIndex i = 0; i < clients_.size(); ++i) Begin(i);
  events_.Plan(now_ + Around(random_, weather_.backend_every), Kind::kBackend);
  events_.Plan(now_ + Around(random_, weather_.fault_every), Kind::kFault);
  events_.Plan(now_ + kPatrolEvery, Kind::kPatrol);
  const Instant heal_at = kStart + options_.hostile;
  const Instant end_at = heal_at + kHealing;
  std::string unfinished = "nothing was looked at";
  while (!judge_.failed() && !events_.empty()) {
    if (!healing_ && events_.next_at() >= heal_at) {
      now_ = heal_at;
      Heal();
      continue;
    }
    if (events_.next_at() > end_at) break;
    const Event event = events_.Take();
    now_ = event.at;
    judge_.SetTime(SinceStart());
    ++totals_.events;
    Handle(event);
    if (!healing_ || event.kind != Kind::kPatrol) continue;
    unfinished = Unfinished();
    if (unfinished.empty()) break;
  }
  if (!judge_.failed() && !unfinished.empty()) {
    judge_.Breach(unfinished.starts_with("call")       ? "I7"
                  : unfinished.starts_with("presence") ? "I6"
                                                       : "I2",
                  kNobody, "two minutes after the network healed: " + unfinished);
  }
  draining_.clear();
  hub_.reset();
  FinishTotals();
  return {totals_, judge_.verdict()};
}

void World::Handle(const Event& event) {
  if (IsOfLink(event.kind) && !links_[event.who]) return;
  switch (event.kind) {
    case Kind::kShardTurn:
      if (HubLife* hub = HubOf(static_cast<Life>(event.what))) {
        hub->Turn(static_cast<std::uint16_t>(event.who), HubNow());
      }
      return;
    case Kind::kUp:
      return ArriveUp(event.who);
    case Kind::kDown:
      return ArriveDown(event.who);
    case Kind::kWritable: {
      Link& link = LinkOf(event.who);
      link.writable_planned = false;
      if (link.up.dead) return;
      link.hub_sign_at = now_;
      if (HubLife* hub = HubOf(link.life)) hub->OnWritable(event.who, HubNow());
      return;
    }
    case Kind::kAtDoor:
      return AtDoor(event.who);
    case Kind::kRefused:
      return CloseClientEnd(event.who, 1006);
    case Kind::kSocketOpen: {
      Link& link = LinkOf(event.who);
      Client& client = clients_[link.client];
      if (!link.client_has || link.down.dead) return;
      if (client.asleep) return events_.Plan(now_ + 1s, Kind::kSocketOpen, event.who);
      link.client_open = true;
      client.core->OnSocketOpen(NowOf(client), link.generation);
      TakeEffects(link.client);
      return ArriveDown(event.who);
    }
    case Kind::kTimer: {
      Client& client = clients_[event.who];
      if (client.asleep || client.timer != event.what) return;
      client.core->OnTimer(NowOf(client));
      return TakeEffects(event.who);
    }
    case Kind::kToken:
      return GiveToken(event.who, static_cast<std::uint32_t>(event.what));
    case Kind::kApplication:
      return ActAsApplication(event.who);
    case Kind::kBackend:
      return ActAsBackend();
    case Kind::kFault:
      return DoFault();
    case Kind::kWake:
      return WakeUp(event.who);
    case Kind::kHubUp:
      return BeginHub();
    case Kind::kDrained:
      return OnDrained(static_cast<Life>(event.what));
    case Kind::kPatrol:
      return Patrol();
  }
}

void World::Patrol() {
  events_.Plan(now_ + kPatrolEvery, Kind::kPatrol);
  if (hub_) hub_->Patrol();
  for (const auto& hub : draining_) hub->Patrol();
  for (LinkIndex i = 0; i < links_.size(); ++i) {
    if (!links_[i]) continue;
    const Link& link = *links_[i];
    const Client& client = clients_[link.client];
    const HubLife* hub = HubOf(link.life);
    const bool hub_open = hub != nullptr && hub->Believes(i);
    const bool client_live =
        client.link == i && !client.asleep && client.core->phase() == client::Phase::kLive;
    liveness_.OnPatrol(link, now_, hub_open, client_live, client.awake_at);
    if (hub_open) tokens_.OnPatrol(link, now_);
    // Both ends are gone, and nothing can come of it any more.
    const bool over = hub == nullptr || !hub->Holds(i);
    if (!link.client_has && over && link.up.packets.empty() && link.down.packets.empty()) {
      links_[i].reset();
    }
  }
  for (ClientIndex i = 0; i < clients_.size(); ++i) {
    const client::Stats stats = clients_[i].core->stats();
    bounds_.OnClient(i, stats);
    holes_.OnProtocolErrors(i, stats.protocol_errors);
  }
}

// The network is well, the hub is up, machines are awake, pages are seen, and everybody wants to be
// connected.
void World::Heal() {
  judge_.Note(kNobody, "the network heals");
  healing_ = true;
  weather_.refuse_per_mille = weather_.black_hole_per_mille = weather_.token_fail_per_mille = 0;
  weather_.token_life = 10min;
  if (!hub_) BeginHub();
  hub_->Calm();
  for (const auto& hub : draining_) hub->Calm();
  for (const auto& link : links_) {
    if (!link) continue;
    link->window = Link::kWindow;
    link->bytes_per_second = 0;
    link->stalled_until = std::min(link->stalled_until, now_);
    if (link->trouble_until > now_) link->trouble_until = now_;
  }
  for (LinkIndex i = 0; i < links_.size(); ++i) {
    if (links_[i]) events_.Plan(now_, Kind::kDown, i);
  }
  for (ClientIndex i = 0; i < clients_.size(); ++i) {
    Client& client = clients_[i];
    if (client.asleep) WakeUp(i);
    if (client.link != kNoLink) LinkOf(client.link).nudged_at = now_;
    client.core->OnSignal(NowOf(client), client::Signal::kVisible);
    TakeEffects(i);
    Connect(i);
  }
}

void World::FinishTotals() {
  for (const Client& client : clients_) {
    const client::Stats stats = client.core->stats();
    totals_.connects += stats.attempts;
    totals_.resent += stats.resent;
    totals_.client_lost += stats.lost_links;
  }
}

}  // namespace roomcast::simulation
