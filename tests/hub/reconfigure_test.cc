// Another config in a running hub: it holds for who and what is there already.
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "tests/support/hub_rig.h"

namespace roomcast::test {
namespace {

struct Changing {
  explicit Changing(std::uint16_t shards = 2)
      : rig({.shards = shards}), wanted(rig.config()), ada(rig.Greeted(0, "user:ada")) {}

  hub::NamespaceConfig& chat() {
    for (hub::NamespaceConfig& one : wanted.namespaces) {
      if (one.name == "chat") return one;
    }
    return wanted.namespaces.front();
  }
  void Apply() {
    for (std::uint16_t shard = 0; shard < rig.shards(); ++shard) {
      rig.shard(shard).Reconfigure(wanted, rig.now());
    }
    rig.Settle();
  }
  ErrorCode Refused(const ClientMessage& message) {
    rig.Say(ada, message);
    rig.Settle();
    return static_cast<ErrorCode>(rig.Next<Error>(ada).code);
  }
  int ToldOfPresence() {
    int told = 0;
    for (const ServerMessage& message : rig.Take(ada)) {
      told += std::holds_alternative<Presence>(message.body) ? 1 : 0;
    }
    return told;
  }
  std::size_t Held(std::string_view room) {
    rig.Say(ada, {9, History{.room = room, .limit = 1000}});
    rig.Settle();
    return rig.Next<HistoryPage>(ada).publications.size();
  }

  HubRig rig;
  hub::HubConfig wanted;
  hub::ConnectionId ada;
};

TEST(Reconfigure, HistoryShrinksAtOnceAndGrowsWithWhatComes) {
  Changing hub;
  hub.rig.JoinRoom(hub.ada, "chat:a");
  for (int i = 0; i < 20; ++i) hub.rig.Publish(hub.ada, "chat:a", "x");
  hub.rig.Settle();
  EXPECT_EQ(hub.Held("chat:a"), 20u);
  hub.chat().keep.messages = 5;
  hub.Apply();
  EXPECT_EQ(hub.Held("chat:a"), 5u);
  hub.chat().keep.messages = 100;
  hub.Apply();
  for (int i = 0; i < 20; ++i) hub.rig.Publish(hub.ada, "chat:a", "x");
  hub.rig.Settle();
  EXPECT_EQ(hub.Held("chat:a"), 25u);
  hub.chat().keep.ttl = 1s;
  hub.Apply();
  hub.rig.Pass(2s);
  EXPECT_EQ(hub.Held("chat:a"), 0u);
}

TEST(Reconfigure, WhoMayNotBeInARoomAnyMoreIsTakenOut) {
  Changing hub;
  const auto nobody = hub.rig.Greeted(1);
  hub.rig.JoinRoom(hub.ada, "chat:a");
  hub.rig.JoinRoom(nobody, "chat:a");
  hub.chat().may_join = hub::Who::kUser;
  hub.Apply();
  const auto left = hub.rig.Next<Left>(nobody);
  EXPECT_EQ(left.code, static_cast<std::uint32_t>(LeftCode::kPermissionLost));
  EXPECT_TRUE(hub.rig.Take(hub.ada).empty());
  hub.rig.Say(nobody, {2, Join{.room = "chat:a"}});
  hub.rig.Settle();
  EXPECT_EQ(hub.rig.Next<Error>(nobody).code,
            static_cast<std::uint32_t>(ErrorCode::kPermissionDenied));
}

TEST(Reconfigure, ANewNamespaceOpensAndOneThatIsGoneStaysUntilTheNextStart) {
  Changing hub;
  hub.rig.JoinRoom(hub.ada, "chat:a");
  EXPECT_EQ(hub.Refused({2, Join{.room = "new:a"}}), ErrorCode::kUnknownNamespace);
  std::erase_if(hub.wanted.namespaces, [](const auto& one) { return one.name == "chat"; });
  hub.wanted.namespaces.push_back({.name = "new"});
  hub.Apply();
  hub.rig.JoinRoom(hub.ada, "new:a");
  hub.rig.Publish(hub.ada, "chat:a", "still");
  hub.rig.Settle();
  EXPECT_EQ(hub.rig.Next<RoomBatch>(hub.ada).publications.size(), 1u);
}

TEST(Reconfigure, RatesHoldForSessionsAndRoomsThatAreThere) {
  Changing hub;
  hub.rig.JoinRoom(hub.ada, "chat:a");
  for (int i = 0; i < 10; ++i) hub.rig.Publish(hub.ada, "chat:a", "x", 0, 5);
  hub.rig.Settle();
  hub.rig.Take(hub.ada);
  hub.wanted.publishes_per_second = 1;
  hub.wanted.publish_burst = 1;
  hub.Apply();
  EXPECT_EQ(hub.Refused({7, Publish{.room = "chat:a"}}), ErrorCode::kTooManyRequests);
  hub.wanted.publishes_per_second = 1000;
  hub.wanted.publish_burst = 1000;
  hub.chat().capacity = 1;
  hub.Apply();
  hub.rig.Publish(hub.ada, "chat:a", "x", 0, 8);
  hub.rig.Settle();
  hub.rig.Next<Published>(hub.ada);
  const auto second = hub.rig.Greeted(1);
  hub.rig.Say(second, {2, Join{.room = "chat:a"}});
  hub.rig.Settle();
  EXPECT_EQ(hub.rig.Next<Error>(second).code, static_cast<std::uint32_t>(ErrorCode::kRoomFull));
}

TEST(Reconfigure, PresenceThatIsTurnedOffIsOffForWhoIsThere) {
  Changing hub;
  hub.chat().presence.mode = PresenceInterest::kMembers;
  hub.Apply();
  hub.rig.Say(hub.ada, {2, Join{.room = "chat:a", .presence = PresenceInterest::kMembers}});
  hub.rig.Settle();
  EXPECT_TRUE(hub.rig.Next<Joined>(hub.ada).presence);
  hub.chat().presence.mode = PresenceInterest::kNone;
  hub.Apply();
  hub.rig.JoinRoom(hub.rig.Greeted(1, "user:bob"), "chat:a");
  hub.rig.Pass(1s);
  EXPECT_EQ(hub.ToldOfPresence(), 0);
  EXPECT_EQ(hub.Refused({3, PresenceGet{.room = "chat:a"}}), ErrorCode::kNotAvailable);
  // And on again: who is there is shown once it joins again.
  hub.chat().presence.mode = PresenceInterest::kMembers;
  hub.Apply();
  hub.rig.JoinRoom(hub.rig.Greeted(1, "user:eve"), "chat:a");
  hub.rig.Pass(1s);
  EXPECT_GT(hub.ToldOfPresence(), 0);
}

TEST(Reconfigure, AnonymousUsersMayBeShutOut) {
  Changing hub;
  hub.wanted.anonymous = false;
  hub.Apply();
  const auto nobody = hub.rig.Open();
  Hello hello;
  hello.protocol_version = 1;
  hello.producer = Bytes(std::string_view("0123456789abcdef"));
  hub.rig.Say(nobody, {1, hello});
  EXPECT_EQ(hub.rig.wire(nobody).code, DisconnectCode::kInvalidToken);
}

}  // namespace
}  // namespace roomcast::test
