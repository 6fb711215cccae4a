// Presence through the whole hub: who is told what, over shards, reloads and crowds.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "proto/protocol/limits.h"
#include "tests/hub/visitor.h"

namespace roomcast::test {
namespace {

hub::HubConfig Config(const HubRig::Options& options, std::size_t members_max = 500) {
  hub::HubConfig config = HubRig::DefaultConfig(options);
  for (hub::NamespaceConfig& one : config.namespaces) {
    one.presence.mode = PresenceInterest::kMembers;
    one.presence.members_max = members_max;
    if (one.name == "users") one.may_see_presence = hub::Who::kNobody;
    if (one.name == "quiet") one.presence.mode = PresenceInterest::kCounts;
    if (one.name == "drop") one.presence.mode = PresenceInterest::kNone;
  }
  return config;
}

Joined JoinTo(HubRig& rig, hub::ConnectionId connection, std::string_view room,
              PresenceInterest interest, std::string_view data = "") {
  rig.Say(connection, {2, Join{.room = room, .presence = interest, .member_data = Bytes(data)}});
  rig.Settle();
  return rig.Next<Joined>(connection);
}

// Everything of presence that a connection was told, as a client keeps it.
struct Follower {
  std::map<std::string, std::uint32_t> users;
  std::uint32_t count = 0;
  int pushes = 0;

  void Take(HubRig& rig, hub::ConnectionId connection) {
    for (const ServerMessage& message : rig.Take(connection)) {
      const auto* presence = std::get_if<Presence>(&message.body);
      if (presence == nullptr) continue;
      ++pushes;
      count = presence->user_count;
      for (const PresenceUser& user : presence->joins)
        users[std::string(user.user.view)] = user.sessions;
      for (const PresenceUser& user : presence->updates)
        users[std::string(user.user.view)] = user.sessions;
      for (const Text& user : presence->leaves) users.erase(std::string(user.view));
    }
  }
};

TEST(PresenceInRooms, AMemberIsShownWhoIsThereAndWhoComesAndGoes) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE(seed);
    HubRig::Options options{.shards = 3, .seed = seed};
    HubRig rig(options, Config(options));
    const auto ada = rig.Greeted(0, "user:ada");
    const Joined first = JoinTo(rig, ada, "chat:a", PresenceInterest::kMembers, "A");
    ASSERT_TRUE(first.presence);
    ASSERT_EQ(first.presence->users.size(), 1u);
    EXPECT_EQ(first.presence->users[0].user.view, "ada");
    EXPECT_EQ(first.presence->users[0].data.view, "A");
    EXPECT_EQ(first.policy->presence, PresenceInterest::kMembers);
    const auto bob = rig.Greeted(1, "user:bob");
    const auto bob_too = rig.Greeted(2, "user:bob");
    JoinTo(rig, bob, "chat:a", PresenceInterest::kNone);
    JoinTo(rig, bob_too, "chat:a", PresenceInterest::kNone);
    Follower follower;
    rig.Pass(200ms);
    follower.Take(rig, ada);
    EXPECT_EQ(follower.users["bob"], 2u);
    rig.Say(bob, {0, Bye{}});
    rig.Settle();
    rig.Pass(200ms);
    follower.Take(rig, ada);
    EXPECT_EQ(follower.users["bob"], 1u);
    rig.Close(bob_too);
    rig.Settle();
    rig.Pass(9s);
    follower.Take(rig, ada);
    EXPECT_EQ(follower.users.count("bob"), 1u) << "it may be a reload";
    rig.Pass(2s);
    follower.Take(rig, ada);
    EXPECT_EQ(follower.users.count("bob"), 0u);
    Follower uninterested;
    uninterested.Take(rig, bob_too);
    EXPECT_EQ(uninterested.pushes, 0) << "who did not ask is told nothing";
  }
}

