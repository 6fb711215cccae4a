// What a backend sees when it looks: rooms by name, sessions by id, each in bounded steps.
#include "server/hub/inspector.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "tests/hub/visitor.h"

namespace roomcast::test {
namespace {

const hub::Inspector& Look(HubRig& rig, std::uint16_t shard) {
  return rig.shard(shard).inspector();
}

// All rooms of all shards that fit, and how many looks it took.
std::vector<std::string> RoomsOf(HubRig& rig, hub::RoomsAsk ask, int& looks) {
  std::vector<std::string> names;
  for (std::uint16_t shard = 0; shard < rig.shards(); ++shard) {
    ask.after.clear();
    while (true) {
      ++looks;
      const hub::RoomsPage page = Look(rig, shard).Rooms(ask);
      for (const hub::RoomFacts& room : page.rooms) names.push_back(room.room);
      if (!page.more) break;
      ask.after = page.reached;
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

TEST(Inspector, ListsRoomsThatHaveAMemberOrAHistory) {
  HubRig rig({.shards = 2});
  const auto ada = rig.Greeted(0, "user:ada");
  rig.JoinRoom(ada, "chat:quiet");
  Push(rig, "chat:said", "x");
  Push(rig, "chat:said", "y");
  Push(rig, "other", "z");
  // Only asked about: nothing was ever in it.
  hub::ReadHistory ask;
  ask.room = "chat:asked";
  ask.call = kCall;
  rig.Mail(static_cast<std::uint16_t>(hub::HomeShardOf(rig.config(), ask.room)), ask);
  rig.Settle();
  int looks = 0;
  EXPECT_EQ(RoomsOf(rig, {}, looks),
            (std::vector<std::string>{"chat:quiet", "chat:said", "other"}));
  EXPECT_EQ(RoomsOf(rig, {.name_prefix = "chat:s"}, looks),
            (std::vector<std::string>{"chat:said"}));
  EXPECT_EQ(RoomsOf(rig, {.members_min = 1}, looks), (std::vector<std::string>{"chat:quiet"}));
  EXPECT_EQ(RoomsOf(rig, {.namespaces = {"default"}}, looks), (std::vector<std::string>{"other"}));
  for (std::uint16_t shard = 0; shard < 2; ++shard) {
    for (const hub::RoomFacts& room : Look(rig, shard).Rooms({.name_prefix = "chat:said"}).rooms) {
      EXPECT_EQ(room.members, 0u);
      EXPECT_EQ(room.position.offset, 2u);
      EXPECT_EQ(room.held.messages, 2u);
      EXPECT_GT(room.held.bytes, 0u);
      EXPECT_EQ(Microseconds(room.last_publication_at), Microseconds(rig.now().wall));
    }
  }
}

TEST(Inspector, AShardLooksAtSoManyRoomsAtOnceAndMissesNone) {
  HubRig rig({.shards = 1});
  std::vector<std::string> all;
  for (int i = 0; i < 1000; ++i) {
    all.push_back("chat:" + std::to_string(i));
    Push(rig, all.back(), "x");
  }
  std::sort(all.begin(), all.end());
  int looks = 0;
  EXPECT_EQ(RoomsOf(rig, {}, looks), all);
  EXPECT_EQ(looks, 4);
  // Where nothing fits, a look is as short.
  looks = 0;
  EXPECT_TRUE(RoomsOf(rig, {.members_min = 1}, looks).empty());
  EXPECT_EQ(looks, 4);
}

TEST(Inspector, ShowsSessionsWhereTheyAreAndThoseThatAreParked) {
  HubRig rig({.shards = 2});
  Client ada;
  ada.Connect(rig, 0, "user:ada", {{.room = "chat:a"}});
  Client bob;
  bob.Connect(rig, 1, "user:bob");
  rig.Close(bob.connection);
  rig.Settle();
  std::vector<std::string> told;
  for (std::uint16_t shard = 0; shard < 2; ++shard) {
    const hub::DirectoryPage page = Look(rig, shard).Directory(std::nullopt, {});
    EXPECT_FALSE(page.more);
    for (const hub::DirectoryEntry& entry : page.entries) {
      const std::optional<hub::SessionFacts> facts =
          entry.parked ? entry.parked
                       : Look(rig, static_cast<std::uint16_t>(entry.holder->shard))
                             .SessionOf(*entry.holder, {});
      ASSERT_TRUE(facts);
      told.push_back(facts->user + (facts->parked ? " parked" : " open") + " in " +
                     std::to_string(facts->room_count));
      EXPECT_GE(Microseconds(facts->opened_at), kBeginning);
    }
  }
  EXPECT_EQ(told, (std::vector<std::string>{"ada open in 1", "bob parked in 0"}));
}

TEST(Inspector, AFilterLeavesOutWhatDoesNotFit) {
  HubRig rig({.shards = 1});
  Client ada;
  ada.Connect(rig, 0, "user:ada", {{.room = "chat:a"}});
  const auto number = hub::ParseSessionId(ada.id);
  ASSERT_TRUE(number);
  const auto entry = Look(rig, 0).DirectoryOf(*number, {});
  ASSERT_TRUE(entry && entry->holder);
  EXPECT_TRUE(Look(rig, 0).SessionOf(*entry->holder, {.user = "ada", .room = "chat:a"}));
  EXPECT_FALSE(Look(rig, 0).SessionOf(*entry->holder, {.user = "bob"}));
  EXPECT_FALSE(Look(rig, 0).SessionOf(*entry->holder, {.room = "chat:b"}));
  rig.Close(ada.connection);
  rig.Settle();
  EXPECT_TRUE(Look(rig, 0).DirectoryOf(*number, {.room = "chat:a"})->parked);
  EXPECT_FALSE(Look(rig, 0).DirectoryOf(*number, {.user = "bob"})->parked);
}

TEST(Inspector, ManySessionsComeInPagesEachOnce) {
  HubRig rig({.shards = 1});
  for (int i = 0; i < 600; ++i) rig.Greeted(0);
  std::set<std::string> ids;
  std::optional<hub::SessionNumber> after;
  int pages = 0;
  while (true) {
    const hub::DirectoryPage page = Look(rig, 0).Directory(after, {});
    ++pages;
    for (const auto& entry : page.entries) {
      EXPECT_TRUE(ids.insert(hub::FormatSessionId(entry.number)).second);
    }
    if (!page.more) break;
    after = page.entries.back().number;
  }
  EXPECT_EQ(ids.size(), 600u);
  EXPECT_EQ(pages, 3);
}

TEST(Inspector, PresenceOfARoomThatShowsNoneIsRefused) {
  HubRig rig;
  EXPECT_TRUE(std::holds_alternative<hub::Failure>(Look(rig, 0).PresenceOf("chat:a", {}, 10)));
  EXPECT_TRUE(std::holds_alternative<hub::Failure>(Look(rig, 0).PresenceOf("no:a", {}, 10)));
}

}  // namespace
}  // namespace roomcast::test
