// What makes no sense has one defined answer each, and no effect. Beside what is here:
//
//   tokens               tests/auth/token_test.cc ABadToken; of another algorithm than its key's,
//                        token_key_test.cc DoesNotLetATokenChooseHowItIsVerified; their audience,
//                        TheAudience; what a client is told, credentials_test.cc
//   Hello                greeting_test.cc
//   an id with no key    resume_test.cc WhoHasNotIdAndKeyGetsASessionOfItsOwnAndIsNotToldWhy
//   a backend's orders   users_test.cc WhereNobodyCanBeIsRefused; its calls, tests/bridge
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "proto/protocol/frame.h"
#include "proto/protocol/limits.h"
#include "tests/support/hub_rig.h"

namespace roomcast::test {
namespace {

// A member of chat:a with three publications in it, under the ids 1, 70 and 71.
struct Fixture {
  Fixture() : member(rig.Greeted(0, "user:ada", 77)) {
    epoch = rig.JoinRoom(member, "chat:a").position->epoch;
    for (const std::uint64_t counter : {1, 70, 71}) {
      rig.Publish(member, "chat:a", "said", counter, 20);
      rig.Settle();
    }
    rig.Take(member);
  }
  HubRig rig;
  hub::ConnectionId member;
  std::uint64_t epoch = 0;
};

using Reply = std::variant<std::monostate, ErrorCode, DisconnectCode, Verdict, Published, Ok>;

template <class Answer>
bool Is(const Reply& reply, Answer wanted) {
  const auto* answer = std::get_if<Answer>(&reply);
  return answer != nullptr && *answer == wanted;
}

// The first answer that matters.
Reply AnswerTo(Fixture& fixture, hub::ConnectionId connection, const ClientMessage& message) {
  fixture.rig.Say(connection, message);
  fixture.rig.Settle();
  if (fixture.rig.wire(connection).closed) return fixture.rig.wire(connection).code;
  for (const ServerMessage& answer : fixture.rig.Take(connection)) {
    if (const auto* error = std::get_if<Error>(&answer.body))
      return static_cast<ErrorCode>(error->code);
    if (const auto* joined = std::get_if<Joined>(&answer.body)) return joined->verdict;
    if (const auto* published = std::get_if<Published>(&answer.body)) return *published;
    if (const auto* ok = std::get_if<Ok>(&answer.body)) return *ok;
  }
  return {};
}

// What Welcome says of the joins of a Hello, in their order.
std::vector<Reply> OutcomesOf(HubRig& rig, const std::vector<Join>& joins) {
  const auto connection = rig.Open();
  const std::string producer(kProducerBytes, 'p');
  Hello hello{.protocol_version = 1, .producer = Bytes(producer)};
  hello.joins = joins;
  rig.Say(connection, {1, hello});
  rig.Settle();
  std::vector<Reply> replies;
  const auto welcome = rig.Next<Welcome>(connection);
  for (const auto& join : welcome.joins) {
    if (const auto* error = std::get_if<Error>(&join.outcome)) {
      replies.emplace_back(static_cast<ErrorCode>(error->code));
    } else {
      replies.emplace_back(std::get<Joined>(join.outcome).verdict);
    }
  }
  return replies;
}

struct BadJoin {
  std::string name;
  std::function<void(Join&, std::uint64_t epoch)> change;
  std::variant<ErrorCode, Verdict> answer;
};

TEST(BadInput, PositionsThatCannotBe) {
  const auto at = [](std::uint64_t offset, std::uint64_t other_epoch = 0) {
    return [=](Join& join, std::uint64_t epoch) {
      join.since = Position{epoch + other_epoch, offset};
    };
  };
  const auto strictly = [](auto change) {
    return [=](Join& join, std::uint64_t epoch) {
      change(join, epoch);
      join.on_lost = OnLost::kReject;
    };
  };
  const std::vector<BadJoin> table{
      {"the top", at(3), Verdict::kRecovered},
      {"from the future", at(4), Verdict::kLost},
      {"offset 2^64-1", at(UINT64_MAX), Verdict::kLost},
      {"another epoch", at(3, 1), Verdict::kLost},
      {"another epoch's beginning", at(0, 1), Verdict::kLost},
      {"from the future, strictly", strictly(at(4)), ErrorCode::kUnrecoverablePosition},
      {"another epoch, strictly", strictly(at(3, 1)), ErrorCode::kUnrecoverablePosition},
      {"the last 2^32-1",
       [](Join& join, std::uint64_t) { join.since = static_cast<LastCount>(UINT32_MAX); },
       Verdict::kRecovered},
      {"the last 2^64-1 ms",
       [](Join& join, std::uint64_t) { join.since = static_cast<LastMs>(UINT64_MAX); },
       Verdict::kRecovered},
  };
  for (const BadJoin& row : table) {
    SCOPED_TRACE(row.name);
    Fixture fixture;
    const auto reader = fixture.rig.Greeted();
    Join join{.room = "chat:a"};
    row.change(join, fixture.epoch);
    for (const Reply& reply :
         {AnswerTo(fixture, reader, {5, join}), OutcomesOf(fixture.rig, {join}).at(0)}) {
      std::visit([&](auto answer) { EXPECT_TRUE(Is(reply, answer)) << reply.index(); }, row.answer);
    }
  }
}

struct BadRoom {
  std::string name;
  std::string room;
  ErrorCode code;
};

TEST(BadInput, RoomsWithNamesThatCannotBe) {
  const std::vector<BadRoom> table{
      {"empty", "", ErrorCode::kBadRoomName},
      {"a control character", "chat:\n", ErrorCode::kBadRoomName},
      {"a NUL", std::string("chat:\0a", 7), ErrorCode::kBadRoomName},
      {"a space at its end", "chat:a ", ErrorCode::kBadRoomName},
      {"256 bytes", std::string(256, 'r'), ErrorCode::kBadRoomName},
      {"64 KB", std::string(65000, 'r'), ErrorCode::kBadRoomName},
      {"the hub's own", "$sys:stats", ErrorCode::kUnknownNamespace},
      {"a namespace that is not", "nowhere:a", ErrorCode::kUnknownNamespace},
  };
  for (const BadRoom& row : table) {
    SCOPED_TRACE(row.name);
    Fixture fixture;
    const std::vector<ClientMessage> commands{{5, Join{.room = row.room}},
                                              {5, Publish{.room = row.room}},
                                              {5, History{.room = row.room}},
                                              {5, PresenceGet{.room = row.room}}};
    for (const ClientMessage& command : commands) {
      EXPECT_TRUE(Is(AnswerTo(fixture, fixture.member, command), row.code));
    }
    EXPECT_TRUE(Is(OutcomesOf(fixture.rig, {{.room = row.room}}).at(0), row.code));
    // Nobody can be in it, so who leaves it is not in it.
    EXPECT_TRUE(std::holds_alternative<Ok>(
        AnswerTo(fixture, fixture.member, {5, Leave{.room = row.room}})));
    EXPECT_EQ(fixture.rig.shard(0).counts().rooms, 1u);
  }
}

TEST(BadInput, ARoomNameThatIsNotUtf8IsNoFrame) {
  const std::vector<ClientMessage> commands{{5, Join{.room = "chat:?"}},
                                            {5, Leave{.room = "chat:?"}},
                                            {5, Publish{.room = "chat:?"}},
                                            {5, History{.room = "chat:?"}},
                                            {5, PresenceGet{.room = "chat:?"}}};
  for (const ClientMessage& command : commands) {
    SCOPED_TRACE(command.body.index());
    Fixture fixture;
    std::string bytes;
    AppendFrame(bytes, command);
    bytes[bytes.find('?')] = '\xff';
    fixture.rig.SayBytes(fixture.member, bytes);
    EXPECT_EQ(fixture.rig.wire(fixture.member).code, DisconnectCode::kBadRequest);
  }
}

struct BadReading {
  std::string name;
  std::uint64_t other_epoch;
  std::uint64_t offset;
  bool lost;
  std::size_t publications;
};

TEST(BadInput, HistoryFromPositionsThatCannotBe) {
  const std::vector<BadReading> table{
      {"the top", 0, 3, false, 0},
      {"from the future", 0, 4, true, 0},
      {"offset 2^64-1", 0, UINT64_MAX, true, 0},
      {"another epoch", 1, 1, true, 3},
      {"another epoch's offset 2^64-1", 1, UINT64_MAX, true, 3},
  };
  for (const BadReading& row : table) {
    SCOPED_TRACE(row.name);
    Fixture fixture;
    fixture.rig.Say(fixture.member,
                    {5, History{.room = "chat:a",
                                .since = Position{fixture.epoch + row.other_epoch, row.offset},
                                .limit = 10}});
    fixture.rig.Settle();
    const auto page = fixture.rig.Next<HistoryPage>(fixture.member);
    EXPECT_EQ(page.lost, row.lost);
    EXPECT_EQ(page.publications.size(), row.publications);
  }
}

TEST(BadInput, CountersThatDoNotRise) {
  const auto publish = [](Fixture& fixture, std::uint64_t counter) {
    return AnswerTo(fixture, fixture.member, {5, Publish{.room = "chat:a", .counter = counter}});
  };
  Fixture fixture;
  const auto is_duplicate = [](const Reply& reply) {
    const auto* published = std::get_if<Published>(&reply);
    return published != nullptr && published->duplicate;
  };
  EXPECT_TRUE(is_duplicate(publish(fixture, 71)));
  EXPECT_TRUE(is_duplicate(publish(fixture, 70)));
  EXPECT_FALSE(is_duplicate(publish(fixture, 69))) << "it never took effect";
  EXPECT_TRUE(is_duplicate(publish(fixture, 69)));
  EXPECT_TRUE(Is(publish(fixture, 1), ErrorCode::kStalePublishId));
  EXPECT_FALSE(is_duplicate(publish(fixture, 0))) << "no id";
  EXPECT_FALSE(is_duplicate(publish(fixture, 0)));
  EXPECT_FALSE(is_duplicate(publish(fixture, UINT64_MAX)));
  EXPECT_TRUE(is_duplicate(publish(fixture, UINT64_MAX)));
  EXPECT_TRUE(Is(publish(fixture, 72), ErrorCode::kStalePublishId));
}

TEST(BadInput, CommandsAtTheWrongTime) {
  Fixture fixture;
  const std::string large(kMemberDataBytesMax + 1, 'd');
  EXPECT_TRUE(Is(AnswerTo(fixture, fixture.member, {5, Join{.room = "chat:a"}}), Verdict::kLive))
      << "joined already: the present state";
  EXPECT_EQ(fixture.rig.shard(0).counts().members, 1u);
  const std::vector<Reply> twice =
      OutcomesOf(fixture.rig, {{.room = "chat:a"}, {.room = "chat:a"}});
  ASSERT_EQ(twice.size(), 2u);
  EXPECT_TRUE(Is(twice[0], Verdict::kLive));
  EXPECT_TRUE(Is(twice[1], ErrorCode::kBadRequest)) << "among the joins of one Hello";
  EXPECT_EQ(fixture.rig.shard(0).counts().members, 2u);
  EXPECT_TRUE(std::holds_alternative<Ok>(
      AnswerTo(fixture, fixture.member, {5, Leave{.room = "chat:never"}})));
  EXPECT_TRUE(Is(
      AnswerTo(fixture, fixture.member, {5, Join{.room = "chat:b", .member_data = Bytes(large)}}),
      ErrorCode::kTooLarge));
  EXPECT_TRUE(Is(OutcomesOf(fixture.rig, {{.room = "chat:b", .member_data = Bytes(large)}}).at(0),
                 ErrorCode::kTooLarge));
  EXPECT_TRUE(Is(AnswerTo(fixture, fixture.member, {5, Call{}}), ErrorCode::kNotAvailable));
  EXPECT_TRUE(Is(AnswerTo(fixture, fixture.member, {5, {}}), ErrorCode::kUnknownCommand));
  const std::string producer(kProducerBytes, 'p');
  EXPECT_TRUE(Is(AnswerTo(fixture, fixture.member,
                          {5, Hello{.protocol_version = 1, .producer = Bytes(producer)}}),
                 DisconnectCode::kBadRequest));
}

TEST(BadInput, AWallClockThatGoesBackAnHourEndsNobody) {
  HubRig rig;
  const auto ada = rig.Greeted(0, "user:ada until:30");
  rig.JoinRoom(ada, "chat:a");
  rig.Publish(ada, "chat:a", "before");
  rig.Settle();
  rig.SetWallBack(std::chrono::hours(1));
  rig.Publish(ada, "chat:a", "after");
  rig.Settle();
  rig.Take(ada);
  rig.Say(ada, {7, History{.room = "chat:a", .limit = 10}});
  rig.Settle();
  EXPECT_EQ(rig.Next<HistoryPage>(ada).publications.size(), 2u);
  rig.Pass(29'999ms);
  EXPECT_FALSE(rig.wire(ada).closed);
  rig.Pass(1ms);
  EXPECT_EQ(rig.wire(ada).code, DisconnectCode::kTokenExpired) << "and it keeps nobody";
}

}  // namespace
}  // namespace roomcast::test
