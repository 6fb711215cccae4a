#include "tests/schema/differential.h"

#include <gtest/gtest.h>

#include <string>

#include "proto/protocol/random.h"
#include "tests/schema/official.h"

namespace roomcast {
namespace {

constexpr std::uint64_t kSeeds = 20'000;

// Changes a few bytes: another value, one more, one less, a piece of it again, a cut.
std::string Mutate(std::string bytes, Random& random) {
  for (std::uint64_t left = random.Below(5); left > 0 && !bytes.empty(); --left) {
    const auto at = static_cast<std::size_t>(random.Below(bytes.size()));
    switch (random.Below(6)) {
      case 0:
        bytes[at] = static_cast<char>(random.Next());
        break;
      case 1:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.Below(8)));
        break;
      case 2:
        bytes.insert(at, 1, static_cast<char>(random.Below(160)));
        break;
      case 3:
        bytes.erase(at, 1 + random.Below(3));
        break;
      case 4:
        bytes.insert(at, bytes.substr(random.Below(bytes.size()), random.Below(8)));
        break;
      default:
        bytes.resize(at);
    }
  }
  return bytes;
}

void CheckMutated(std::string_view frame, std::string (*disagreement)(std::string_view)) {
  std::uint64_t accepted = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Random random(seed);
    const auto message = NewOfficial(frame);
    FillOfficial(*message, random, 4);
    const std::string bytes = Mutate(SerializeOfficial(*message), random);
    ASSERT_EQ(disagreement(bytes), "") << "seed " << seed;
    accepted += LatestWasAccepted() ? 1 : 0;
  }
  EXPECT_GT(accepted, kSeeds / 10) << "mutated so much that nothing was left to compare";
  EXPECT_LT(accepted, kSeeds - kSeeds / 10) << "mutated too little";
}

TEST(DifferentialTest, MutatedClientFramesAreTakenAsTheOfficialRuntimeTakesThem) {
  CheckMutated("ClientFrame", &DisagreementOnClientFrame);
}

TEST(DifferentialTest, MutatedServerFramesAreTakenAsTheOfficialRuntimeTakesThem) {
  CheckMutated("ServerFrame", &DisagreementOnServerFrame);
}

}  // namespace
}  // namespace roomcast
