// A backend watches all rooms of a namespace, and who comes and goes there.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "server/hub/home.h"
#include "tests/hub/backend_stream.h"
#include "tests/hub/visitor.h"

namespace roomcast::test {
namespace {

using Said = BackendStream::Said;

Said Sorted(Said said) {
  std::sort(said.begin(), said.end());
  return said;
}

TEST(WatchPrefix, MeetsRoomsAsTheyAreSpokenInWhereverTheyAreAtHome) {
  HubRig rig({.shards = 3});
  Push(rig, "chat:old", "before");
  BackendStream stream(rig, 1);
  stream.Prefix(5, "chat:");
  stream.Take();
  Push(rig, "quiet:a", "elsewhere");
  Push(rig, "chat:old", "again");
  Push(rig, "chat:new", "first");
  Push(rig, "chat:new", "second");
  EXPECT_EQ(stream.Take(),
            (Said{"joined 5 chat:old at 1 live from 1", "chat:old 2 again",
                  "joined 5 chat:new at 0 live from 0", "chat:new 1 first", "chat:new 2 second"}));
}

TEST(WatchPrefix, ARoomIsReadOnceHoweverManyWatchesNameIt) {
  HubRig rig({.shards = 2});
  BackendStream stream(rig);
  stream.Room(1, "chat:a");
  stream.Prefix(2, "chat:");
  stream.Prefix(3, "chat:a");
  stream.Take();
  Push(rig, "chat:a", "x");
  Push(rig, "chat:ab", "y");
  EXPECT_EQ(stream.TakePublications(), (Said{"chat:a 1 x", "chat:ab 1 y"}));
  stream.Remove(1);
  stream.Take();
  Push(rig, "chat:a", "z");
  EXPECT_EQ(stream.TakePublications(), (Said{"chat:a 2 z"})) << "the prefix covers it still";
}

TEST(WatchPrefix, AndARoomOfItThatIsAddedInTheSameBreathAreNotReadTwice) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    HubRig rig({.shards = 2, .seed = seed});
    const hub::ConnectionId neighbour = rig.Greeted(0);
    rig.JoinRoom(neighbour, "chat:a");
    const hub::ConnectionId speaker = rig.Greeted(0, "", 2);
    rig.JoinRoom(speaker, "chat:a");
    BackendStream stream(rig);
    // The room's home hears of the prefix, meets it, and only then of the room.
    rig.Watch(stream.id(), hub::WatchAdd{.id = 1, .by_prefix = true, .name = "chat:"});
    rig.Publish(speaker, "chat:a", "x", 1);
    rig.Watch(stream.id(), hub::WatchAdd{.id = 2, .name = "chat:a"});
    rig.Settle();
    stream.Take();
    rig.Publish(speaker, "chat:a", "y", 2);
    rig.Settle();
    EXPECT_EQ(stream.TakePublications(), (Said{"chat:a 2 y"}));
    rig.Close(neighbour);
    rig.Settle();
    stream.Close();
    rig.Publish(speaker, "chat:a", "z", 3);
    rig.Settle();
  }
}

TEST(WatchPrefix, IsRefusedWhereNobodyMayJoin) {
  hub::HubConfig config = ConfigOf(1);
  config.namespaces.push_back({.name = "shut", .may_join = hub::Who::kNobody});
  HubRig rig({}, config);
  BackendStream stream(rig);
  stream.Prefix(1, "shut:");
  EXPECT_EQ(stream.Take(), (Said{"opened", "left 1 error 103"}));
}

TEST(WatchPrefix, LeavesAllItsRoomsWhenItIsTakenBack) {
  HubRig rig({.shards = 2});
  BackendStream stream(rig, 1);
  stream.Prefix(1, "chat:");
  for (const char* room : {"chat:a", "chat:b", "chat:c"}) Push(rig, room, "x");
  stream.Take();
  stream.Remove(1);
  for (const char* room : {"chat:a", "chat:b", "chat:c", "chat:d"}) Push(rig, room, "y");
  EXPECT_EQ(stream.Take(), (Said{"left 1"}));
}

TEST(WatchPrefix, DoesNotHoldARoomAndIsToldThatItIsGone) {
  HubRig rig({.shards = 2});
  BackendStream stream(rig, 1);
  stream.Add({.id = 1, .by_prefix = true, .name = "drop:", .lifecycle = true});
  stream.Take();
  Push(rig, "drop:a", "x");
  EXPECT_EQ(stream.Take(),
            (Said{"room drop:a opened for 1", "joined 1 drop:a at 0 live from 0", "drop:a 1 x"}));
  rig.Pass(hub::NamespaceConfig().keep.ttl + 120s);
  Said said = stream.Take();
  std::erase_if(said, [](const std::string& line) { return line.starts_with("tops"); });
  EXPECT_EQ(said, (Said{"room drop:a closed for 1", "left 1 drop:a"}));
  EXPECT_EQ(Sum(rig, &hub::Shard::Counts::rooms), 0u);
  Push(rig, "drop:a", "y");
  EXPECT_EQ(stream.Take(),
            (Said{"room drop:a opened for 1", "joined 1 drop:a at 1 live from 1", "drop:a 2 y"}));
}

