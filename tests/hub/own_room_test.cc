// A user's own room: joined by itself, heard by nobody else, and spoken into by backends only.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/hub/visitor.h"
#include "tests/support/hub_rig.h"

namespace roomcast::test {
namespace {

hub::HubConfig WithOwnRooms(std::uint16_t shards) {
  hub::HubConfig config = ConfigOf(shards);
  config.namespaces.push_back(
      {.name = "$user", .may_join = hub::Who::kUser, .may_publish = hub::Who::kBackendOnly});
  return config;
}

TEST(OwnRoom, IsJoinedByItselfAndHearsBackendsOnly) {
  HubRig rig({.shards = 3}, WithOwnRooms(3));
  Client a, b, bob;
  a.Connect(rig, 0, "user:ada");
  b.Connect(rig, 1, "user:ada *=join,publish,history,presence");
  bob.Connect(rig, 2, "user:bob *=join,publish,history,presence");
  EXPECT_EQ(a.pushed, std::vector<std::string>{"$user:ada"});
  EXPECT_EQ(bob.pushed, std::vector<std::string>{"$user:bob"});
  Push(rig, "$user:ada", "for you");
  for (Client* client : {&a, &b, &bob}) client->Read(rig);
  EXPECT_EQ(a.data, std::vector<std::string>{"for you"});
  EXPECT_EQ(b.data, std::vector<std::string>{"for you"});
  EXPECT_TRUE(bob.data.empty());

  const auto refused = [&](Client& client, const ClientMessage& message) {
    rig.Say(client.connection, message);
    rig.Settle();
    return static_cast<ErrorCode>(rig.Next<Error>(client.connection).code);
  };
  EXPECT_EQ(refused(bob, {2, Join{.room = "$user:ada"}}), ErrorCode::kPermissionDenied);
  EXPECT_EQ(refused(bob, {3, History{.room = "$user:ada", .limit = 1}}),
            ErrorCode::kPermissionDenied);
  EXPECT_EQ(refused(bob, {4, PresenceGet{.room = "$user:ada"}}), ErrorCode::kPermissionDenied);
  EXPECT_EQ(refused(bob, {5, roomcast::Publish{.room = "$user:ada"}}),
            ErrorCode::kPermissionDenied);
  EXPECT_EQ(refused(b, {6, roomcast::Publish{.room = "$user:ada"}}), ErrorCode::kPermissionDenied)
      << "not even its own user";
  EXPECT_EQ(refused(b, {7, Join{.room = "$sys:stats"}}), ErrorCode::kUnknownNamespace);

  rig.Say(b.connection, {8, History{.room = "$user:ada", .limit = 5}});
  rig.Settle();
  EXPECT_EQ(rig.Next<HistoryPage>(b.connection).publications.size(), 1u);
}

TEST(OwnRoom, IsRecoveredAsAnyRoomIsWhenTheClientNamesIt) {
  HubRig rig({.shards = 2}, WithOwnRooms(2));
  Client a;
  a.Connect(rig, 0, "user:ada", {Join{.room = "$user:ada"}});
  EXPECT_TRUE(a.pushed.empty());
  const hub::ConnectionId connection = a.connection;
  Push(rig, "$user:ada", "one");
  rig.Take(connection);
  Join again{.room = "$user:ada"};
  rig.Say(connection, {3, again});
  const Position position = *rig.Next<Joined>(connection).position;
  EXPECT_EQ(position.offset, 1u);
  rig.Close(connection);
  Push(rig, "$user:ada", "two");
  again.since = position;
  a.data.clear();
  a.Connect(rig, 1, "user:ada", {again});
  EXPECT_TRUE(a.resumed);
  EXPECT_EQ(a.data, std::vector<std::string>{"two"});
}

TEST(OwnRoom, OfAnAnonymousSessionIsItsOwnWhereThePolicyLetsAnyoneIn) {
  hub::HubConfig config = WithOwnRooms(2);
  HubRig closed({.shards = 2}, config);
  Client a;
  a.Connect(closed, 0, "");
  EXPECT_TRUE(a.pushed.empty());
  config.namespaces.back().may_join = hub::Who::kAnyone;
  HubRig open({.shards = 2}, config);
  Client b;
  b.Connect(open, 0, "");
  EXPECT_EQ(b.pushed, std::vector<std::string>{"$user:" + b.id});
}

TEST(OwnRoom, OfAUserWhoseNameMakesNoRoomIsNone) {
  HubRig rig({}, WithOwnRooms(1));
  Client a;
  a.Connect(rig, 0, "user:" + std::string(252, 'x'));
  EXPECT_TRUE(a.welcomed);
  EXPECT_TRUE(a.pushed.empty());
}

}  // namespace
}  // namespace roomcast::test
