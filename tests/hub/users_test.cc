// What the hub keeps by user: how many sessions, and what a backend orders about them: end, stay
// out, join, leave.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/hub/home.h"
#include "server/hub/session_id.h"
#include "tests/hub/visitor.h"
#include "tests/support/hub_rig.h"

namespace roomcast::test {
namespace {

TEST(Users, OneSessionMoreThanAUserMayHaveIsEndedWith3504AndOneThatComesBackIsNoneMore) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    hub::HubConfig config = ConfigOf(3, seed);
    config.sessions_per_user = 2;
    HubRig rig({.shards = 3, .seed = seed}, config);
    Client a, b, c, other;
    a.Connect(rig, 0, "user:ada");
    b.Connect(rig, 1, "user:ada");
    c.Connect(rig, 2, "user:ada");
    EXPECT_FALSE(c.welcomed);
    EXPECT_EQ(rig.wire(c.connection).code, DisconnectCode::kTooManyConnections);
    other.Connect(rig, 2, "user:bob");
    EXPECT_TRUE(other.welcomed);
    // Its old connection is open still: it is the same session, not a third.
    a.Connect(rig, 2, "user:ada");
    EXPECT_TRUE(a.resumed);
    rig.Close(b.connection);
    rig.Settle();
    Client d;
    d.Connect(rig, 0, "user:ada");
    EXPECT_TRUE(d.welcomed);
    EXPECT_EQ(Sum(rig, &hub::Shard::Counts::users), 2u);
  }
}

TEST(Users, NothingOfAUserIsLeftWhenItsLastSessionHasGone) {
  HubRig rig({.shards = 2});
  std::vector<Client> clients(20);
  for (std::size_t i = 0; i < clients.size(); ++i) {
    clients[i].Connect(rig, static_cast<std::uint16_t>(i % 2), "user:" + std::to_string(i / 2));
  }
  EXPECT_EQ(Sum(rig, &hub::Shard::Counts::users), 10u);
  for (const Client& client : clients) rig.Close(client.connection, 1000);
  rig.Settle();
  EXPECT_EQ(Sum(rig, &hub::Shard::Counts::users), 0u);
}

// ---- Ending

TEST(Ending, OfAUserEndsItsSessionsOnAllShardsAndForgetsTheParkedOnes) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    HubRig rig({.shards = 3, .seed = seed});
    Client a, b, parked, bob;
    a.Connect(rig, 0, "user:ada");
    b.Connect(rig, 1, "user:ada");
    parked.Connect(rig, 2, "user:ada");
    bob.Connect(rig, 2, "user:bob");
    rig.Close(parked.connection);
    rig.Settle();
    rig.OrderUser("ada", hub::EndUser{kCall, "ada", {DisconnectCode::kByOperator, "away", 5s}, {}});
    EXPECT_EQ(rig.TakeCounted().sessions, 3u);
    EXPECT_EQ(rig.wire(a.connection).code, DisconnectCode::kByOperator);
    const auto last = rig.Next<Disconnect>(b.connection);
    EXPECT_EQ(last.reason.view, "away");
    EXPECT_EQ(last.action, DisconnectAction::kStop);
    EXPECT_EQ(last.retry_after_ms, 5000u);
    EXPECT_FALSE(rig.wire(bob.connection).closed);
    EXPECT_EQ(Sum(rig, &hub::Shard::Counts::parked), 0u);
    parked.Connect(rig, 0, "user:ada");
    EXPECT_TRUE(parked.welcomed);
    EXPECT_FALSE(parked.resumed);
  }
}

TEST(Ending, WithACodeThatSaysComeBackParksAsALossDoes) {
  HubRig rig({.shards = 2});
  Client a;
  a.Connect(rig, 0, "user:ada");
  rig.OrderUser("ada", hub::EndUser{kCall, "ada", {static_cast<DisconnectCode>(4001), "", {}}, {}});
  EXPECT_EQ(rig.TakeCounted().sessions, 1u);
  EXPECT_EQ(rig.wire(a.connection).code, static_cast<DisconnectCode>(4001));
  EXPECT_EQ(rig.Next<Disconnect>(a.connection).action, DisconnectAction::kResume);
  a.Connect(rig, 1, "user:ada");
  EXPECT_TRUE(a.resumed);
}

