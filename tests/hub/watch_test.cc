// A backend's stream reads rooms as a member does: from a position, in order, without a silent
// hole, at its own speed; and it is nobody's member.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/hub/home.h"
#include "tests/hub/backend_stream.h"
#include "tests/hub/visitor.h"

namespace roomcast::test {
namespace {

using Said = BackendStream::Said;

// So that a room's home is another shard than the stream's, whatever the hash.
std::string RoomAtHomeOn(const HubRig& rig, std::uint16_t shard, const std::string& space) {
  for (int i = 0;; ++i) {
    std::string room = space + ":" + std::to_string(i);
    if (static_cast<std::uint16_t>(hub::HomeShardOf(rig.config(), room)) == shard) return room;
  }
}

TEST(Watch, NamesTheInstanceFirstAndReadsARoomFromNowOn) {
  HubRig rig({.shards = 2});
  Push(rig, "chat:a", "before");
  BackendStream stream(rig, 1);
  stream.Room(7, "chat:a");
  Push(rig, "chat:a", "after");
  EXPECT_EQ(stream.Take(), (Said{"opened", "joined 7 chat:a at 1 live from 1", "chat:a 2 after"}));
  EXPECT_EQ(stream.instance, rig.config().instance);
}

TEST(Watch, GoesOnFromAPositionAfterACutWithoutLossOrRepeat) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    HubRig rig({.shards = 3, .seed = seed});
    Said heard;
    Position reached{};
    int next = 0;
    for (int life = 0; life < 5; ++life) {
      BackendStream stream(rig, static_cast<std::uint16_t>((seed + life) % 3));
      life == 0 ? stream.Room(1, "chat:a") : stream.Since(1, "chat:a", reached);
      for (int i = 0; i < 7; ++i) Push(rig, "chat:a", std::to_string(++next));
      for (std::string& line : stream.TakePublications()) heard.push_back(std::move(line));
      reached = stream.Reached("chat:a");
      stream.Close();
      for (int i = 0; i < 3; ++i) Push(rig, "chat:a", std::to_string(++next));
    }
    Said all;
    for (int i = 1; i <= next - 3; ++i) {
      all.push_back("chat:a " + std::to_string(i) + " " + std::to_string(i));
    }
    EXPECT_EQ(heard, all);
  }
}

TEST(Watch, APositionOfAnotherLifeOfTheHubIsLostAndSaysSo) {
  HubRig rig;
  Push(rig, "chat:a", "here");
  BackendStream stream(rig);
  stream.Since(1, "chat:a", Position{12345, 40});
  EXPECT_EQ(stream.Take(), (Said{"opened", "joined 1 chat:a at 1 lost from 0", "chat:a 1 here"}));
}

TEST(Watch, TheLastOfHistoryCanBeAskedFor) {
  HubRig rig;
  for (int i = 1; i <= 5; ++i) Push(rig, "chat:a", std::to_string(i));
  BackendStream stream(rig);
  stream.Add({.id = 1, .name = "chat:a", .since = LastCount{2}});
  EXPECT_EQ(stream.Take(),
            (Said{"opened", "joined 1 chat:a at 5 recovered from 3", "chat:a 4 4", "chat:a 5 5"}));
}

TEST(Watch, IsNoMemberOfTheRoom) {
  hub::HubConfig config = ConfigOf(2);
  config.namespaces.push_back(
      {.name = "small", .presence = {.mode = PresenceInterest::kMembers}, .capacity = 1});
  HubRig rig({.shards = 2}, config);
  BackendStream stream(rig, 0);
  stream.Room(1, "small:a");
  const auto ada = rig.Greeted(1, "user:ada");
  EXPECT_EQ(rig.JoinRoom(ada, "small:a").room.view, "small:a") << "the room has room for one";
  EXPECT_EQ(Sum(rig, &hub::Shard::Counts::members), 1u);
  EXPECT_EQ(Sum(rig, &hub::Shard::Counts::sessions), 1u);
  // Who is in the room is ended; the stream goes on.
  rig.Mail(static_cast<std::uint16_t>(hub::HomeShardOf(rig.config(), "small:a")),
           hub::UserMail(hub::EndRoom{kCall, "small:a", {}}));
  rig.Settle();
  EXPECT_EQ(rig.TakeCounted().sessions, 1u);
  Push(rig, "small:a", "still here");
  EXPECT_EQ(stream.TakePublications(), (Said{"small:a 1 still here"}));
}

