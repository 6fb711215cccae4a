// How clients come by their tokens.
#include <algorithm>
#include <string>

#include "tests/simulation/world.h"

namespace roomcast::simulation {

// One that the hub believes from now on for as long as its wall clock does not jump.
std::string World::NewToken(ClientIndex index) {
  ++totals_.tokens;
  return desk_.Give(index, WallTime{Microseconds(HubNow().wall) + weather_.token_life.count()});
}

void World::Act(ClientIndex index, const client::NeedToken& need) {
  const Duration wait = Between(random_, 1ms, healing_ ? 20ms : weather_.token_wait);
  events_.Plan(now_ + wait, Kind::kToken, index, need.request);
}

void World::GiveToken(ClientIndex index, std::uint32_t request) {
  Client& client = clients_[index];
  if (client.asleep) return events_.Plan(now_ + 1s, Kind::kToken, index, request);
  if (random_.Chance(weather_.token_fail_per_mille)) {
    ++totals_.tokens_failed;
    client.core->TokenFailed(NowOf(client), request, /*permanent=*/random_.Chance(100));
  } else {
    client.core->GiveToken(NowOf(client), request, NewToken(index));
  }
  TakeEffects(index);
}

}  // namespace roomcast::simulation