TEST(Ending, WithACodeThatNoBackendMayGiveIsRefused) {
  HubRig rig;
  Client a;
  a.Connect(rig, 0, "user:ada");
  for (const int code : {0, 1000, 2999, 5000, 65535}) {
    rig.OrderUser("ada",
                  hub::EndUser{kCall, "ada", {static_cast<DisconnectCode>(code), "", {}}, {}});
    EXPECT_EQ(rig.TakeCounted().failure.code, ErrorCode::kBadRequest) << code;
  }
  EXPECT_FALSE(rig.wire(a.connection).closed);
}

TEST(Ending, OfOneSessionLeavesTheUsersOthersAndIsForGood) {
  for (const bool is_parked : {false, true}) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      SCOPED_TRACE(testing::Message() << is_parked << " " << seed);
      HubRig rig({.shards = 3, .seed = seed});
      Client a, b;
      a.Connect(rig, 0, "user:ada");
      b.Connect(rig, 1, "user:ada");
      if (is_parked) rig.Close(a.connection);
      rig.Settle();
      const hub::SessionNumber number = *hub::ParseSessionId(a.id);
      rig.Mail(static_cast<std::uint16_t>(number.home),
               hub::UserMail(hub::EndOneSession{kCall, number, {}}));
      rig.Settle();
      EXPECT_EQ(rig.TakeCounted().sessions, 1u);
      if (!is_parked) {
        EXPECT_EQ(rig.wire(a.connection).code, DisconnectCode::kByOperator);
      }
      EXPECT_FALSE(rig.wire(b.connection).closed);
      // Who comes for it is told so, and begins no other.
      a.welcomed = false;
      a.Connect(rig, 2, "user:ada");
      EXPECT_FALSE(a.welcomed);
      EXPECT_EQ(rig.wire(a.connection).code, DisconnectCode::kByOperator);
      EXPECT_EQ(rig.events().resumes[hub::ResumeOutcome::kRevoked], 1);
    }
  }
}

TEST(Ending, OfAnAnonymousUserIsTheEndOfItsSession) {
  HubRig rig({.shards = 3});
  Client a;
  a.Connect(rig, 2, "");
  rig.OrderUser(a.id, hub::EndUser{kCall, a.id, {}, {}});
  EXPECT_EQ(rig.TakeCounted().sessions, 1u);
  EXPECT_TRUE(rig.wire(a.connection).closed);
}

TEST(Ending, OfARoomEndsWhoIsInItOnAllShards) {
  HubRig rig({.shards = 3});
  Client a, b, outside;
  const std::vector<Join> joins{Join{.room = "chat:a"}};
  a.Connect(rig, 0, "", joins);
  b.Connect(rig, 1, "", joins);
  outside.Connect(rig, 1, "");
  const auto home = static_cast<std::uint16_t>(hub::HomeShardOf(rig.config(), "chat:a"));
  rig.Mail(home, hub::UserMail(hub::EndRoom{kCall, "chat:a", {}}));
  rig.Settle();
  EXPECT_EQ(rig.TakeCounted().sessions, 2u);
  EXPECT_TRUE(rig.wire(a.connection).closed);
  EXPECT_TRUE(rig.wire(b.connection).closed);
  EXPECT_FALSE(rig.wire(outside.connection).closed);
  EXPECT_EQ(Sum(rig, &hub::Shard::Counts::members), 0u);
  rig.Mail(0, hub::UserMail(hub::EndRoom{kCall, "chat:nobody", {}}));
  rig.Settle();
  EXPECT_EQ(rig.TakeCounted().sessions, 0u);
}

// ---- Tokens that are believed no more

