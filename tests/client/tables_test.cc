#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "client-wasm/core/connection_table.h"
#include "client-wasm/core/room_table.h"

namespace roomcast::client {
namespace {

// Goal: what the tables promise holds for every pair of phase and step, not only for those that a
// story happens to walk.

Phase PhaseAt(std::size_t i) { return static_cast<Phase>(i); }
Step StepAt(std::size_t i) { return static_cast<Step>(i); }

TEST(ConnectionTable, ClosedIsForGood) {
  for (std::size_t step = 0; step < kSteps; ++step) {
    EXPECT_EQ(Next(Phase::kClosed, StepAt(step)), std::nullopt);
  }
}

TEST(ConnectionTable, CloseIsPossibleFromEverywhere) {
  for (std::size_t phase = 0; phase + 1 < kPhases; ++phase) {
    EXPECT_EQ(Next(PhaseAt(phase), Step::kClose), Phase::kClosed);
  }
}

TEST(ConnectionTable, ASocketIsNeverAskedForWhileThereIsOne) {
  for (std::size_t phase = 0; phase < kPhases; ++phase) {
    if (!HasSocket(PhaseAt(phase))) continue;
    EXPECT_EQ(Next(PhaseAt(phase), Step::kOpen), std::nullopt) << phase;
    EXPECT_EQ(Next(PhaseAt(phase), Step::kAskToken), std::nullopt) << phase;
  }
}

TEST(ConnectionTable, LiveIsReachedOnlyThroughAGreetingOnAnOpenSocket) {
  for (std::size_t phase = 0; phase < kPhases; ++phase) {
    for (std::size_t step = 0; step < kSteps; ++step) {
      const std::optional<Phase> next = Next(PhaseAt(phase), StepAt(step));
      if (next == Phase::kLive) {
        EXPECT_EQ(PhaseAt(phase), Phase::kGreeting);
      }
      if (next == Phase::kGreeting) {
        EXPECT_EQ(PhaseAt(phase), Phase::kOpening);
      }
    }
  }
}

TEST(ConnectionTable, FromEveryPhaseButClosedLiveCanBeReached) {
  for (std::size_t from = 0; from + 1 < kPhases; ++from) {
    std::vector<bool> reached(kPhases);
    std::vector<std::size_t> open{from};
    reached[from] = true;
    while (!open.empty()) {
      const std::size_t at = open.back();
      open.pop_back();
      for (std::size_t step = 0; step < kSteps; ++step) {
        const std::optional<Phase> next = Next(PhaseAt(at), StepAt(step));
        if (!next || reached[static_cast<std::size_t>(*next)]) continue;
        reached[static_cast<std::size_t>(*next)] = true;
        open.push_back(static_cast<std::size_t>(*next));
      }
    }
    EXPECT_TRUE(reached[static_cast<std::size_t>(Phase::kLive)]) << from;
  }
}

TEST(ConnectionTable, TheApplicationHearsWhetherItWasConnectedBefore) {
  EXPECT_EQ(StateOf(Phase::kWaiting, false), ConnectionState::kConnecting);
  EXPECT_EQ(StateOf(Phase::kWaiting, true), ConnectionState::kReconnecting);
  EXPECT_EQ(StateOf(Phase::kIdle, false), ConnectionState::kDisconnected);
  EXPECT_EQ(StateOf(Phase::kLive, true), ConnectionState::kConnected);
  EXPECT_EQ(StateOf(Phase::kClosed, false), ConnectionState::kClosed);
}

RoomPhase RoomPhaseAt(std::size_t i) { return static_cast<RoomPhase>(i); }
RoomStep RoomStepAt(std::size_t i) { return static_cast<RoomStep>(i); }

TEST(RoomTable, TheLastWishWinsFromEveryPhase) {
  for (std::size_t phase = 0; phase < kRoomPhases; ++phase) {
    const RoomPhase from = RoomPhaseAt(phase);
    const RoomPhase unwanted = Next(from, RoomStep::kUnwant).value_or(from);
    EXPECT_EQ(unwanted, RoomPhase::kOut);
    const RoomPhase wanted = Next(unwanted, RoomStep::kWant).value_or(unwanted);
    EXPECT_EQ(StateOf(wanted), RoomState::kJoining);
  }
}

TEST(RoomTable, OnlyTheWishTheHubsRefusalOrRemovalLeadOut) {
  for (std::size_t phase = 1; phase < kRoomPhases; ++phase) {
    for (std::size_t step = 0; step < kRoomSteps; ++step) {
      if (Next(RoomPhaseAt(phase), RoomStepAt(step)) != RoomPhase::kOut) continue;
      const RoomStep by = RoomStepAt(step);
      EXPECT_TRUE(by == RoomStep::kUnwant || by == RoomStep::kRefused || by == RoomStep::kRemoved);
    }
  }
}

TEST(RoomTable, AMemberIsOnlyWhoWasAskedForAndAnswered) {
  for (std::size_t phase = 0; phase < kRoomPhases; ++phase) {
    for (std::size_t step = 0; step < kRoomSteps; ++step) {
      if (Next(RoomPhaseAt(phase), RoomStepAt(step)) != RoomPhase::kMember) continue;
      EXPECT_EQ(RoomPhaseAt(phase), RoomPhase::kAsked);
      EXPECT_EQ(RoomStepAt(step), RoomStep::kJoined);
    }
  }
}

TEST(RoomTable, NoMembershipOutlivesItsConnection) {
  for (std::size_t phase = 1; phase < kRoomPhases; ++phase) {
    const RoomPhase from = RoomPhaseAt(phase);
    EXPECT_EQ(Next(from, RoomStep::kDown).value_or(from), RoomPhase::kOffline);
  }
}

}  // namespace
}  // namespace roomcast::client