TEST(PresenceInRooms, AReloadIsNotSeen) {
  HubRig::Options options;
  HubRig rig(options, Config(options));
  const auto ada = rig.Greeted(0, "user:ada");
  JoinTo(rig, ada, "chat:a", PresenceInterest::kMembers);
  auto bob = rig.Greeted(0, "user:bob");
  JoinTo(rig, bob, "chat:a", PresenceInterest::kNone, "B");
  rig.Pass(200ms);
  rig.Take(ada);
  rig.Close(bob);
  rig.Pass(3s);
  bob = rig.Greeted(0, "user:bob");
  JoinTo(rig, bob, "chat:a", PresenceInterest::kNone, "B");
  rig.Pass(12s);
  Follower follower;
  follower.Take(rig, ada);
  EXPECT_EQ(follower.pushes, 0);
}

TEST(PresenceInRooms, AnUpdateIsAnsweredAndTold) {
  HubRig::Options options{.shards = 2};
  HubRig rig(options, Config(options));
  const auto ada = rig.Greeted(0, "user:ada");
  const auto bob = rig.Greeted(1, "user:bob");
  JoinTo(rig, ada, "chat:a", PresenceInterest::kMembers);
  JoinTo(rig, bob, "chat:a", PresenceInterest::kMembers);
  rig.Pass(200ms);
  rig.Take(ada), rig.Take(bob);
  rig.Say(bob, {7, PresenceUpdate{.room = "chat:a", .member_data = Bytes("typing")}});
  rig.Settle();
  rig.Next<Ok>(bob);
  rig.Pass(200ms);
  const auto told = rig.Next<Presence>(ada);
  ASSERT_EQ(told.updates.size(), 1u);
  EXPECT_EQ(told.updates[0].user.view, "bob");
  EXPECT_EQ(told.updates[0].data.view, "typing");
  rig.Say(bob, {8, PresenceUpdate{.room = "chat:b", .member_data = Bytes("x")}});
  EXPECT_EQ(rig.Next<Error>(bob).code, static_cast<std::uint32_t>(ErrorCode::kNotJoined));
  const std::string large(kMemberDataBytesMax + 1, 'x');
  rig.Say(bob, {8, PresenceUpdate{.room = "chat:a", .member_data = Bytes(large)}});
  EXPECT_EQ(rig.Next<Error>(bob).code, static_cast<std::uint32_t>(ErrorCode::kTooLarge));
}

TEST(PresenceInRooms, PagesOneAfterTheOtherAreAllUsers) {
  HubRig::Options options{.shards = 2};
  HubRig rig(options, Config(options));
  const auto ada = rig.Greeted(0, "user:ada");
  const std::string data(100, 'd');
  for (int i = 0; i < 40; ++i) {
    const auto other = rig.Greeted(1, "user:u" + std::to_string(i));
    JoinTo(rig, other, "chat:a", PresenceInterest::kNone, data);
  }
  const Joined joined = JoinTo(rig, ada, "chat:a", PresenceInterest::kMembers);
  EXPECT_EQ(joined.presence->user_count, 41u);
  EXPECT_EQ(joined.presence->users.size(), 0u)
      << "all of them or none: they are asked for in pages";
  std::size_t users = 0;
  std::string cursor;
  for (int pages = 0; pages < 10; ++pages) {
    rig.Say(ada, {5, PresenceGet{.room = "chat:a", .cursor = cursor, .limit = 15}});
    rig.Settle();
    const auto page = rig.Next<PresencePage>(ada);
    users += page.snapshot->users.size();
    EXPECT_LE(page.snapshot->users.size(), 15u);
    cursor = page.cursor.view;
    if (cursor.empty()) break;
  }
  EXPECT_EQ(users, 41u);
}