TEST(Revoking, RefusesTokensThatWereIssuedBeforeAndNoLaterOne) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    HubRig rig({.shards = 3, .seed = seed});
    Client a, parked;
    a.Connect(rig, static_cast<std::uint16_t>(seed % 3), "user:ada issued:10");
    parked.Connect(rig, 0, "user:ada issued:10");
    rig.Close(parked.connection);
    rig.Settle();
    const hub::Revocation revoke{"ada", static_cast<WallTime>(kBeginning + 60'000'000), 3600s};
    rig.OrderUser("ada", hub::EndUser{kCall, "ada", {}, revoke});
    EXPECT_EQ(rig.TakeCounted().sessions, 2u);
    EXPECT_EQ(rig.wire(a.connection).code, DisconnectCode::kByOperator);
    for (const char* token : {"user:ada issued:60", "user:ada"}) {
      for (std::uint16_t shard = 0; shard < 3; ++shard) {
        Client old = parked;
        old.welcomed = false;
        old.Connect(rig, shard, token);
        EXPECT_FALSE(old.welcomed) << token;
        EXPECT_EQ(rig.wire(old.connection).code, DisconnectCode::kByOperator);
      }
    }
    Client fresh, bob;
    fresh.Connect(rig, 1, "user:ada issued:61");
    EXPECT_TRUE(fresh.welcomed);
    bob.Connect(rig, 1, "user:bob");
    EXPECT_TRUE(bob.welcomed);
    Refresh refresh;
    refresh.token = "user:ada issued:59";
    rig.Say(fresh.connection, {5, refresh});
    EXPECT_EQ(rig.Next<Error>(fresh.connection).code,
              static_cast<std::uint32_t>(ErrorCode::kUnauthorized));
    // And then it is forgotten.
    rig.Close(fresh.connection, 1000);
    rig.Pass(3601s);
    Client later;
    later.Connect(rig, 0, "user:ada issued:10");
    EXPECT_TRUE(later.welcomed);
  }
}

TEST(Revoking, MeetsAHelloThatIsUnderWay) {
  HubRig rig({.shards = 2});
  const auto home = static_cast<std::uint16_t>(hub::HomeShardOfUser(rig.config(), "ada"));
  const auto shard = static_cast<std::uint16_t>(1 - home);
  const auto connection = rig.Open(shard);
  Hello hello;
  hello.protocol_version = 1;
  hello.token = "user:ada";
  hello.producer = Bytes(std::string_view("0123456789abcdef"));
  // The order is older than the question whether the session may be.
  rig.Mail(home, hub::UserMail(hub::EndUser{
                     kCall, "ada", {}, hub::Revocation{"ada", static_cast<WallTime>(1), 60s}}));
  rig.Hold(home, true);
  rig.Say(connection, {1, hello});
  rig.Settle();
  rig.Hold(home, false);
  rig.Settle();
  EXPECT_EQ(rig.wire(connection).code, DisconnectCode::kByOperator);
}

TEST(Revoking, IsBoundedInNumberAndRefusesRatherThanForgets) {
  hub::HubConfig config = ConfigOf(1);
  config.revocations_max = 3;
  HubRig rig({}, config);
  const auto revoke = [&](const std::string& user) {
    const hub::Revocation what{user, static_cast<WallTime>(kBeginning), 60s};
    rig.OrderUser(user, hub::EndUser{kCall, user, {}, what});
    return rig.TakeCounted();
  };
  for (const char* user : {"a", "b", "c"}) EXPECT_FALSE(revoke(user).refused);
  EXPECT_EQ(revoke("d").failure.code, ErrorCode::kLimitExceeded);
  EXPECT_FALSE(revoke("a").refused) << "it is there already";
  Client a;
  a.Connect(rig, 0, "user:a");
  EXPECT_FALSE(a.welcomed);
  rig.Pass(61s);
  EXPECT_FALSE(revoke("d").refused);
}

// ---- In and out of rooms

