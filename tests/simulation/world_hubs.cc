// Lives of the hub: one begins, one dies, one sends its clients to the next.
#include <algorithm>
#include <utility>

#include "tests/simulation/world.h"

namespace roomcast::simulation {

HubLife* World::HubOf(Life life) const {
  if (hub_ && life == life_) return hub_.get();
  for (const auto& hub : draining_) {
    if (hub->life() == life) return hub.get();
  }
  return nullptr;
}

void World::BeginHub() {
  if (hub_) return;
  ++life_;
  judge_.Note(kNobody, "begins life " + std::to_string(life_));
  hub_ = std::make_unique<HubLife>(HubLife::Parts{life_, options_.shards, weather_, desk_, streams_,
                                                  *this, *this, bounds_, totals_},
                                   random_.Next(), HubNow());
  if (healing_) hub_->Calm();
}

void World::EndHub() {
  if (!hub_) return;
  ++totals_.restarts;
  const bool in_order = random_.Chance(300);
  judge_.Note(kNobody, in_order ? "-- the hub stops" : "-- the hub dies");
  if (in_order) hub_->Shutdown(HubNow());
  TakeDown(std::move(hub_));
  events_.Plan(now_ + Between(random_, 1ms, 6s), Kind::kHubUp);
}

// A second hub takes its place at once; it goes on beside it until its clients are gone.
void World::DrainHub() {
  if (!hub_) return;
  ++totals_.drains;
  judge_.Note(kNobody, "-- the hub drains");
  const hub::DrainPlan plan{Between(random_, 0s, 3s), Between(random_, 0s, 8s), random_.Next()};
  hub_->BeginDrain(plan, HubNow());
  // Who does not hear of it is closed, and its last words get their time.
  events_.Plan(now_ + plan.notice + plan.spread + 1s, Kind::kDrained, 0, life_);
  draining_.push_back(std::move(hub_));
  BeginHub();
}

void World::OnDrained(Life life) {
  const auto found = std::find_if(draining_.begin(), draining_.end(),
                                  [&](const auto& hub) { return hub->life() == life; });
  std::unique_ptr<HubLife> hub = std::move(*found);
  draining_.erase(found);
  judge_.Note(kNobody, "-- life " + std::to_string(life) + " of the hub has drained");
  hub->Shutdown(HubNow());
  TakeDown(std::move(hub));
}

void World::TakeDown(std::unique_ptr<HubLife> hub) {
  for (LinkIndex i = 0; i < links_.size(); ++i) {
    if (!links_[i] || links_[i]->life != hub->life()) continue;
    // The kernel resets what it had, after what was written.
    links_[i]->up.packets.clear();
    SendEnd(i, false, 1006);
  }
}

}  // namespace roomcast::simulation