TEST(Watch, OneThatReadsTooSlowlyIsCaughtUpInPagesAndMissesNothing) {
  hub::HubConfig config = ConfigOf(2);
  config.recovery_page_bytes = 1000;
  HubRig rig({.shards = 2, .soft_bytes = 2000, .hard_bytes = 8000}, config);
  const std::string room = RoomAtHomeOn(rig, 1, "chat");
  BackendStream stream(rig, 0);
  stream.Room(1, room);
  rig.wire(stream.id()).slow = true;
  const std::string filler(200, 'x');
  Said all;
  for (int i = 1; i <= 100; ++i) {
    Push(rig, room, filler + std::to_string(i));
    all.push_back(room + " " + std::to_string(i) + " " + filler + std::to_string(i));
  }
  EXPECT_LE(rig.wire(stream.id()).unread_bytes, 8000u) << "it costs the hub its window";
  EXPECT_GT(rig.events().behind, 0u);
  Said heard = stream.TakePublications();
  EXPECT_LT(heard.size(), 100u);
  for (int turn = 0; turn < 100 && heard.size() < 100; ++turn) {
    rig.Drain(stream.id());
    rig.Settle();
    for (std::string& line : stream.TakePublications()) heard.push_back(std::move(line));
  }
  EXPECT_TRUE(heard == all) << heard.size() << " were heard";
}

TEST(Watch, WhatHistoryNoLongerHoldsIsAGap) {
  hub::HubConfig config = ConfigOf(1);
  config.namespaces.push_back({.name = "short", .keep = {1 << 20, 3, 300s}});
  HubRig rig({.soft_bytes = 200, .hard_bytes = 2000}, config);
  BackendStream stream(rig);
  stream.Room(1, "short:a");
  stream.Take();
  rig.wire(stream.id()).slow = true;
  rig.wire(stream.id()).unread_bytes = 300;
  for (int i = 1; i <= 10; ++i) Push(rig, "short:a", std::to_string(i));
  rig.Drain(stream.id());
  rig.Settle();
  // The first was queued before the queue was found to be over its soft limit.
  EXPECT_EQ(stream.Take(), (Said{"short:a 1 1", "gap short:a 2-7 evicted", "short:a 8 8",
                                 "short:a 9 9", "short:a 10 10"}));
}

TEST(Watch, AStreamThatBeginsAnewIsAReset) {
  HubRig rig({.shards = 2});
  Push(rig, "chat:a", "old");
  BackendStream stream(rig, 1);
  stream.Room(1, "chat:a");
  hub::TrimHistory trim;
  trim.room = "chat:a";
  trim.restart = true;
  rig.Mail(static_cast<std::uint16_t>(hub::HomeShardOf(rig.config(), "chat:a")), trim);
  rig.Settle();
  Push(rig, "chat:a", "new");
  EXPECT_EQ(stream.Take(), (Said{"opened", "joined 1 chat:a at 1 live from 1", "reset chat:a at 0",
                                 "chat:a 1 new"}));
}

TEST(Watch, BeatsWithPositionsWhereSomethingMovedAndWithoutWhereNothingDid) {
  HubRig rig;
  BackendStream stream(rig);
  stream.Room(1, "chat:a");
  stream.Room(2, "chat:b");
  Push(rig, "chat:b", "x");
  stream.Take();
  rig.Pass(kWatchBeat);
  EXPECT_EQ(stream.Take(), (Said{"tops chat:b=1"}));
  rig.Pass(kWatchBeat);
  rig.Pass(kWatchBeat);
  EXPECT_EQ(stream.Take(), (Said{"tops", "tops"}));
}

