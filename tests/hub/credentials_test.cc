// What tokens allow, for how long, and what happens at the moment that they do not any more.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "proto/protocol/limits.h"
#include "tests/support/hub_rig.h"

namespace roomcast::test {
namespace {

// Namespaces by who may join: "open" anyone, "club" holders of a grant, "news" where only backends
// publish, "shut" nobody.
hub::HubConfig Config() {
  hub::HubConfig config = HubRig::DefaultConfig({});
  config.namespaces.push_back({.name = "open"});
  config.namespaces.push_back({.name = "club", .may_join = hub::Who::kMember});
  config.namespaces.push_back({.name = "news",
                               .may_publish = hub::Who::kBackendOnly,
                               .may_read_history = hub::Who::kBackendOnly});
  config.namespaces.push_back({.name = "shut", .may_join = hub::Who::kNobody});
  return config;
}

class Club {
 public:
  Club() : rig({}, Config()) {}

  // 0: it went well; else the code of the Error.
  std::uint32_t Do(hub::ConnectionId connection, const ClientMessage& message) {
    rig.Say(connection, message);
    rig.Settle();
    std::uint32_t code = 0;
    for (const ServerMessage& answer : rig.Take(connection)) {
      if (const auto* error = std::get_if<Error>(&answer.body)) code = error->code;
    }
    return code;
  }
  std::uint32_t Join(hub::ConnectionId connection, std::string_view room,
                     std::string_view token = "") {
    return Do(connection, {9, roomcast::Join{.room = room, .token = token}});
  }
  std::uint32_t Publish(hub::ConnectionId connection, std::string_view room) {
    return Do(connection, {9, roomcast::Publish{.room = room}});
  }
  std::uint32_t Refresh(hub::ConnectionId connection, std::string_view token) {
    return Do(connection, {9, roomcast::Refresh{.token = token}});
  }
  // Keeps the connection alive meanwhile.
  void Pass(hub::ConnectionId connection, Duration time) {
    for (; time > 1s; time -= 1s) {
      rig.shard(0).OnAlive(connection, rig.now());
      rig.Pass(1s);
    }
    rig.shard(0).OnAlive(connection, rig.now());
    rig.Pass(time);
  }

