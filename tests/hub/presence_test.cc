// Who is in a room: joined changes, a grace that hides reloads, and numbers where there are too
// many.
#include "server/hub/presence.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "proto/protocol/random.h"

namespace roomcast::hub {
namespace {

using Names = std::vector<std::string>;

constexpr PresenceConfig kMembers{PresenceInterest::kMembers, 10s, 500};

Names NamesOf(const std::vector<PresentUser>& users) {
  Names names;
  for (const PresentUser& user : users) names.push_back(user.user);
  return names;
}

// A room and its time.
struct Room {
  explicit Room(const PresenceConfig& config) : presence(config) {}

  // Time passes; the changes that fall due on the way.
  std::vector<PresenceChange> Pass(Duration time) {
    std::vector<PresenceChange> changes;
    const Instant end = now.instant + time;
    while (presence.NextDeadline() <= end) {
      now.instant = std::max(now.instant, presence.NextDeadline());
      if (auto change = presence.OnTime(now)) changes.push_back(*std::move(change));
    }
    now.instant = end;
    return changes;
  }

  RoomPresence presence;
  Now now{Instant(std::chrono::hours(1)), {}};
};

TEST(Presence, AUserIsThereOnceWithTheNumberOfItsSessions) {
  Room room(kMembers);
  room.presence.Join("ada", "1");
  room.presence.Join("ada", "");
  room.presence.Join("bob", "");
  const auto changes = room.Pass(1s);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(NamesOf(changes[0].joins), (Names{"ada", "bob"}));
  EXPECT_EQ(changes[0].joins[0].sessions, 2u);
  EXPECT_EQ(changes[0].joins[0].data, "1");
  EXPECT_EQ(changes[0].user_count, 2u);
  EXPECT_EQ(changes[0].session_count, 3u);
  room.presence.Leave("ada", true, room.now);
  const auto one_less = room.Pass(1s);
  ASSERT_EQ(one_less.size(), 1u);
  EXPECT_EQ(NamesOf(one_less[0].updates), Names{"ada"});
  EXPECT_EQ(one_less[0].session_count, 2u);
}

TEST(Presence, AReloadDoesNotFlicker) {
  Room room(kMembers);
  room.presence.Join("ada", "x");
  room.Pass(1s);
  for (int i = 0; i < 20; ++i) {
    room.presence.Leave("ada", false, room.now);
    EXPECT_TRUE(room.Pass(9s).empty());
    room.presence.Join("ada", "x");
    EXPECT_TRUE(room.Pass(9s).empty());
  }
  EXPECT_EQ(room.presence.Read("", 10, 1000).session_count, 1u);
}

TEST(Presence, WhoDoesNotComeBackLeavesAfterTheGraceAndWhoSaysByeAtOnce) {
  Room room(kMembers);
  room.presence.Join("ada", "");
  room.presence.Join("bob", "");
  room.Pass(1s);
  room.presence.Leave("ada", false, room.now);
  room.presence.Leave("bob", true, room.now);
  const auto at_once = room.Pass(9'999ms);
  ASSERT_EQ(at_once.size(), 1u);
  EXPECT_EQ(at_once[0].leaves, Names{"bob"});
  const auto later = room.Pass(1ms);
  ASSERT_EQ(later.size(), 1u);
  EXPECT_EQ(later[0].leaves, Names{"ada"});
  EXPECT_EQ(later[0].user_count, 0u);
  EXPECT_EQ(room.presence.NextDeadline(), kNever);
}

TEST(Presence, HoweverManyComeAndGoThereAreAtMostTenChangesASecond) {
  Room room(kMembers);
  std::size_t changes = 0;
  for (int i = 0; i < 1000; ++i) {
    room.presence.Join("user" + std::to_string(i % 400), std::to_string(i));
    changes += room.Pass(10ms).size();
  }
  EXPECT_LE(changes, 101u);
  EXPECT_GE(changes, 99u);
}

// A list that was read in between shows it.
TEST(Presence, WhoIsGoneBeforeItWasToldLeavesAllTheSame) {
  Room room(kMembers);
  room.presence.Join("ada", "");
  EXPECT_EQ(room.presence.Read("", 10, 1000).users.size(), 1u);
  room.presence.Leave("ada", true, room.now);
  const auto changes = room.Pass(1s);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_TRUE(changes[0].joins.empty() && changes[0].updates.empty());
  EXPECT_EQ(changes[0].leaves, std::vector<std::string>{"ada"});
}

TEST(Presence, AboveTheMaximumThereAreNumbersOnlyAndTheVersionJumpsBothWays) {
  Room room({PresenceInterest::kMembers, 0s, 3});
  for (const char* user : {"a", "b", "c"}) room.presence.Join(user, "");
  const std::uint64_t before = room.Pass(1s).at(0).version;
  room.presence.Join("d", "");
  const auto over = room.Pass(1s).at(0);
  EXPECT_EQ(over.version, before + 2) << "who followed must ask anew";
  EXPECT_TRUE(over.joins.empty());
  EXPECT_EQ(over.user_count, 4u);
  EXPECT_TRUE(room.presence.Read("", 10, 1000).users.empty());
  room.presence.Join("e", "");
  EXPECT_EQ(room.Pass(1s).at(0).version, before + 3);
  room.presence.Leave("d", true, room.now);
  room.presence.Leave("e", true, room.now);
  EXPECT_EQ(room.Pass(1s).at(0).version, before + 5);
  EXPECT_EQ(NamesOf(room.presence.Read("", 10, 1000).users), (Names{"a", "b", "c"}));
}

TEST(Presence, AChangeThatIsTooLargeIsAJump) {
  Room room(kMembers);
  const std::uint64_t before = room.presence.Read("", 1, 1).version;
  for (int i = 0; i < 400; ++i) room.presence.Join(std::to_string(i), std::string(1000, 'x'));
  const auto change = room.Pass(1s).at(0);
  EXPECT_EQ(change.version, before + 2);
  EXPECT_TRUE(change.joins.empty());
  EXPECT_EQ(change.user_count, 400u);
}

TEST(Presence, PagesOneAfterTheOtherAreAllUsers) {
  Room room(kMembers);
  for (int i = 100; i < 200; ++i) room.presence.Join(std::to_string(i), std::string(50, 'x'));
  Names all;
  std::string after;
  for (bool more = true; more;) {
    const PresenceState page = room.presence.Read(after, 7, 10'000);
    EXPECT_LE(page.users.size(), 7u);
    EXPECT_EQ(page.user_count, 100u);
    for (const std::string& name : NamesOf(page.users)) all.push_back(name);
    after = all.back();
    more = page.more;
  }
  EXPECT_EQ(all.size(), 100u);
  EXPECT_LT(room.presence.Read("", 100, 300).users.size(), 6u) << "a page is bounded in bytes";
}

// Goal: whoever applies the changes to a snapshot, and asks anew when the version jumps, has what
// is there. Method: random comings and goings, a follower, and a plain count of sessions beside it.
TEST(Presence, AFollowerHasWhatIsThere) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    Room room({PresenceInterest::kMembers, 2s, 12});
    std::map<std::string, int> sessions;
    std::map<std::string, std::uint32_t> follower;
    std::uint64_t version = 0;
    const auto fetch = [&] {
      const PresenceState state = room.presence.Read("", 1000, 1'000'000);
      version = state.version;
      follower.clear();
      for (const PresentUser& user : state.users) follower[user.user] = user.sessions;
    };
    fetch();
    for (int step = 0; step < 400; ++step) {
      const std::string user = "u" + std::to_string(random.Below(16));
      if (random.Below(2) == 0) {
        room.presence.Join(user, random.Below(3) == 0 ? "data" : "");
        ++sessions[user];
      } else if (sessions[user] > 0) {
        room.presence.Leave(user, random.Below(2) == 0, room.now);
        --sessions[user];
      }
      for (const PresenceChange& change : room.Pass(1ms * random.Below(400))) {
        if (change.version != version + 1) {
          fetch();
          continue;
        }
        version = change.version;
        for (const PresentUser& one : change.joins) follower[one.user] = one.sessions;
        for (const PresentUser& one : change.updates) follower[one.user] = one.sessions;
        for (const std::string& one : change.leaves) follower.erase(one);
      }
    }
    // Quiet comes, and the follower has converged to who is live.
    for (const PresenceChange& change : room.Pass(3s)) {
      if (change.version != version + 1) {
        fetch();
        continue;
      }
      version = change.version;
      for (const PresentUser& one : change.joins) follower[one.user] = one.sessions;
      for (const PresentUser& one : change.updates) follower[one.user] = one.sessions;
      for (const std::string& one : change.leaves) follower.erase(one);
    }
    std::map<std::string, std::uint32_t> live;
    for (const auto& [user, count] : sessions) {
      if (count > 0) live[user] = static_cast<std::uint32_t>(count);
    }
    if (room.presence.counts_only()) live.clear();
    EXPECT_EQ(follower, live);
  }
}

}  // namespace
}  // namespace roomcast::hub