TEST(PresenceInRooms, ThePolicySaysWhatIsShownAndToWhom) {
  HubRig::Options options;
  HubRig rig(options, Config(options));
  const auto ada = rig.Greeted(0, "user:ada");
  EXPECT_FALSE(JoinTo(rig, ada, "drop:a", PresenceInterest::kMembers).presence);
  EXPECT_FALSE(JoinTo(rig, ada, "users:a", PresenceInterest::kMembers).presence);
  const Joined counts = JoinTo(rig, ada, "quiet:a", PresenceInterest::kMembers);
  ASSERT_TRUE(counts.presence);
  EXPECT_EQ(counts.presence->user_count, 1u);
  EXPECT_TRUE(counts.presence->users.empty());
  const auto refused = [&](std::string_view room) {
    rig.Say(ada, {5, PresenceGet{.room = room}});
    rig.Settle();
    return static_cast<ErrorCode>(rig.Next<Error>(ada).code);
  };
  EXPECT_EQ(refused("drop:a"), ErrorCode::kNotAvailable);
  EXPECT_EQ(refused("users:a"), ErrorCode::kPermissionDenied);
  EXPECT_EQ(refused("chat:elsewhere"), ErrorCode::kPermissionDenied) << "no member";
  EXPECT_EQ(refused("nowhere:a"), ErrorCode::kUnknownNamespace);
}

TEST(PresenceInRooms, JoiningAgainChangesWhatIsShownOfOneAndToOne) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE(seed);
    HubRig::Options options{.shards = 3, .seed = seed};
    HubRig rig(options, Config(options));
    const auto ada = rig.Greeted(0, "user:ada");
    const auto bob = rig.Greeted(1, "user:bob");
    EXPECT_FALSE(JoinTo(rig, ada, "chat:a", PresenceInterest::kNone, "one").presence);
    JoinTo(rig, bob, "chat:a", PresenceInterest::kMembers);
    rig.Pass(200ms);
    rig.Take(bob);
    const Joined again = JoinTo(rig, ada, "chat:a", PresenceInterest::kMembers, "two");
    ASSERT_TRUE(again.presence);
    EXPECT_EQ(again.presence->users.size(), 2u);
    EXPECT_EQ(again.presence->session_count, 2u) << "it is not in twice";
    EXPECT_EQ(again.policy->presence, PresenceInterest::kMembers);
    rig.Pass(200ms);
    const auto told = rig.Next<Presence>(bob);
    ASSERT_EQ(told.updates.size(), 1u);
    EXPECT_EQ(told.updates[0].data.view, "two");
    rig.Take(ada);
    const auto eve = rig.Greeted(2, "user:eve");
    JoinTo(rig, eve, "chat:a", PresenceInterest::kNone);
    rig.Pass(200ms);
    EXPECT_EQ(rig.Next<Presence>(ada).joins.size(), 1u);
    // And it may lose interest; data that it does not give stays.
    EXPECT_FALSE(JoinTo(rig, ada, "chat:a", PresenceInterest::kNone).presence);
    rig.Say(eve, {3, Bye{}});
    rig.Settle();
    rig.Pass(200ms);
    Follower uninterested;
    uninterested.Take(rig, ada);
    EXPECT_EQ(uninterested.pushes, 0);
    EXPECT_EQ(JoinTo(rig, ada, "chat:a", PresenceInterest::kMembers).presence->users[0].data.view,
              "two");
  }
}

TEST(PresenceInRooms, OfAHundredChangesASecondEachOfFiveHundredIsToldAtMostTenTimes) {
  HubRig::Options options{.shards = 2};
  HubRig rig(options, Config(options));
  std::vector<hub::ConnectionId> members;
  for (std::uint16_t i = 0; i < 500; ++i) {
    members.push_back(rig.Greeted(i % 2, "user:u" + std::to_string(i)));
    JoinTo(rig, members.back(), "chat:a", PresenceInterest::kMembers);
  }
  rig.Pass(1s);
  for (const auto member : members) rig.Take(member);
  for (int change = 0; change < 100; ++change) {
    const std::string data = std::to_string(change);
    rig.Say(members[static_cast<std::size_t>(change)],
            {0, PresenceUpdate{.room = "chat:a", .member_data = Bytes(data)}});
    rig.Settle();
    rig.Pass(10ms);
  }
  for (const auto member : members) {
    Follower follower;
    follower.Take(rig, member);
    EXPECT_LE(follower.pushes, 11) << "ten a second, and the first at once";
    EXPECT_EQ(follower.users.size(), 100u) << "and it has missed none";
  }
}

