// I1 to I7 over random schedules. A failure prints its seed: ./dev simulate --seed S
// --trace.
#include <gtest/gtest.h>

#include "tests/simulation/world.h"

namespace roomcast::simulation {
namespace {

Totals RunSeed(std::uint64_t seed) {
  RunOptions options;
  options.seed = seed;
  const RunResult result = World(options).Run();
  if (!result.breach.empty()) ADD_FAILURE() << result.breach;
  return result.totals;
}

TEST(Simulation, KeepsItsPromisesWhateverTheNetworkDoes) {
  constexpr std::uint64_t kSeeds = 30;
  Totals all;
  for (std::uint64_t seed = 1; seed <= kSeeds && !HasFailure(); ++seed) all.Add(RunSeed(seed));
  if (HasFailure()) return;
  // A run that met nothing shows nothing.
  EXPECT_GT(all.cuts, 5 * kSeeds);
  EXPECT_GT(all.half_opens, 3 * kSeeds);
  EXPECT_GT(all.slow_readers, 3 * kSeeds);
  EXPECT_GT(all.stalls, 3 * kSeeds);
  EXPECT_GT(all.sleeps, 3 * kSeeds);
  EXPECT_GT(all.restarts, kSeeds / 4);
  EXPECT_GT(all.behind, kSeeds);
  EXPECT_GT(all.gaps, kSeeds / 4);
  EXPECT_GT(all.resent, kSeeds);
  EXPECT_GT(all.unknown, kSeeds / 10);
  EXPECT_GT(all.duplicates, kSeeds);
  EXPECT_GT(all.full_mailboxes, kSeeds);
  EXPECT_GT(all.client_lost, kSeeds / 4);
  EXPECT_GT(all.hub_lost, kSeeds / 4);
  EXPECT_GT(all.recovered, kSeeds);
  EXPECT_GT(all.lost, kSeeds);
  EXPECT_GT(all.done, 100 * kSeeds);
  EXPECT_GT(all.drains, kSeeds);
  EXPECT_GT(all.shutdown_ends, kSeeds);
  EXPECT_GT(all.tokens, 5 * kSeeds);
  EXPECT_GT(all.tokens_failed, kSeeds / 2);
  EXPECT_GT(all.token_ends, 2 * kSeeds);
  EXPECT_GT(all.evicted, 100 * kSeeds);
  EXPECT_GT(all.parked_dropped, kSeeds);
  EXPECT_GT(all.presence_lists, 20 * kSeeds);
  EXPECT_GT(all.presence_changes, 100 * kSeeds);
}

TEST(Simulation, ASeedIsARun) { EXPECT_EQ(RunSeed(7), RunSeed(7)); }

}  // namespace
}  // namespace roomcast::simulation
