#include "tests/simulation/hub_settings.h"

namespace roomcast::simulation {

std::string InstanceOf(Life life) {
  std::string name(16, '0');
  for (std::size_t i = 16; life != 0; life /= 16) name[--i] = "0123456789abcdef"[life % 16];
  return name;
}

hub::HubConfig MakeHubConfig(const Weather& weather, std::uint16_t shards, Life life,
                             Random& random) {
  hub::HubConfig config;
  config.shards = shards;
  config.instance = InstanceOf(life);
  config.node = "simulation";
  config.hash_key = {random.Next(), random.Next()};
  config.anonymous = true;
  config.recovery_page_bytes = weather.page_bytes;
  config.publishes_per_second = weather.publishes_per_second;
  config.publish_burst = 2 * weather.publishes_per_second;
  config.parked_max = weather.parked_sessions;
  const hub::Engine::Keep keep{weather.history_bytes, weather.history_messages,
                               weather.history_ttl};
  const hub::PresenceConfig members{PresenceInterest::kMembers, weather.presence_grace,
                                    weather.presence_members};
  const hub::PresenceConfig counts{PresenceInterest::kCounts, weather.presence_grace,
                                   weather.presence_members};
  config.namespaces.push_back({.name = "chat", .keep = keep, .presence = members});
  config.namespaces.push_back(
      {.name = "drop", .delivery = Delivery::kDroppable, .keep = keep, .presence = counts});
  config.namespaces.push_back(
      {.name = "open", .keep = keep, .may_publish = hub::Who::kAnyone, .presence = members});
  return config;
}

engine::MemoryEngine::Limits MakeEngineLimits(const Weather& weather, std::uint16_t shards) {
  engine::MemoryEngine::Limits limits;
  limits.history_bytes = weather.hub_history_bytes / shards;
  return limits;
}

}  // namespace roomcast::simulation
