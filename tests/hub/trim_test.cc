// A backend drops what a room keeps, or begins its stream anew: who is in the room, who comes back,
// and who is just being let in all know what they have.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/hub/home.h"
#include "tests/support/hub_rig.h"

namespace roomcast::test {
namespace {

struct Answers : HubRig {
  using HubRig::HubRig;
  std::vector<Trimmed> trimmed;
  void OnTrimmed(hub::BridgeCall, const Trimmed& answer) override { trimmed.push_back(answer); }

  Trimmed Trim(hub::TrimHistory ask) {
    ask.call = hub::BridgeCall{3};
    const auto home = static_cast<std::uint16_t>(hub::HomeShardOf(config(), ask.room));
    Mail(home, std::move(ask));
    Settle();
    EXPECT_EQ(trimmed.size(), 1u);
    Trimmed answer = trimmed.empty() ? Trimmed{} : trimmed.back();
    trimmed.clear();
    return answer;
  }
};

struct TrimCase {
  std::string name;
  hub::TrimHistory ask;
  std::uint64_t removed;
};

TEST(Trim, DropsUpToAPositionOrAllButTheLastAndTheTopStays) {
  Answers rig({.shards = 2});
  const auto ada = rig.Greeted(0);
  const std::uint64_t epoch = rig.JoinRoom(ada, "chat:a").position->epoch;
  for (int i = 0; i < 10; ++i) rig.Publish(ada, "chat:a", "x");
  rig.Settle();
  rig.Take(ada);
  const std::vector<TrimCase> table{
      {"up to the third", {.room = "chat:a", .up_to = Position{epoch, 3}}, 3},
      {"the same again", {.room = "chat:a", .up_to = Position{epoch, 3}}, 0},
      {"all but five", {.room = "chat:a", .keep_last = 5}, 2},
      {"all but more than there are", {.room = "chat:a", .keep_last = 4'000'000'000}, 0},
      {"all", {.room = "chat:a", .keep_last = 0}, 5},
  };
  for (const TrimCase& row : table) {
    SCOPED_TRACE(row.name);
    const auto answer = rig.Trim(row.ask);
    EXPECT_FALSE(answer.refused);
    EXPECT_EQ(answer.removed, row.removed);
    EXPECT_EQ(answer.top, (Position{epoch, 10}));
  }
  EXPECT_TRUE(rig.Take(ada).empty()) << "members have seen it";
  rig.Publish(ada, "chat:a", "y");
  rig.Settle();
  EXPECT_EQ(rig.Next<RoomBatch>(ada).publications[0].offset, 11u);
}

TEST(Trim, OfWhatIsNotThereIsRefused) {
  Answers rig;
  const auto ada = rig.Greeted(0);
  const std::uint64_t epoch = rig.JoinRoom(ada, "chat:a").position->epoch;
  EXPECT_EQ(rig.Trim({.room = "chat:a", .up_to = Position{epoch + 1, 0}}).failure.code,
            ErrorCode::kBadRequest);
  EXPECT_EQ(rig.Trim({.room = "chat:a", .up_to = Position{epoch, 1}}).failure.code,
            ErrorCode::kBadRequest);
  EXPECT_EQ(rig.Trim({.room = "nowhere:a", .restart = true}).failure.code,
            ErrorCode::kUnknownNamespace);
  EXPECT_FALSE(rig.Trim({.room = "chat:quiet", .restart = true}).refused);
}

TEST(Restart, TellsEveryMemberAndGoesOnInAnotherEpoch) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    Answers rig({.shards = 3, .seed = seed});
    const auto ada = rig.Greeted(0);
    const auto bob = rig.Greeted(1);
    const std::uint64_t old = rig.JoinRoom(ada, "chat:a").position->epoch;
    rig.JoinRoom(bob, "chat:a");
    for (int i = 0; i < 5; ++i) rig.Publish(ada, "chat:a", "old");
    rig.Settle();
    const auto answer = rig.Trim({.room = "chat:a", .restart = true});
    EXPECT_EQ(answer.removed, 5u);
    EXPECT_NE(answer.top.epoch, old);
    EXPECT_EQ(answer.top.offset, 0u);
    rig.Publish(ada, "chat:a", "new");
    rig.Settle();
    for (const auto member : {ada, bob}) {
      std::vector<std::string> told;
      for (const ServerMessage& message : rig.Take(member)) {
        if (const auto* batch = std::get_if<RoomBatch>(&message.body)) {
          for (const Publication& one : batch->publications) {
            told.push_back(std::string(one.data.view) + std::to_string(one.offset));
          }
        } else if (const auto* reset = std::get_if<Reset>(&message.body)) {
          EXPECT_EQ(*reset->position, answer.top);
          told.push_back("reset");
        }
      }
      EXPECT_EQ(told, (std::vector<std::string>{"old1", "old2", "old3", "old4", "old5", "reset",
                                                "new1"}));
    }
    // And who comes with a position of the old stream has lost.
    const auto late = rig.Greeted(2);
    Join join{.room = "chat:a"};
    join.since = Position{old, 5};
    rig.Say(late, {2, join});
    rig.Settle();
    EXPECT_EQ(rig.Next<Joined>(late).verdict, Verdict::kLost);
  }
}

TEST(Restart, MeetsAMemberThatIsBehind) {
  Answers rig({.shards = 2, .soft_bytes = 4096});
  const auto ada = rig.Greeted(0);
  const auto slow = rig.Greeted(1);
  rig.JoinRoom(ada, "chat:a");
  rig.JoinRoom(slow, "chat:a");
  rig.wire(slow).slow = true;
  for (int i = 0; i < 20; ++i) {
    rig.Publish(ada, "chat:a", std::string(1000, 'o'));
    rig.Settle();
  }
  rig.Trim({.room = "chat:a", .restart = true});
  rig.Publish(ada, "chat:a", "new");
  rig.Settle();
  rig.Drain(slow);
  rig.Settle();
  bool reset = false;
  std::vector<std::string> after;
  for (const ServerMessage& message : rig.Take(slow)) {
    EXPECT_FALSE(std::holds_alternative<Gap>(message.body)) << "of a stream that is no more";
    if (std::holds_alternative<Reset>(message.body)) reset = true;
    const auto* batch = std::get_if<RoomBatch>(&message.body);
    if (batch == nullptr || !reset) continue;
    for (const Publication& one : batch->publications) after.emplace_back(one.data.view);
  }
  EXPECT_EQ(after, std::vector<std::string>{"new"});
}

TEST(Restart, MeetsAHelloWhoseJoinWasAnsweredFromTheOldStream) {
  Answers rig({.shards = 2});
  const auto ada = rig.Greeted(0);
  const auto home = static_cast<std::uint16_t>(hub::HomeShardOf(rig.config(), "chat:a"));
  // A room of the other shard holds up the greeting.
  std::string other = "chat:b";
  while (hub::HomeShardOf(rig.config(), other) == hub::HomeShardOf(rig.config(), "chat:a")) {
    other += "b";
  }
  const std::uint64_t old = rig.JoinRoom(ada, "chat:a").position->epoch;
  for (int i = 0; i < 5; ++i) rig.Publish(ada, "chat:a", "old");
  rig.Settle();
  const auto late = rig.Open(home);
  Hello hello;
  hello.protocol_version = 1;
  hello.producer = Bytes(std::string_view("0123456789abcdef"));
  Join join{.room = "chat:a"};
  join.since = Position{old, 3};
  const std::vector<Join> joins{join, Join{.room = other}};
  hello.joins = joins;
  rig.Hold(static_cast<std::uint16_t>(1 - home), true);
  rig.Say(late, {1, hello});
  rig.Settle();
  const auto answer = rig.Trim({.room = "chat:a", .restart = true});
  rig.Hold(static_cast<std::uint16_t>(1 - home), false);
  rig.Settle();
  const auto welcome = rig.Next<Welcome>(late);
  const Joined& joined = std::get<Joined>(welcome.joins[0].outcome);
  EXPECT_EQ(*joined.position, answer.top);
  EXPECT_EQ(joined.verdict, Verdict::kLost);
  EXPECT_EQ(joined.start, 0u);
  rig.Publish(ada, "chat:a", "new");
  rig.Settle();
  EXPECT_EQ(rig.Next<RoomBatch>(late).publications[0].offset, 1u);
}

}  // namespace
}  // namespace roomcast::test
