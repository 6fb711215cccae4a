// Lists: in pages from the hub, in messages to the caller, with a token to go on from.
#include <string>
#include <vector>

#include "bridge/hub_status.h"
#include "proto/protocol/codes.h"
#include "tests/bridge/bridge_fixture.h"

namespace roomcast::bridge {
namespace {

using Code = grpc::StatusCode;

class ListTest : public BridgeTest {
 protected:
  struct Listed {
    std::vector<std::string> names;
    std::string token;
    std::size_t messages = 0;
    grpc::Status status;
  };
  Listed Rooms(const v1::ListRoomsRequest& request) {
    grpc::ClientContext context;
    context.AddMetadata("authorization", "Bearer open sesame");
    const auto stub = Stub();
    const auto reader = stub->ListRooms(&context, request);
    Listed listed;
    for (v1::ListRoomsResponse response; reader->Read(&response); ++listed.messages) {
      for (const auto& room : response.rooms()) listed.names.push_back(room.room());
      listed.token = response.next_page_token();
    }
    listed.status = reader->Finish();
    return listed;
  }
};

TEST_F(ListTest, AllRoomsComeInTheirOrderInSeveralMessages) {
  Start(OpenConfig());
  const Listed all = Rooms({});
  ASSERT_TRUE(all.status.ok());
  ASSERT_EQ(all.names.size(), 600u);
  EXPECT_EQ(all.names.front(), "room-000");
  EXPECT_EQ(all.names.back(), "room-599");
  EXPECT_EQ(all.messages, 3u);
  EXPECT_EQ(all.token, "");
  EXPECT_EQ(observer_.settled("ListRooms OK"), 1);
}

TEST_F(ListTest, ALimitEndsItAndItsTokenGoesOn) {
  Start(OpenConfig());
  std::vector<std::string> names;
  v1::ListRoomsRequest request;
  request.set_limit(230);
  std::vector<std::size_t> sizes;
  do {
    const Listed part = Rooms(request);
    ASSERT_TRUE(part.status.ok());
    names.insert(names.end(), part.names.begin(), part.names.end());
    sizes.push_back(part.names.size());
    request.set_page_token(part.token);
  } while (!request.page_token().empty());
  EXPECT_EQ(sizes, (std::vector<std::size_t>{230, 230, 140}));
  ASSERT_EQ(names.size(), 600u);
  EXPECT_EQ(names[599], "room-599");
}

TEST_F(ListTest, APageOfWhichNothingFitsIsNoMessage) {
  Start(OpenConfig());
  grpc::ClientContext context;
  v1::ListSessionsRequest request;
  request.set_user("bob");
  const auto stub = Stub();
  const auto reader = stub->ListSessions(&context, request);
  v1::ListSessionsResponse response;
  ASSERT_TRUE(reader->Read(&response));
  ASSERT_EQ(response.sessions_size(), 3);
  EXPECT_EQ(response.sessions(2).session(), "3");
  EXPECT_EQ(response.sessions(2).user(), "bob");
  EXPECT_EQ(response.sessions(2).round_trip_us(), 1500u);
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_TRUE(reader->Finish().ok());
}

TEST_F(ListTest, AHubsRefusalIsTheStatus) {
  Start(OpenConfig());
  gateway_.RefuseRoom("chat:", MakeError(ErrorCode::kOverloaded, "a shard is busy"));
  v1::ListRoomsRequest request;
  request.set_name_prefix("chat:");
  const Listed none = Rooms(request);
  EXPECT_EQ(none.status.error_code(), Code::RESOURCE_EXHAUSTED);
  EXPECT_EQ(FromStatus(none.status)->code, 114u);
}

TEST_F(ListTest, AKeyListsItsNamespaces) {
  Start(KeyedConfig({Role::kRead}, {"chat"}));
  EXPECT_TRUE(Rooms({}).status.ok());
  v1::ListRoomsRequest request;
  request.set_name_prefix("shop:");
  EXPECT_EQ(Rooms(request).status.error_code(), Code::PERMISSION_DENIED);
  grpc::ClientContext context;
  context.AddMetadata("authorization", "Bearer open sesame");
  const auto stub = Stub();
  const auto reader = stub->ListSessions(&context, {});
  v1::ListSessionsResponse response;
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_EQ(reader->Finish().error_code(), Code::INVALID_ARGUMENT) << "a room has to be named";
}

TEST_F(ListTest, NeedsTheRoleRead) {
  Start(KeyedConfig({Role::kManage}));
  EXPECT_EQ(Rooms({}).status.error_code(), Code::PERMISSION_DENIED);
  observer_.WaitForSettled("ListRooms PERMISSION_DENIED", 1);
}

TEST_F(ListTest, OneThatIsNotReadEndsWithItsCaller) {
  Start(OpenConfig());
  grpc::ClientContext context;
  const auto stub = Stub();
  const auto reader = stub->ListRooms(&context, {});
  v1::ListRoomsResponse response;
  ASSERT_TRUE(reader->Read(&response));
  context.TryCancel();
  while (reader->Read(&response)) {
  }
  EXPECT_FALSE(reader->Finish().ok());
}

}  // namespace
}  // namespace roomcast::bridge
