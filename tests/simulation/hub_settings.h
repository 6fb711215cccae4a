#ifndef ROOMCAST_TESTS_SIMULATION_HUB_SETTINGS_H_
#define ROOMCAST_TESTS_SIMULATION_HUB_SETTINGS_H_

#include <cstdint>
#include <string>

#include "proto/protocol/random.h"
#include "server/engine/memory_engine.h"
#include "server/hub/hub_config.h"
#include "tests/simulation/streams.h"
#include "tests/simulation/weather.h"

namespace roomcast::simulation {

// A life of the hub as clients are told it: 16 hexadecimal digits.
std::string InstanceOf(Life life);

// How one life of the hub is configured, in this weather.
hub::HubConfig MakeHubConfig(const Weather& weather, std::uint16_t shards, Life life,
                             Random& random);
// One shard's part of the hub's memory.
engine::MemoryEngine::Limits MakeEngineLimits(const Weather& weather, std::uint16_t shards);

}  // namespace roomcast::simulation

#endif  // ROOMCAST_TESTS_SIMULATION_HUB_SETTINGS_H_
