#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "tests/bridge/bridge_fixture.h"

namespace roomcast::bridge {
namespace {

using PublishTest = BridgeTest;

TEST_F(PublishTest, AnswersWithThePositionInTheStream) {
  Start(OpenConfig());
  v1::PublishResponse response;
  for (std::uint64_t offset = 1; offset <= 3; ++offset) {
    ASSERT_TRUE(Publish(Text("news", "hello"), &response).ok());
    EXPECT_EQ(response.position().epoch(), 77u);
    EXPECT_EQ(response.position().offset(), offset);
    EXPECT_FALSE(response.duplicate());
  }
  observer_.WaitForSettled("Publish OK", 3);
  EXPECT_EQ(observer_.settled("Publish OK"), 3);
}

TEST_F(PublishTest, BringsEverythingOfAPublicationToTheHub) {
  Start(OpenConfig());
  v1::PublishRequest request;
  request.set_room("chat:42");
  request.set_idempotency_key("order-17");
  v1::NewPublication& publication = *request.mutable_publication();
  publication.set_json(R"({"price": 3})");
  publication.set_type("tick");
  publication.set_key("item-9");
  v1::Tag& tag = *publication.add_tags();
  tag.set_name("source");
  tag.set_value("till");
  publication.set_user("ada");
  publication.set_ephemeral(true);
  ASSERT_TRUE(Publish(request).ok());

  const PublishCommand command = gateway_.publishes().at(0);
  EXPECT_EQ(command.room, "chat:42");
  EXPECT_EQ(command.idempotency_key, "order-17");
  EXPECT_EQ(command.caller, "");
  EXPECT_EQ(command.not_after, kNoDeadline);
  EXPECT_EQ(command.content->data, R"({"price": 3})");
  EXPECT_EQ(command.content->encoding, Encoding::kJson);
  EXPECT_EQ(command.content->type, "tick");
  EXPECT_EQ(command.content->key, "item-9");
  const std::vector<std::pair<std::string, std::string>> tags = {{"source", "till"}};
  EXPECT_EQ(command.content->tags, tags);
  EXPECT_EQ(command.content->user, "ada");
  EXPECT_TRUE(command.content->ephemeral);
}

TEST_F(PublishTest, TheContentSaysItsEncodingAndMayBeEmpty) {
  Start(OpenConfig());
  v1::PublishRequest bytes = Text("news", "");
  bytes.mutable_publication()->set_data(std::string("\0\xff", 2));
  ASSERT_TRUE(Publish(bytes).ok());
  ASSERT_TRUE(Publish(Text("news", "")).ok());

  const std::vector<PublishCommand> publishes = gateway_.publishes();
  EXPECT_EQ(publishes.at(0).content->encoding, Encoding::kBytes);
  EXPECT_EQ(publishes.at(0).content->data, std::string("\0\xff", 2));
  EXPECT_EQ(publishes.at(1).content->encoding, Encoding::kText);
  EXPECT_EQ(publishes.at(1).content->data, "");
}

TEST_F(PublishTest, TheCallersDeadlineTravelsWithTheCommand) {
  Start(OpenConfig());
  const Deadline before = std::chrono::steady_clock::now();
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  v1::PublishResponse response;
  ASSERT_TRUE(Stub()->Publish(&context, Text("news", "hello"), &response).ok());
  const Deadline not_after = gateway_.publishes().at(0).not_after;
  EXPECT_GT(not_after, before + std::chrono::seconds(30));
  EXPECT_LT(not_after, before + std::chrono::seconds(120));
}

TEST_F(PublishTest, ManyCallersAtOnceEachGetAnAnswer) {
  Start(OpenConfig());
  constexpr int kCallers = 8;
  constexpr int kEach = 50;
  std::vector<std::thread> callers;
  callers.reserve(kCallers);
  std::atomic<int> done = 0;
  for (int caller = 0; caller < kCallers; ++caller) {
    callers.emplace_back([&] {
      const auto stub = Stub();
      for (int i = 0; i < kEach; ++i) {
        grpc::ClientContext context;
        v1::PublishResponse response;
        if (stub->Publish(&context, Text("news", "hello"), &response).ok()) ++done;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(done, kCallers * kEach);
  EXPECT_EQ(gateway_.publishes().size(), static_cast<std::size_t>(kCallers * kEach));
}

TEST_F(PublishTest, GetInfoTellsWhatTheHubSays) {
  Start(OpenConfig());
  grpc::ClientContext context;
  v1::GetInfoResponse info;
  ASSERT_TRUE(Stub()->GetInfo(&context, {}, &info).ok());
  EXPECT_EQ(info.ShortDebugString(),
            "instance: \"instance-1\" node: \"test-node\" version: \"0.1.0\" uptime_ms: 61000 "
            "now_at: 1700000000000000 shards: 2 connections: 3 sessions: 5 parked_sessions: 2 "
            "users: 4 rooms: 6 publications: 7 development: true");
}

}  // namespace
}  // namespace roomcast::bridge
