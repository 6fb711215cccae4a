#ifndef ROOMCAST_TESTS_SIMULATION_WEATHER_H_
#define ROOMCAST_TESTS_SIMULATION_WEATHER_H_

#include <cstddef>
#include <cstdint>

#include "proto/protocol/instant.h"
#include "proto/protocol/random.h"

namespace roomcast::simulation {

// What sort of world one seed lives in: some have long lines and small mailboxes, some a hub that
// dies every few seconds, some are nearly kind. Limits are small, so that a few messages reach
// them.
struct Weather {
  // The network.
  Duration delay{};   // one way, at least
  Duration jitter{};  // and at most so much more
  std::uint32_t refuse_per_mille = 0;
  std::uint32_t black_hole_per_mille = 0;  // a connect that is never answered

  // The hub.
  std::size_t mailbox_letters = 0;
  std::uint32_t letters_per_turn = 0;
  Duration turn_lag{};  // how late a shard's turn may be
  std::size_t soft_bytes = 0;
  std::size_t hard_bytes = 0;
  std::size_t page_bytes = 0;
  std::size_t history_messages = 0;
  std::size_t history_bytes = 0;
  Duration history_ttl{};
  std::uint32_t publishes_per_second = 0;
  Duration presence_grace{};
  std::size_t presence_members = 0;  // above it, only their number is shown
  // What all rooms, and all who are away, may take.
  std::size_t hub_history_bytes = 0;
  std::size_t parked_sessions = 0;

  // The applications.
  std::uint32_t rooms = 0;
  Duration act_every{};  // on the average
  std::size_t payload_max = 0;
  Duration backend_every{};
  std::uint32_t token_per_mille = 0;  // of the clients; the others are anonymous
  Duration token_life{};
  Duration token_wait{};  // until a client is given one, at most
  std::uint32_t token_fail_per_mille = 0;

  // What goes wrong: the mean time between faults, and the weights of their kinds.
  Duration fault_every{};
  struct Weights {
    std::uint32_t cut = 0, half_open = 0, slow = 0, stall = 0, sleep = 0, clock = 0, restart = 0,
                  drain = 0;
  } weights;
};

Weather DrawWeather(Random& random, bool hostile);

// A time of about `mean`: uniform up to twice of it, never 0.
inline Duration Around(Random& random, Duration mean) {
  return Duration(
      1 + static_cast<std::int64_t>(random.Below(static_cast<std::uint64_t>(2 * mean.count()))));
}
// Uniform in [low, high].
inline Duration Between(Random& random, Duration low, Duration high) {
  return low + Duration(static_cast<std::int64_t>(
                   random.Below(static_cast<std::uint64_t>((high - low).count()) + 1)));
}

}  // namespace roomcast::simulation

#endif  // ROOMCAST_TESTS_SIMULATION_WEATHER_H_
