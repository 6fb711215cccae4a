#include "tests/simulation/weather.h"

#include <array>

#include "proto/protocol/limits.h"

namespace roomcast::simulation {
namespace {

template <class Value, std::size_t N>
Value OneOf(Random& random, const std::array<Value, N>& values) {
  return values[random.Below(N)];
}

}  // namespace

Weather DrawWeather(Random& random, bool hostile) {
  Weather weather;
  weather.delay = OneOf(random, std::array<Duration, 4>{200us, 5ms, 40ms, 150ms});
  weather.jitter = OneOf(random, std::array<Duration, 4>{100us, 3ms, 30ms, 400ms});
  weather.refuse_per_mille = OneOf(random, std::array<std::uint32_t, 3>{0, 50, 300});
  weather.black_hole_per_mille = OneOf(random, std::array<std::uint32_t, 3>{0, 10, 100});

  weather.mailbox_letters = OneOf(random, std::array<std::size_t, 4>{2, 6, 24, 1000});
  weather.letters_per_turn = OneOf(random, std::array<std::uint32_t, 3>{2, 8, 64});
  weather.turn_lag = OneOf(random, std::array<Duration, 4>{100us, 1ms, 10ms, 60ms});
  weather.page_bytes = OneOf(random, std::array<std::size_t, 3>{512, 1024, 2048});
  weather.soft_bytes = OneOf(random, std::array<std::size_t, 3>{5 * 1024, 8 * 1024, 32 * 1024});
  weather.hard_bytes = weather.soft_bytes * OneOf(random, std::array<std::size_t, 2>{2, 4});
  weather.history_messages = OneOf(random, std::array<std::size_t, 4>{5, 30, 200, 1000});
  weather.history_bytes = OneOf(random, std::array<std::size_t, 3>{2 * 1024, 32 * 1024, 1 << 20});
  weather.history_ttl = OneOf(random, std::array<Duration, 3>{10s, kHistoryTtl, kHistoryTtl});
  weather.publishes_per_second = OneOf(random, std::array<std::uint32_t, 3>{5, 100, 100});
  weather.presence_grace = OneOf(random, std::array<Duration, 3>{0s, 2s, kPresenceGrace});
  weather.presence_members = OneOf(random, std::array<std::size_t, 3>{3, 8, kPresenceMembers});
  weather.hub_history_bytes =
      OneOf(random, std::array<std::size_t, 3>{16 * 1024, 48 * 1024, 64 << 20});
  weather.parked_sessions = OneOf(random, std::array<std::size_t, 3>{2, 4, kParkedSessions});

  weather.rooms = 2 + static_cast<std::uint32_t>(random.Below(4));
  weather.act_every = OneOf(random, std::array<Duration, 3>{300ms, 600ms, 1500ms});
  weather.payload_max = OneOf(random, std::array<std::size_t, 3>{32, 200, 1200});
  weather.backend_every = OneOf(random, std::array<Duration, 3>{50ms, 300ms, 2s});
  weather.token_per_mille = OneOf(random, std::array<std::uint32_t, 3>{0, 500, 1000});
  weather.token_life = OneOf(random, std::array<Duration, 3>{6s, 30s, 10min});
  weather.token_wait = OneOf(random, std::array<Duration, 3>{20ms, 500ms, 4s});
  weather.token_fail_per_mille = OneOf(random, std::array<std::uint32_t, 2>{0, 200});

  weather.fault_every = OneOf(random, std::array<Duration, 4>{300ms, 800ms, 2s, 6s});
  weather.weights = {30, 14, 14, 10, 10, 4, 3, 3};
  // Some seeds favour one kind, so that it meets itself.
  switch (random.Below(9)) {
    case 0:
      weather.weights.restart = 30;
      break;
    case 1:
      weather.weights.slow = weather.weights.stall = 120;
      break;
    case 2:
      weather.weights.half_open = 120;
      break;
    case 3:
      weather.weights.restart = weather.weights.drain = 0;
      break;
    case 4:
      weather.weights.drain = 30;
      break;
    default:
      break;
  }
  if (!hostile) {
    weather.refuse_per_mille = weather.black_hole_per_mille = 0;
    weather.weights = {};
  }
  return weather;
}

}  // namespace roomcast::simulation