  HubRig rig;
};

constexpr auto kDenied = static_cast<std::uint32_t>(ErrorCode::kPermissionDenied);
constexpr auto kUnauthorized = static_cast<std::uint32_t>(ErrorCode::kUnauthorized);
constexpr auto kExpired = static_cast<std::uint32_t>(ErrorCode::kTokenExpired);

TEST(Credentials, AGrantOpensTheRoomsOfItsPatternAndNoOther) {
  Club club;
  const auto ada = club.rig.Greeted(
      0, "user:ada club:1=join club:red:*=join,publish news:*=publish,history shut:*=join");
  EXPECT_EQ(club.Join(ada, "club:1"), 0u);
  EXPECT_EQ(club.Join(ada, "club:red:2"), 0u);
  EXPECT_EQ(club.Join(ada, "club:12"), kDenied);
  EXPECT_EQ(club.Join(ada, "club:re"), kDenied);
  EXPECT_EQ(club.Join(ada, "shut:1"), kDenied) << "what is closed to all stays closed";
  EXPECT_EQ(club.Publish(ada, "news:1"), 0u);
  EXPECT_EQ(club.Do(ada, {9, History{.room = "news:1", .limit = 1}}), 0u);
  const auto bob = club.rig.Greeted(0, "user:bob");
  EXPECT_EQ(club.Join(bob, "club:1"), kDenied);
  EXPECT_EQ(club.Publish(bob, "news:1"), kDenied);
  EXPECT_EQ(club.Join(bob, "open:1"), 0u);
}

TEST(Credentials, APolicySaysWhatTheGrantsAllow) {
  Club club;
  const auto ada = club.rig.Greeted(0, "user:ada news:*=publish,history");
  const auto policy = club.rig.JoinRoom(ada, "news:1").policy;
  EXPECT_TRUE(policy->may_publish);
  EXPECT_TRUE(policy->may_read_history);
}

TEST(Credentials, ARoomTokenOpensOneRoomForOneJoin) {
  Club club;
  const auto ada = club.rig.Greeted(0, "user:ada");
  EXPECT_EQ(club.Join(ada, "club:1", "user:ada club:1=join"), 0u);
  EXPECT_EQ(club.Join(ada, "club:2"), kDenied) << "its rights are the one room's";
  EXPECT_EQ(club.Join(ada, "club:2", "user:ada club:1=join"), kDenied);
  EXPECT_EQ(club.Join(ada, "club:2", "user:bob club:2=join"), kUnauthorized) << "another user's";
  EXPECT_EQ(club.Join(ada, "club:2", "rubbish"), kUnauthorized);
  EXPECT_EQ(club.Join(ada, "club:2", "expired:ada"), kExpired);
  EXPECT_EQ(club.Join(ada, "club:2", std::string(kTokenBytesMax + 1, 't')),
            static_cast<std::uint32_t>(ErrorCode::kTooLarge));
  const auto nobody = club.rig.Greeted();
  EXPECT_EQ(club.Join(nobody, "club:1", "user:any club:1=join"), 0u);
}

TEST(Credentials, ARoomTokenThatExpiresTakesItsMemberOutAtThatMoment) {
  Club club;
  const auto ada = club.rig.Greeted(0, "user:ada");
  ASSERT_EQ(club.Join(ada, "club:1", "user:ada club:1=join until:20"), 0u);
  ASSERT_EQ(club.Join(ada, "open:1", "user:ada open:1=publish until:20"), 0u);
  club.Pass(ada, 19'999ms);
  EXPECT_EQ(club.rig.shard(0).counts().members, 2u);
  club.rig.Take(ada);
  club.Pass(ada, 1ms);
  EXPECT_EQ(club.rig.Next<Left>(ada).code, static_cast<std::uint32_t>(LeftCode::kRoomTokenExpired));
  EXPECT_EQ(club.rig.shard(0).counts().members, 1u) << "the open room needs no token";
  EXPECT_EQ(club.rig.events().lefts[LeftCode::kRoomTokenExpired], 1);
  EXPECT_FALSE(club.rig.wire(ada).closed);
}

TEST(Credentials, ATokenThatExpiresEndsTheConnectionAtThatMoment) {
  Club club;
  const auto ada = club.rig.Greeted(0, "user:ada until:30");
  club.Pass(ada, 29'999ms);
  EXPECT_FALSE(club.rig.wire(ada).closed);
  club.Pass(ada, 1ms);
  EXPECT_EQ(club.rig.wire(ada).code, DisconnectCode::kTokenExpired);
  EXPECT_EQ(club.rig.Next<Disconnect>(ada).action, DisconnectAction::kResume);
  EXPECT_EQ(club.rig.shard(0).counts().parked, 1u) << "with a new token it comes back";
}

TEST(Credentials, WelcomeSaysHowLongTheTokenIsGoodFor) {
  Club club;
  const std::string producer(kProducerBytes, 'p');
  for (const auto& [token, lifetime] : std::vector<std::pair<std::string, std::uint32_t>>{
           {"user:ada until:30", 30'000}, {"user:ada", 0}}) {
    const auto connection = club.rig.Open();
    club.rig.Say(connection,
                 {1, Hello{.protocol_version = 1, .token = token, .producer = Bytes(producer)}});
    EXPECT_EQ(club.rig.Next<Welcome>(connection).token_lifetime_ms, lifetime);
  }
}

TEST(Credentials, ARefreshedTokenTakesThePlaceOfTheOldOne) {
  Club club;
  const auto ada = club.rig.Greeted(0, "user:ada until:30 club:*=join");
  ASSERT_EQ(club.Join(ada, "club:1"), 0u);
  ASSERT_EQ(club.Join(ada, "open:1"), 0u);
  club.Pass(ada, 25s);
  EXPECT_EQ(club.Refresh(ada, "user:ada until:60 club:*=join"), 0u);
  club.Pass(ada, 30s);
  EXPECT_FALSE(club.rig.wire(ada).closed);
  // What the newest does not allow is over.
  club.rig.Say(ada, {9, Refresh{.token = "user:ada until:58"}});
  EXPECT_EQ(club.rig.Next<Left>(ada).code, static_cast<std::uint32_t>(LeftCode::kPermissionLost));
  EXPECT_EQ(club.rig.shard(0).counts().members, 1u);
  club.Pass(ada, 2999ms);
  EXPECT_FALSE(club.rig.wire(ada).closed);
  club.Pass(ada, 1ms);
  EXPECT_EQ(club.rig.wire(ada).code, DisconnectCode::kTokenExpired) << "also an earlier end counts";
}

TEST(Credentials, ABadRefreshChangesNothing) {
  Club club;
  const auto ada = club.rig.Greeted(0, "user:ada until:30");
  EXPECT_EQ(club.Refresh(ada, "user:bob"), kUnauthorized);
  EXPECT_EQ(club.Refresh(ada, "rubbish"), kUnauthorized);
  EXPECT_EQ(club.Refresh(ada, "expired:ada"), kExpired);
  EXPECT_EQ(club.Refresh(ada, ""), static_cast<std::uint32_t>(ErrorCode::kBadRequest));
  EXPECT_EQ(club.Refresh(ada, std::string(kTokenBytesMax + 1, 't')),
            static_cast<std::uint32_t>(ErrorCode::kTooLarge));
  EXPECT_FALSE(club.rig.wire(ada).closed);
  club.Pass(ada, 30s);
  EXPECT_EQ(club.rig.wire(ada).code, DisconnectCode::kTokenExpired);
  const auto nobody = club.rig.Greeted();
  EXPECT_EQ(club.Refresh(nobody, "user:ada"), kUnauthorized) << "an anonymous session stays so";
}

TEST(Credentials, ASessionThatComesBackKeepsItsRoomTokensUntilTheyExpire) {
  for (const bool in_time : {true, false}) {
    SCOPED_TRACE(in_time);
    Club club;
    const std::string producer(kProducerBytes, 'p');
    Hello hello{.protocol_version = 1, .token = "user:ada", .producer = Bytes(producer)};
    const auto first = club.rig.Open();
    club.rig.Say(first, {1, hello});
    const auto welcome = club.rig.Next<Welcome>(first);
    const std::string id(welcome.session_id.view);
    const std::string key(welcome.session_key.view);
    ASSERT_EQ(club.Join(first, "club:1", "user:ada club:1=join until:20"), 0u);
    club.rig.Close(first);
    club.rig.Pass(in_time ? 19s : 20s);
    const std::vector<Join> joins{{.room = "club:1"}};
    hello.resume = Resume{id, Bytes(key)};
    hello.joins = joins;
    const auto second = club.rig.Open();
    club.rig.Say(second, {1, hello});
    const auto back = club.rig.Next<Welcome>(second);
    EXPECT_TRUE(back.resumed);
    EXPECT_EQ(std::holds_alternative<Joined>(back.joins[0].outcome), in_time);
    club.rig.Pass(1s);
    EXPECT_EQ(club.rig.shard(0).counts().members, 0u) << "and it ends when it would have";
  }
}

}  // namespace
}  // namespace roomcast::test
