// From Hello to Welcome, and everything that a stranger can get wrong on the way.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "proto/protocol/frame.h"
#include "proto/protocol/limits.h"
#include "tests/support/hub_rig.h"

namespace roomcast::test {
namespace {

const std::string kProducer(kProducerBytes, 'p');

Hello GoodHello() {
  Hello hello;
  hello.protocol_version = 1;
  hello.producer = Bytes(kProducer);
  hello.sent_at = 42;
  return hello;
}

TEST(Greeting, OneRoundTripTellsTheClientEverything) {
  HubRig rig;
  const auto connection = rig.Open();
  Hello hello = GoodHello();
  const std::vector<Join> joins{{.room = "chat:a"}, {.room = "nowhere:b"}};
  hello.joins = joins;
  rig.Say(connection, {7, hello});
  rig.Settle();

  const auto all = rig.Take(connection);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].id, 7u);
  const auto& welcome = std::get<Welcome>(all[0].body);
  EXPECT_EQ(welcome.instance.view, rig.config().instance);
  EXPECT_EQ(welcome.user, welcome.session_id) << "anonymous: the user is the session id";
  EXPECT_EQ(welcome.session_key.view.size(), kSessionKeyBytes);
  EXPECT_EQ(welcome.hello_sent_at, 42);
  EXPECT_EQ(welcome.ping_interval_ms, 25'000u);
  ASSERT_EQ(welcome.joins.size(), 2u);
  EXPECT_EQ(std::get<Joined>(welcome.joins[0].outcome).room.view, "chat:a");
  EXPECT_EQ(std::get<Error>(welcome.joins[1].outcome).code,
            static_cast<std::uint32_t>(ErrorCode::kUnknownNamespace));
}

TEST(Greeting, AUserIsWhoTheTokenSays) {
  HubRig rig;
  const auto connection = rig.Open();
  Hello hello = GoodHello();
  hello.token = "user:ada";
  rig.Say(connection, {1, hello});
  EXPECT_EQ(rig.Next<Welcome>(connection).user.view, "ada");
}

struct BadHello {
  std::string name;
  DisconnectCode code;
  std::string says;  // a part of the reason
  std::function<ClientMessage()> message;
  bool anonymous = true;
};

TEST(Greeting, WhatDoesNotMakeSenseEndsTheConnectionWithItsCode) {
  const std::string long_token(kTokenBytesMax + 1, 't');
  const std::string long_name(kClientNameBytesMax + 1, 'n');
  const std::vector<Join> many(kRoomsPerConnection + 1);
  const auto with = [](auto change) {
    return [change] {
      Hello hello = GoodHello();
      change(hello);
      return ClientMessage{1, hello};
    };
  };
  const std::vector<BadHello> table{
      {"a command before Hello", DisconnectCode::kBadRequest, "first message",
       [] {
         return ClientMessage{1, Join{.room = "chat:a"}};
       }},
      {"nothing at all", DisconnectCode::kBadRequest, "first message",
       [] {
         return ClientMessage{1, {}};
       }},
      {"another version", DisconnectCode::kBadRequest, "version 2",
       with([](Hello& hello) { hello.protocol_version = 2; })},
      {"no producer", DisconnectCode::kBadRequest, "has 0 bytes",
       with([](Hello& hello) { hello.producer = {}; })},
      {"a token that is too long", DisconnectCode::kBadRequest, "8193",
       with([&](Hello& hello) { hello.token = long_token; })},
      {"a name that is too long", DisconnectCode::kBadRequest, "65",
       with([&](Hello& hello) { hello.client_name = long_name; })},
      {"too many joins", DisconnectCode::kBadRequest, "257",
       with([&](Hello& hello) { hello.joins = many; })},
      {"a token that is nobody's", DisconnectCode::kInvalidToken, "nobody's",
       with([](Hello& hello) { hello.token = "rubbish"; })},
      {"an expired token", DisconnectCode::kTokenExpired, "expired",
       with([](Hello& hello) { hello.token = "expired:ada"; })},
      {"no token where one is needed", DisconnectCode::kInvalidToken, "token is needed",
       with([](Hello&) {}), false},
  };
  for (const BadHello& row : table) {
    SCOPED_TRACE(row.name);
    HubRig::Options options;
    hub::HubConfig config = HubRig::DefaultConfig(options);
    config.anonymous = row.anonymous;
    HubRig rig(options, config);
    const auto bystander = row.anonymous ? rig.Greeted() : rig.Greeted(0, "user:by");
    const auto connection = rig.Open();
    rig.Say(connection, row.message());
    rig.Settle();
    EXPECT_TRUE(rig.wire(connection).closed);
    EXPECT_EQ(rig.wire(connection).code, row.code);
    EXPECT_NE(rig.wire(connection).reason.find(row.says), std::string::npos)
        << rig.wire(connection).reason;
    const auto last_words = rig.Next<Disconnect>(connection);
    EXPECT_EQ(last_words.code, static_cast<std::uint32_t>(row.code));
    EXPECT_EQ(rig.events().disconnects[row.code], 1);
    EXPECT_FALSE(rig.wire(bystander).closed);
    EXPECT_EQ(rig.shard(0).counts().sessions, 1u);
  }
}

TEST(Greeting, BytesThatAreNoFrameEndTheConnectionAndHaveNoEffect) {
  HubRig rig;
  const auto connection = rig.Greeted();
  std::string bytes;
  AppendFrame(bytes, ClientMessage{3, Join{.room = "chat:a"}});
  bytes += "\x0a\x7f";  // a message of 127 bytes that are not there
  rig.SayBytes(connection, bytes);
  rig.Settle();
  EXPECT_EQ(rig.wire(connection).code, DisconnectCode::kBadRequest);
  EXPECT_EQ(rig.shard(0).counts().rooms, 0u) << "the good half of the frame was acted on";
}

TEST(Greeting, HelloTwiceEndsTheConnection) {
  HubRig rig;
  const auto connection = rig.Greeted();
  rig.Say(connection, {2, GoodHello()});
  EXPECT_EQ(rig.wire(connection).code, DisconnectCode::kBadRequest);
}

TEST(Greeting, ASessionThatEndsWhileItIsCaughtUpDoesNotKeepItsShardBusyForEver) {
  HubRig rig;
  const auto speaker = rig.Greeted();
  rig.JoinRoom(speaker, "chat:a");
  for (const char* text : {"one", "two", "three"}) rig.Publish(speaker, "chat:a", text);
  rig.Settle();
  const auto connection = rig.Greeted();
  // The page is on its way inside the shard when Hello, for the second time, ends the session.
  std::string bytes;
  AppendFrame(bytes, ClientMessage{2, Join{.room = "chat:a", .since = static_cast<LastCount>(3)}});
  AppendFrame(bytes, ClientMessage{3, GoodHello()});
  rig.SayBytes(connection, bytes);
  rig.Settle();
  EXPECT_EQ(rig.wire(connection).code, DisconnectCode::kBadRequest);
}

TEST(Greeting, ASilentConnectionIsEndedAfterFiveSeconds) {
  HubRig rig;
  const auto connection = rig.Open();
  rig.Pass(4999ms);
  EXPECT_FALSE(rig.wire(connection).closed);
  rig.Pass(1ms);
  EXPECT_EQ(rig.wire(connection).code, DisconnectCode::kNotAuthenticatedInTime);
  // Its network may have stalled, no more: a page that is told to stop would be gone for good.
  EXPECT_EQ(AfterCloseCode(static_cast<std::uint32_t>(rig.wire(connection).code)),
            AfterClose::kReconnect);
}

TEST(Greeting, NothingOvertakesWelcomeInASocketThatIsNotRead) {
  HubRig rig;
  const auto connection = rig.Open();
  rig.Say(connection, {1, GoodHello()});
  rig.Say(connection, {2, Ping{.sequence = 5}});
  rig.Pass(25s);  // the hub's own first ping falls anywhere in the interval
  const auto all = rig.Take(connection);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_TRUE(std::holds_alternative<Welcome>(all[0].body));
  EXPECT_TRUE(std::holds_alternative<Pong>(all[1].body));
  EXPECT_TRUE(std::holds_alternative<Ping>(all[2].body));
}

// So that idle sessions cost a hub few wake-ups.
TEST(Greeting, PingsOfManySessionsComeAtFewMomentsSpreadOverTheInterval) {
  HubRig rig;
  constexpr int kSessions = 1000;
  for (int i = 0; i < kSessions; ++i) {
    rig.Greeted();
    rig.Pass(1ms);
  }
  // Nobody is looked at any more for a Hello that was due.
  rig.Pass(6s);
  const Instant end = rig.now().instant + 25s;
  std::vector<Instant> moments;
  for (Instant next; (next = rig.shard(0).NextDeadline()) <= end;) {
    rig.Pass(next - rig.now().instant);
    moments.push_back(next);
  }
  EXPECT_LE(moments.size(), 250u + 2u);
  EXPECT_GE(moments.size(), 200u);
  EXPECT_GE(moments.back() - moments.front(), 20s);
}

TEST(Greeting, WhatComesBehindHelloWaitsForWelcomeInItsOrder) {
  // The room's home is on whichever shard; the answer takes a turn of the mail.
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    HubRig rig({.shards = 3, .seed = seed});
    const auto connection = rig.Open();
    Hello hello = GoodHello();
    const std::vector<Join> joins{{.room = "chat:a"}, {.room = "chat:b"}, {.room = "chat:c"}};
    hello.joins = joins;
    std::string bytes;
    AppendFrame(bytes, ClientMessage{1, hello});
    AppendFrame(bytes, ClientMessage{2, Leave{.room = "chat:a"}});
    AppendFrame(bytes, ClientMessage{3, Join{.room = "chat:a"}});
    AppendFrame(bytes, ClientMessage{4, Leave{.room = "chat:b"}});
    rig.SayBytes(connection, bytes);
    rig.Settle();
    std::vector<std::uint32_t> replies;
    for (const ServerMessage& message : rig.Take(connection)) replies.push_back(message.id);
    // What concerns one room keeps its order; Welcome is before all.
    ASSERT_EQ(replies.size(), 4u);
    EXPECT_EQ(replies[0], 1u);
    EXPECT_LT(std::find(replies.begin(), replies.end(), 2),
              std::find(replies.begin(), replies.end(), 3));
    EXPECT_EQ(rig.shard(0).counts().members, 2u);
    EXPECT_TRUE(rig.wire(connection).reading);
  }
}

}  // namespace
}  // namespace roomcast::test
