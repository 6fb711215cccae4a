// The bridge's questions: to which shard they go, and what becomes of those that cannot.
#include "server/net/gateway.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "proto/protocol/codes.h"
#include "server/hub/home.h"
#include "server/net/bridge_desk.h"
#include "server/net/census.h"
#include "server/net/clock.h"
#include "server/net/operations.h"

namespace roomcast::net {
namespace {

using Published = bridge::Answer<bridge::PublishOutcome>;

hub::HubConfig TwoShards() {
  hub::HubConfig config;
  config.shards = 2;
  config.instance = "0123456789abcdef";
  config.hash_key = {1, 2};
  return config;
}

// Two shards' mailboxes of so many letters, and nobody who empties them but the test.
struct Rig {
  explicit Rig(std::size_t letters)
      : first({letters, 1 << 20}), second({letters, 1 << 20}), office({&first, &second}) {}

  void Publish(const std::string& room, std::optional<Published>& answer,
               const std::string& key = "") {
    auto content = std::make_shared<bridge::PublicationContent>();
    content->data = "x";
    content->tags = {{"a", "b"}};
    gateway.Publish({room, content, "caller", key},
                    [&answer](Published got) { answer = std::move(got); });
  }
  Mailbox& home(const std::string& room) {
    return hub::HomeShardOf(config, room) == hub::ShardId{0} ? first : second;
  }