TEST(Watch, EndsOneRoomAndGoesOnWithTheOthers) {
  HubRig rig({.shards = 2});
  BackendStream stream(rig, 1);
  stream.Room(1, "chat:a");
  stream.Room(2, "chat:b");
  stream.Take();
  stream.Remove(1);
  stream.Remove(1);
  stream.Remove(99);
  Push(rig, "chat:a", "unheard");
  Push(rig, "chat:b", "heard");
  EXPECT_EQ(stream.Take(), (Said{"left 1", "chat:b 1 heard"}));
  stream.Room(1, "chat:a");
  EXPECT_EQ(stream.Take(), (Said{"joined 1 chat:a at 1 live from 1"}));
}

TEST(Watch, OneThatIsTakenBackBeforeItsAnswerLeavesNothingBehind) {
  HubRig rig({.shards = 2});
  const std::string room = RoomAtHomeOn(rig, 0, "drop");
  BackendStream stream(rig, 1);
  rig.Watch(stream.id(), hub::WatchAdd{.id = 1, .name = room});
  rig.Watch(stream.id(), hub::WatchRemove{1});
  rig.Watch(stream.id(), hub::WatchAdd{.id = 1, .name = room});
  rig.Settle();
  EXPECT_EQ(stream.Take(), (Said{"opened", "left 1", "joined 1 " + room + " at 0 live from 0"}));
  Push(rig, room, "once");
  EXPECT_EQ(stream.Take(), (Said{room + " 1 once"}));
  stream.Close();
  rig.Pass(hub::NamespaceConfig().keep.ttl + 120s);
  EXPECT_EQ(Sum(rig, &hub::Shard::Counts::rooms), 0u) << "nobody holds the room";
}

struct Refused {
  std::string name;
  hub::WatchAdd add;
  std::string said;
};

TEST(Watch, WhatMakesNoSenseIsSaidToBeOverAndTheStreamGoesOn) {
  HubRig rig({.shards = 2});
  BackendStream stream(rig);
  stream.Room(1, "chat:a");
  stream.Prefix(2, "quiet:");
  stream.Take();
  const std::vector<Refused> table{
      {"no id", {.name = "chat:b"}, "left 0 error 107"},
      {"an id that is used", {.id = 1, .name = "chat:b"}, "left 1 error 107"},
      {"a room that is watched", {.id = 3, .name = "chat:a"}, "left 3 error 107"},
      {"no such namespace", {.id = 3, .name = "nowhere:a"}, "left 3 error 102"},
      {"no room", {.id = 3}, "left 3 error 115"},
      {"half a namespace", {.id = 3, .by_prefix = true, .name = "chat"}, "left 3 error 107"},
      {"no prefix", {.id = 3, .by_prefix = true}, "left 3 error 107"},
      {"a prefix elsewhere", {.id = 3, .by_prefix = true, .name = "no:"}, "left 3 error 102"},
      {"a prefix twice", {.id = 3, .by_prefix = true, .name = "quiet:"}, "left 3 error 107"},
  };
  for (const Refused& row : table) {
    SCOPED_TRACE(row.name);
    stream.Add(row.add);
    EXPECT_EQ(stream.Take(), (Said{row.said}));
  }
  Push(rig, "chat:a", "on");
  EXPECT_EQ(stream.Take(), (Said{"chat:a 1 on"}));
}

TEST(Watch, WhenTheHubStopsTheStreamIsEnded) {
  HubRig rig;
  BackendStream stream(rig);
  stream.Room(1, "chat:a");
  rig.shard(0).Shutdown(rig.now());
  EXPECT_TRUE(rig.wire(stream.id()).closed);
  EXPECT_EQ(rig.wire(stream.id()).code, DisconnectCode::kShutdown);
}

}  // namespace
}  // namespace roomcast::test