TEST(WatchLifecycle, TellsOfMembersWithTheirUserAndSession) {
  HubRig rig({.shards = 2});
  BackendStream stream(rig, 1);
  stream.Add({.id = 1, .name = "chat:a", .lifecycle = true, .without_publications = true});
  stream.Take();
  const auto ada = rig.Greeted(0, "user:ada");
  rig.JoinRoom(ada, "chat:a");
  rig.Publish(ada, "chat:a", "not heard");
  rig.Settle();
  rig.Say(ada, {3, Leave{"chat:a"}});
  rig.Settle();
  EXPECT_EQ(stream.Take(), (Said{"room chat:a opened for 1", "room chat:a joined by ada for 1",
                                 "room chat:a left by ada for 1"}));
  // History is needed for a while; then the room is over, though the stream holds it.
  rig.Pass(hub::NamespaceConfig().keep.ttl + 120s);
  Said said = stream.Take();
  std::erase(said, "tops");
  EXPECT_EQ(said, (Said{"room chat:a closed for 1"}));
  Push(rig, "chat:a", "x");
  EXPECT_EQ(stream.Take(), (Said{"room chat:a opened for 1"}));
}

TEST(WatchLifecycle, OneThatReadsNoneOfItIsEndedAtTheHardLimitAndNobodyElse) {
  HubRig rig({.shards = 1, .soft_bytes = 500, .hard_bytes = 1000});
  BackendStream slow(rig);
  BackendStream fast(rig);
  slow.Add({.id = 1, .by_prefix = true, .name = "chat:", .lifecycle = true});
  fast.Add({.id = 1, .by_prefix = true, .name = "chat:", .lifecycle = true});
  rig.wire(slow.id()).slow = true;
  const auto ada = rig.Greeted(0, "user:ada");
  for (int i = 0; i < 50; ++i) {
    rig.JoinRoom(ada, "chat:a");
    rig.Say(ada, {3, Leave{"chat:a"}});
    rig.Settle();
  }
  EXPECT_TRUE(rig.wire(slow.id()).closed);
  EXPECT_EQ(rig.wire(slow.id()).code, DisconnectCode::kSlow);
  EXPECT_FALSE(rig.wire(fast.id()).closed);
  EXPECT_GE(fast.Take().size(), 100u);
}

TEST(WatchPresence, ComesWithASnapshotAndThenAsChanges) {
  hub::HubConfig config = ConfigOf(2);
  config.namespaces.push_back(
      {.name = "here", .presence = {.mode = PresenceInterest::kMembers, .grace = 10s}});
  HubRig rig({.shards = 2}, config);
  const auto ada = rig.Greeted(0, "user:ada");
  rig.JoinRoom(ada, "here:a");
  rig.Pass(1s);
  BackendStream stream(rig, 1);
  stream.Add({.id = 1, .name = "here:a", .interest = PresenceInterest::kMembers});
  EXPECT_EQ(stream.Take(), (Said{"opened", "joined 1 here:a at 0 live from 0 with 1 users"}));
  const auto bob = rig.Greeted(1, "user:bob");
  rig.JoinRoom(bob, "here:a");
  rig.Pass(1s);
  Said said = stream.Take();
  std::erase(said, "tops");
  ASSERT_FALSE(said.empty());
  EXPECT_EQ(said.back(), "presence here:a +bob of 2");
}

TEST(WatchPrefix, ManyStreamsOverManySchedulesEachHearEverythingOnce) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    HubRig rig({.shards = 3, .seed = seed});
    BackendStream by_prefix(rig, 0);
    BackendStream by_room(rig, 2);
    by_prefix.Prefix(1, "chat:");
    by_room.Room(1, "chat:0");
    by_room.Room(2, "chat:1");
    by_prefix.Take();
    by_room.Take();
    Said all;
    std::vector<std::uint64_t> offsets(4, 0);
    for (int i = 0; i < 40; ++i) {
      const std::size_t which = static_cast<std::size_t>(i * 7 + static_cast<int>(seed)) % 4;
      const std::string room = "chat:" + std::to_string(which);
      hub::PublishToRoom publish;
      publish.origin = {kCall, 0};
      publish.room = room;
      publish.data = std::to_string(i);
      rig.Mail(static_cast<std::uint16_t>(hub::HomeShardOf(rig.config(), room)), publish);
      if (i % 5 == 0) rig.Settle();
      all.push_back(room + " " + std::to_string(++offsets[which]) + " " + std::to_string(i));
    }
    rig.Settle();
    EXPECT_EQ(Sorted(by_prefix.TakePublications()), Sorted(all));
    std::erase_if(all, [](const std::string& line) {
      return line.starts_with("chat:2") || line.starts_with("chat:3");
    });
    EXPECT_EQ(Sorted(by_room.TakePublications()), Sorted(all));
  }
}

}  // namespace
}  // namespace roomcast::test