TEST(JoiningAUser, MakesEverySessionAMemberThatMayBeNoneByItself) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    hub::HubConfig config = ConfigOf(3, seed);
    config.namespaces.push_back({.name = "staff", .may_join = hub::Who::kBackendOnly});
    HubRig rig({.shards = 3, .seed = seed}, config);
    Client a, b, bob;
    a.Connect(rig, 0, "user:ada");
    b.Connect(rig, 2, "user:ada");
    bob.Connect(rig, 1, "user:bob");
    rig.OrderUser("ada", hub::JoinUser{kCall, "ada", {"staff:1", "{}"}, false});
    EXPECT_EQ(rig.TakeCounted().sessions, 2u);
    Push(rig, "staff:1", "hello");
    for (Client* client : {&a, &b, &bob}) client->Read(rig);
    EXPECT_EQ(a.pushed, std::vector<std::string>{"staff:1"});
    EXPECT_EQ(a.data, std::vector<std::string>{"hello"});
    EXPECT_EQ(b.data, std::vector<std::string>{"hello"});
    EXPECT_TRUE(bob.pushed.empty());
    // It is in after a cut, if it says that it wants to be.
    rig.Close(a.connection);
    a.Connect(rig, 1, "user:ada", {Join{.room = "staff:1"}});
    EXPECT_TRUE(a.resumed);
    Push(rig, "staff:1", "again");
    a.Read(rig);
    EXPECT_EQ(a.data.back(), "again");
    // Once more changes nothing.
    rig.OrderUser("ada", hub::JoinUser{kCall, "ada", {"staff:1", "{}"}, false});
    EXPECT_EQ(rig.TakeCounted().sessions, 2u);
    EXPECT_EQ(Sum(rig, &hub::Shard::Counts::members), 2u);

    rig.OrderUser("ada", hub::LeaveUser{kCall, "ada", "staff:1", LeftCode::kRemoved, "out"});
    EXPECT_EQ(rig.TakeCounted().sessions, 2u);
    const auto left = rig.Next<Left>(b.connection);
    EXPECT_EQ(left.code, 2000u);
    EXPECT_EQ(left.reason.view, "out");
    EXPECT_FALSE(left.rejoin);
    EXPECT_EQ(Sum(rig, &hub::Shard::Counts::members), 0u);
  }
}

// A session of ada's is ordered out of a room that it is joining, whose home is held up; answers
// with that.
std::uint16_t OrderOutOfAJoin(HubRig& rig, Client& ada, bool in_hello) {
  const auto user_home = static_cast<int>(hub::HomeShardOfUser(rig.config(), "ada"));
  const auto home = static_cast<std::uint16_t>((user_home + 1) % 3);
  const auto shard = static_cast<std::uint16_t>((user_home + 2) % 3);
  std::string room = "chat:";
  while (hub::HomeShardOf(rig.config(), room) != hub::ShardId{home}) room += "x";
  const std::vector<Join> joins{{.room = room}};
  if (!in_hello) ada.Connect(rig, shard, "user:ada");
  rig.Hold(home, true);
  if (in_hello) ada.Connect(rig, shard, "user:ada", joins);
  if (!in_hello) rig.Say(ada.connection, {2, joins[0]});
  rig.OrderUser("ada", hub::LeaveUser{kCall, "ada", room, LeftCode::kRemoved, "out"});
  return home;
}

TEST(LeavingOfAUser, ThatMeetsAJoinUnderWayIsItsEnd) {
  for (const bool in_hello : {false, true}) {
    SCOPED_TRACE(in_hello);
    HubRig rig({.shards = 3});
    Client ada;
    const std::uint16_t home = OrderOutOfAJoin(rig, ada, in_hello);
    rig.Hold(home, false);
    rig.Settle();
    EXPECT_EQ(rig.Next<Left>(ada.connection).reason.view, "out") << "behind its Joined";
    EXPECT_EQ(rig.TakeCounted().sessions, 1u);
    EXPECT_EQ(Sum(rig, &hub::Shard::Counts::members), 0u);
  }
}

