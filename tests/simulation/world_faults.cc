// What goes wrong in the world, and comes right again.
#include <algorithm>
#include <array>
#include <utility>

#include "tests/simulation/world.h"

namespace roomcast::simulation {

void World::DoFault() {
  if (healing_) return;
  events_.Plan(now_ + Around(random_, weather_.fault_every), Kind::kFault);
  const Weather::Weights& w = weather_.weights;
  const std::array<std::uint32_t, 8> weights = {w.cut,   w.half_open, w.slow,    w.stall,
                                                w.sleep, w.clock,     w.restart, w.drain};
  std::uint32_t sum = 0;
  for (const std::uint32_t weight : weights) sum += weight;
  std::uint64_t left = random_.Below(sum);
  std::size_t kind = 0;
  while (left >= weights[kind]) left -= weights[kind++];
  const auto victim = static_cast<ClientIndex>(random_.Below(clients_.size()));
  switch (kind) {
    case 0:
      return CutLink(victim);
    case 1:
      return HalfOpen(victim);
    case 2:
      return SlowDown(victim);
    case 3:
      return Stall(victim);
    case 4:
      return FallAsleep(victim);
    case 5:
      return JumpClock(victim);
    case 6:
      return EndHub();
    default:
      return DrainHub();
  }
}

void World::CutLink(ClientIndex index) {
  const LinkIndex link = clients_[index].link;
  if (link == kNoLink || !LinkOf(link).hub_has || LinkOf(link).dead()) return;
  ++totals_.cuts;
  judge_.Note(index, "-- its link is cut");
  std::optional<Duration> client_hears = Delay();
  std::optional<Duration> hub_hears = Delay();
  // Now and then one end hears later.
  if (random_.Chance(200)) client_hears = Between(random_, 1s, 60s);
  if (random_.Chance(200)) hub_hears = Between(random_, 1s, 60s);
  Break(link, client_hears, hub_hears);
}

void World::HalfOpen(ClientIndex index) {
  const LinkIndex number = clients_[index].link;
  if (number == kNoLink || !LinkOf(number).hub_has || LinkOf(number).dead()) return;
  ++totals_.half_opens;
  Link& link = LinkOf(number);
  const std::uint64_t which = random_.Below(3);
  link.up.dead = which != 0;
  link.down.dead = which != 1;
  link.trouble_until = kNever;
  judge_.Note(index, which == 0   ? "-- hears nothing any more"
                     : which == 1 ? "-- is not heard any more"
                                  : "-- its link is half-open");
}

void World::SlowDown(ClientIndex index) {
  const LinkIndex number = clients_[index].link;
  if (number == kNoLink || !LinkOf(number).hub_has) return;
  ++totals_.slow_readers;
  Link& link = LinkOf(number);
  constexpr std::array<std::uint32_t, 3> kSpeeds = {400, 2'000, 10'000};
  link.bytes_per_second = kSpeeds[random_.Below(kSpeeds.size())];
  link.window = 2 * 1024;
  link.trouble_until = kNever;
  judge_.Note(index, "-- reads " + std::to_string(link.bytes_per_second) + " bytes a second");
}

void World::Stall(ClientIndex index) {
  const LinkIndex number = clients_[index].link;
  if (number == kNoLink || !LinkOf(number).hub_has) return;
  ++totals_.stalls;
  Link& link = LinkOf(number);
  link.stalled_until = now_ + Between(random_, 1s, 30s);
  link.window = 2 * 1024;
  if (link.trouble_until != kNever) {
    link.trouble_until = std::max(link.trouble_until, link.stalled_until);
  }
  judge_.Note(index, "-- reads nothing for a while");
}

// A laptop is closed: no timers, no bytes in or out. Its monotonic clock may stand still.
void World::FallAsleep(ClientIndex index) {
  Client& client = clients_[index];
  if (client.asleep) return;
  ++totals_.sleeps;
  client.asleep = true;
  client.asleep_since = now_;
  if (client.link != kNoLink) {
    Link& link = LinkOf(client.link);
    link.trouble_until = kNever;
    // The access point forgets it, perhaps.
    if (random_.Chance(300)) link.up.dead = link.down.dead = true;
  }
  events_.Plan(now_ + Between(random_, 1s, 50s), Kind::kWake, index);
  judge_.Note(index, "-- falls asleep");
}

void World::WakeUp(ClientIndex index) {
  Client& client = clients_[index];
  if (!std::exchange(client.asleep, false)) return;
  judge_.Note(index, "-- wakes up");
  client.awake_at = now_;
  if (random_.Chance(500)) client.stopped += now_ - client.asleep_since;
  const LinkIndex number = client.link;
  if (number != kNoLink) {
    Link& link = LinkOf(number);
    link.nudged_at = now_;
    if (!link.dead() && link.bytes_per_second == 0) {
      link.trouble_until = std::max(now_, link.stalled_until);
    }
  }
  // The timers that came due run first, or the signal does.
  const bool timer_first = random_.Chance(500);
  if (timer_first) client.core->OnTimer(NowOf(client)), TakeEffects(index);
  if (random_.Chance(700)) client.core->OnSignal(NowOf(client), client::Signal::kWake);
  TakeEffects(index);
  if (!timer_first) client.core->OnTimer(NowOf(client)), TakeEffects(index);
  if (number != kNoLink) events_.Plan(now_, Kind::kDown, number);
}

void World::JumpClock(ClientIndex index) {
  ++totals_.clock_jumps;
  constexpr std::array<Duration, 4> kJumps = {-1h, -3s, 4s, 1h};
  const Duration jump = kJumps[random_.Below(kJumps.size())];
  if (random_.Chance(200)) {
    judge_.Note(kNobody, "-- the hub's wall clock jumps");
    hub_wall_off_ += jump;
    return;
  }
  judge_.Note(index, "-- its wall clock jumps");
  clients_[index].wall_off += jump;
  if (clients_[index].link != kNoLink) LinkOf(clients_[index].link).nudged_at = now_;
}

}  // namespace roomcast::simulation
