#include <string>
#include <thread>

#include "bridge/hub_status.h"
#include "tests/bridge/bridge_fixture.h"

namespace roomcast::bridge {
namespace {

class BroadcastTest : public BridgeTest {
 protected:
  grpc::Status Broadcast(const std::vector<std::string>& rooms,
                         v1::BroadcastResponse* response = nullptr) {
    v1::BroadcastRequest request;
    request.mutable_rooms()->Add(rooms.begin(), rooms.end());
    request.mutable_publication()->set_text("hello");
    grpc::ClientContext context;
    v1::BroadcastResponse ignored;
    return Stub()->Broadcast(&context, request, response == nullptr ? &ignored : response);
  }
};

TEST_F(BroadcastTest, EachRoomHasAResultOfItsOwnInTheAskedOrder) {
  Start(OpenConfig());
  gateway_.RefuseRoom("closed:1", MakeError(ErrorCode::kUnknownNamespace, "no namespace `closed`"));
  gateway_.RefuseRoom("busy", {114, "a queue is full", true, 250});
  ASSERT_TRUE(Publish(Text("news", "first")).ok());

  v1::BroadcastResponse response;
  ASSERT_TRUE(Broadcast({"news", "closed:1", "chat", "busy"}, &response).ok());
  ASSERT_EQ(response.results_size(), 4);
  EXPECT_EQ(response.results(0).published().position().offset(), 2u);
  EXPECT_EQ(response.results(1).error().code(), 102u);
  EXPECT_EQ(response.results(1).error().message(), "no namespace `closed`");
  EXPECT_FALSE(response.results(1).error().temporary());
  EXPECT_EQ(response.results(2).published().position().offset(), 1u);
  EXPECT_EQ(response.results(3).error().retry_after_ms(), 250u);
  EXPECT_TRUE(response.results(3).error().temporary());
  EXPECT_EQ(observer_.refused(Refusal::kHubRefused), 1);
  EXPECT_EQ(observer_.refused(Refusal::kHubOverloaded), 1);
}

TEST_F(BroadcastTest, TheOrderOfResultsIsNotTheOrderOfCompletions) {
  Start(OpenConfig());
  gateway_.RefuseRoom("b", {114, "full", true, 1});
  gateway_.Hold();
  std::thread release([this] {
    gateway_.WaitForPublishes(3);
    gateway_.Release();
  });
  v1::BroadcastResponse response;
  EXPECT_TRUE(Broadcast({"a", "b", "c"}, &response).ok());
  release.join();
  ASSERT_EQ(response.results_size(), 3);
  EXPECT_TRUE(response.results(0).has_published());
  EXPECT_TRUE(response.results(1).has_error());
  EXPECT_TRUE(response.results(2).has_published());
}

TEST_F(BroadcastTest, RoomsShareOneCopyOfTheContent) {
  Start(OpenConfig());
  ASSERT_TRUE(Broadcast({"a", "b"}).ok());
  const auto publishes = gateway_.publishes();
  EXPECT_EQ(publishes.at(0).content, publishes.at(1).content);
}

TEST_F(BroadcastTest, AFaultyRequestReachesNoRoomAtAll) {
  Start(OpenConfig());
  struct Row {
    std::vector<std::string> rooms;
    std::string message;
  };
  const Row rows[] = {
      {{}, "rooms is empty"},
      {{"a", "", "c"}, "rooms[1] is missing"},
      {{"a", "b", "a"}, "rooms has a room twice"},
      {std::vector<std::string>(1001, "a"), "rooms has 1001 names, the most is 1000"},
  };
  for (const Row& row : rows) {
    const grpc::Status status = Broadcast(row.rooms);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << row.message;
    EXPECT_EQ(status.error_message(), row.message);
  }
  EXPECT_TRUE(gateway_.publishes().empty());
  EXPECT_EQ(observer_.refused(Refusal::kBadRequest), 4);
}

TEST_F(BroadcastTest, AThousandRoomsAreOneCall) {
  Start(OpenConfig());
  std::vector<std::string> rooms;
  rooms.reserve(1000);
  for (int i = 0; i < 1000; ++i) rooms.push_back("room" + std::to_string(i));
  v1::BroadcastResponse response;
  ASSERT_TRUE(Broadcast(rooms, &response).ok());
  EXPECT_EQ(response.results_size(), 1000);
}

}  // namespace
}  // namespace roomcast::bridge