TEST(LeavingOfAUser, IsAnsweredThoughTheSessionEndsBeforeTheJoin) {
  for (const bool in_hello : {false, true}) {
    SCOPED_TRACE(in_hello);
    HubRig rig({.shards = 3});
    Client ada;
    const std::uint16_t home = OrderOutOfAJoin(rig, ada, in_hello);
    rig.Close(ada.connection);
    rig.Settle();
    EXPECT_EQ(rig.TakeCounted().sessions, 0u);
    rig.Hold(home, false);
    rig.Settle();
    EXPECT_EQ(Sum(rig, &hub::Shard::Counts::members), 0u);
  }
}

TEST(JoiningAUser, ToKeepItThereMeetsLaterSessionsUntilItLeaves) {
  HubRig rig({.shards = 2});
  rig.OrderUser("ada", hub::JoinUser{kCall, "ada", {"chat:a", ""}, true});
  EXPECT_EQ(rig.TakeCounted().sessions, 0u);
  Client a;
  a.Connect(rig, 0, "user:ada");
  EXPECT_EQ(a.pushed, std::vector<std::string>{"chat:a"});
  // Who asks for it is answered, and not told twice.
  Client b;
  b.Connect(rig, 1, "user:ada", {Join{.room = "chat:a"}});
  EXPECT_TRUE(b.pushed.empty());
  rig.OrderUser("ada", hub::LeaveUser{kCall, "ada", "chat:a", static_cast<LeftCode>(2999), ""});
  EXPECT_EQ(rig.TakeCounted().sessions, 2u);
  EXPECT_TRUE(rig.Next<Left>(a.connection).rejoin);
  Client c;
  c.Connect(rig, 0, "user:ada");
  EXPECT_TRUE(c.pushed.empty());
}

struct BadOrder {
  std::string name;
  hub::UserMail order;
  ErrorCode code;
};

TEST(JoiningAUser, OrLeavingWhereNobodyCanBeIsRefused) {
  hub::HubConfig config = ConfigOf(2);
  config.namespaces.push_back({.name = "closed", .may_join = hub::Who::kNobody});
  HubRig rig({.shards = 2}, config);
  const std::vector<BadOrder> table{
      {"a namespace that is not", hub::JoinUser{kCall, "ada", {"nowhere:a", ""}, false},
       ErrorCode::kUnknownNamespace},
      {"a name that is none", hub::JoinUser{kCall, "ada", {" ", ""}, true},
       ErrorCode::kBadRoomName},
      {"a room that nobody may join", hub::JoinUser{kCall, "ada", {"closed:a", ""}, true},
       ErrorCode::kPermissionDenied},
      {"data over the limit",
       hub::JoinUser{kCall, "ada", {"chat:a", std::string(1025, 'x')}, false},
       ErrorCode::kTooLarge},
      {"leaving where no room can be",
       hub::LeaveUser{kCall, "ada", "chat:\n", LeftCode::kRemoved, ""}, ErrorCode::kBadRoomName},
      {"leaving a name of 64 KB",
       hub::LeaveUser{kCall, "ada", std::string(65'000, 'r'), LeftCode::kRemoved, ""},
       ErrorCode::kBadRoomName},
      {"leaving a namespace that is not",
       hub::LeaveUser{kCall, "ada", "nowhere:a", LeftCode::kRemoved, ""},
       ErrorCode::kUnknownNamespace},
      {"a code that is no Left",
       hub::LeaveUser{kCall, "ada", "chat:a", static_cast<LeftCode>(3000), ""},
       ErrorCode::kBadRequest},
  };
  for (const BadOrder& row : table) {
    SCOPED_TRACE(row.name);
    rig.OrderUser("ada", row.order);
    EXPECT_EQ(rig.TakeCounted().failure.code, row.code);
  }
}

}  // namespace
}  // namespace roomcast::test