  hub::HubConfig config = TwoShards();
  Mailbox first;
  Mailbox second;
  PostOffice office;
  Gateway gateway{config, office, {"1.2.3", true, ReadClocks()}};
};

TEST(Gateway, APublishGoesToItsRoomsHome) {
  Rig rig(100);
  for (const std::string room : {"chat:1", "chat:2", "chat:3", "chat:4", "chat:5"}) {
    std::optional<Published> answer;
    rig.Publish(room, answer);
    EXPECT_FALSE(answer.has_value()) << "nobody has answered yet";
    Letter letter;
    ASSERT_TRUE(rig.home(room).Take(letter));
    auto& publish = std::get<BridgePublish>(letter);
    EXPECT_EQ(publish.publish.room, room);
    EXPECT_EQ(publish.publish.data, "x");
    EXPECT_EQ(publish.publish.tags.at(0).second, "b");
    EXPECT_EQ(publish.publish.counter, 0u);
    std::move(publish.done)(bridge::PublishOutcome{{7, 8}, false});
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(std::get<bridge::PublishOutcome>(*answer).position.offset, 8u);
  }
}

TEST(Gateway, AFullMailboxIsAnsweredAtOnceWithWhenToComeBack) {
  Rig rig(1);
  std::optional<Published> first, second;
  rig.Publish("chat:1", first);
  rig.Publish("chat:1", second);
  EXPECT_FALSE(first.has_value());
  ASSERT_TRUE(second.has_value());
  const auto& error = std::get<bridge::HubError>(*second);
  EXPECT_EQ(error.code, static_cast<std::uint32_t>(ErrorCode::kOverloaded));
  EXPECT_TRUE(error.temporary);
  EXPECT_EQ(error.retry_after_ms, 100u);
}

TEST(Gateway, AnIdempotencyKeyIsAProducerWithinItsCaller) {
  const HashKey key{1, 2};
  std::set<ProducerId> all = {ProducerOf(key, "ab", "c"), ProducerOf(key, "a", "bc"),
                              ProducerOf(key, "", "abc"), ProducerOf(key, "ab", "d"),
                              ProducerOf({1, 3}, "ab", "c")};
  EXPECT_EQ(all.size(), 5u);
  EXPECT_EQ(ProducerOf(key, "ab", "c"), ProducerOf(key, "ab", "c"));
  EXPECT_NE(ProducerOf(key, "ab", "c").public_half, ProducerOf(key, "ab", "c").secret_half);

  Rig rig(100);
  std::optional<Published> answer;
  rig.Publish("chat:1", answer, "order-7");
  Letter letter;
  ASSERT_TRUE(rig.home("chat:1").Take(letter));
  EXPECT_EQ(std::get<BridgePublish>(letter).publish.counter, 1u);
  EXPECT_EQ(std::get<BridgePublish>(letter).publish.producer,
            ProducerOf(rig.config.hash_key, "caller", "order-7"));
}

TEST(Gateway, InfoIsTheSumOfAllShardsOnceTheLastHasAnswered) {
  Rig rig(100);
  std::optional<bridge::Answer<bridge::HubInfo>> answer;
  rig.gateway.GetInfo(bridge::kNoDeadline, [&](auto got) { answer = std::move(got); });
  for (Mailbox* mailbox : {&rig.first, &rig.second}) {
    EXPECT_FALSE(answer.has_value());
    Letter letter;
    ASSERT_TRUE(mailbox->Take(letter));
    std::get<CountYourself>(letter).census->Answer({10, 9, 3, 100});
  }
  ASSERT_TRUE(answer.has_value());
  const auto& info = std::get<bridge::HubInfo>(*answer);
  EXPECT_EQ(info.connections, 20u);
  EXPECT_EQ(info.sessions, 18u);
  EXPECT_EQ(info.rooms, 6u);
  EXPECT_EQ(info.publications, 200u);
  EXPECT_EQ(info.shards, 2u);
  EXPECT_EQ(info.version, "1.2.3");
  EXPECT_FALSE(info.draining);
}

TEST(Gateway, InfoThatAShardCannotGiveIsATemporaryError) {
  Rig rig(1);
  std::optional<Published> filler;
  rig.Publish("chat:1", filler);  // one of the two mailboxes is full
  std::optional<bridge::Answer<bridge::HubInfo>> answer;
  rig.gateway.GetInfo(bridge::kNoDeadline, [&](auto got) { answer = std::move(got); });
  EXPECT_FALSE(answer.has_value());
  for (Mailbox* mailbox : {&rig.first, &rig.second}) {
    Letter letter;
    ASSERT_TRUE(mailbox->Take(letter));
    if (auto* count = std::get_if<CountYourself>(&letter)) count->census->Answer({});
  }
  ASSERT_TRUE(answer.has_value());
  EXPECT_TRUE(std::get<bridge::HubError>(*answer).temporary);
}

// Of a process that can be asked for everything.
class Willing final : public Operations {
 public:
  Milliseconds Drain(std::optional<Milliseconds> /*notice*/,
                     std::optional<Milliseconds> /*spread*/) override {
    return {};
  }
  void Reload(bool /*dry_run*/, ReloadDone done) override { std::move(done)(Reloaded{}); }
  void MintToken(Wanted wanted, MintDone done) override {
    std::move(done)(Minted{"of " + wanted.user, 0});
  }
};

TEST(Gateway, MakesTokensInDevelopmentOnly) {
  Rig rig(1);
  Willing operations;
  for (const bool development : {true, false}) {
    Gateway gateway(rig.config, rig.office, {"1.2.3", development, ReadClocks(), &operations, {}});
    std::optional<bridge::Answer<bridge::MintedToken>> answer;
    gateway.MintToken({"ada", 0, {}}, [&](auto got) { answer = std::move(got); });
    ASSERT_TRUE(answer.has_value());
    if (development) {
      EXPECT_EQ(std::get<bridge::MintedToken>(*answer).token, "of ada");
    } else {
      EXPECT_EQ(std::get<bridge::HubError>(*answer).code,
                static_cast<std::uint32_t>(ErrorCode::kNotAvailable));
    }
  }
}

void GiveAnswers(BridgeDesk& desk) {
  BridgeDesk::Answers answers;
  desk.MoveAnswers(answers);
  BridgeDesk::Give(std::move(answers));
}

TEST(BridgeDesk, EachCallIsAnsweredOnceAndTheDeskIsBounded) {
  std::vector<Published> answers;
  const auto note = [&](Published answer) { answers.push_back(std::move(answer)); };
  {
    BridgeDesk desk(2);
    BridgeDesk::Done one(note), two(note), three(note);
    const auto first = desk.Open(one);
    const auto second = desk.Open(two);
    ASSERT_TRUE(first && second);
    EXPECT_FALSE(desk.Open(three)) << "the desk is full";
    EXPECT_TRUE(static_cast<bool>(three)) << "and the third is as it was";

    desk.OnPublished(*first, {{5, 6}, true});
    desk.OnPublished(*first, {{5, 7}, true});
    EXPECT_TRUE(answers.empty()) << "an answer is given when the turn is over";
    GiveAnswers(desk);
    ASSERT_EQ(answers.size(), 1u);
    EXPECT_TRUE(std::get<bridge::PublishOutcome>(answers[0]).duplicate);
    const auto again = desk.Open(three);
    ASSERT_TRUE(again);
    EXPECT_NE(*again, *first) << "a place that is used again is another call";
    desk.OnPublished(*again, {{}, false, true, {ErrorCode::kUnknownNamespace, "no", {}}});
    GiveAnswers(desk);
    EXPECT_EQ(std::get<bridge::HubError>(answers.at(1)).code, 102u);
    EXPECT_EQ(desk.waiting(), 1u);
  }
  ASSERT_EQ(answers.size(), 3u) << "what is left is settled with the desk's end";
  EXPECT_TRUE(std::get<bridge::HubError>(answers[2]).temporary);
}

}  // namespace
}  // namespace roomcast::net