TEST(PresenceInRooms, WhoReadsSlowlyIsToldTheLastChangeWhenItHasRead) {
  HubRig::Options options{.soft_bytes = 2'000, .hard_bytes = 50'000};
  HubRig rig(options, Config(options));
  const auto ada = rig.Greeted(0, "user:ada");
  const std::uint64_t version =
      JoinTo(rig, ada, "chat:a", PresenceInterest::kMembers).presence->version;
  const auto bob = rig.Greeted(0, "user:bob");
  rig.Pass(200ms);
  rig.Take(ada);
  rig.wire(ada).slow = true;
  Push(rig, "chat:a", std::string(3'000, 'x'));
  JoinTo(rig, bob, "chat:a", PresenceInterest::kNone);
  rig.Pass(200ms);
  Follower follower;
  follower.Take(rig, ada);
  EXPECT_EQ(follower.pushes, 0) << "its outbox is over the soft limit";
  rig.Drain(ada);
  rig.Settle();
  EXPECT_GT(rig.Next<Presence>(ada).version, version);
  // Once: what it was told it is not told again.
  rig.Drain(ada);
  follower.Take(rig, ada);
  EXPECT_EQ(follower.pushes, 0);
}

TEST(PresenceInRooms, AFullMailboxPutsAChangeOff) {
  HubRig::Options options{.shards = 2, .mailbox_max = 3};
  HubRig rig(options, Config(options));
  std::string room = "chat:";
  while (hub::HomeShardOf(rig.config(), room) != hub::ShardId{0}) room += "x";
  const auto ada = rig.Greeted(1, "user:ada");
  JoinTo(rig, ada, room, PresenceInterest::kMembers);
  const auto bob = rig.Greeted(0, "user:bob");
  rig.Pass(200ms);
  rig.Take(ada);
  rig.Hold(1, true);
  for (int i = 0; i < 3; ++i) Push(rig, room, "in the way");
  rig.Say(bob, {2, Join{.room = room}});
  rig.Pass(200ms);
  rig.Hold(1, false);
  rig.Settle();
  Follower follower;
  follower.Take(rig, ada);
  EXPECT_EQ(follower.users.count("bob"), 1u);
  EXPECT_EQ(follower.pushes, 1);
}

// Goal: a crowd that comes back at once costs each member a few pushes, not one for each other.
TEST(PresenceInRooms, AMassReconnectIsAFewPushesForEach) {
  HubRig::Options options{.shards = 2};
  HubRig rig(options, Config(options, 100));
  std::vector<hub::ConnectionId> crowd;
  for (std::uint16_t i = 0; i < 400; ++i) {
    crowd.push_back(rig.Greeted(i % 2, "user:u" + std::to_string(i)));
    JoinTo(rig, crowd.back(), "chat:a", PresenceInterest::kMembers);
  }
  rig.Pass(200ms);
  for (const auto connection : crowd) rig.Take(connection);
  for (std::size_t i = 1; i < crowd.size(); ++i) rig.Close(crowd[i]);
  for (std::uint16_t i = 1; i < 400; ++i) {
    crowd[i] = rig.Greeted(i % 2, "user:u" + std::to_string(i));
    JoinTo(rig, crowd[i], "chat:a", PresenceInterest::kMembers);
    rig.Pass(2ms);
  }
  rig.Pass(1s);
  Follower follower;
  follower.Take(rig, crowd[0]);
  EXPECT_LE(follower.pushes, 18) << "800 ms, and one second after it";
  // All together: so many for each, and not one for each of the others.
  std::size_t all = 0;
  for (const auto connection : crowd) all += rig.Take(connection).size();
  EXPECT_LE(all, crowd.size() * 20);
}

}  // namespace
}  // namespace roomcast::test
