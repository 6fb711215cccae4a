// The calls that look and change nothing: what reaches the hub and comes back, and who may.
#include <string>

#include "bridge/hub_status.h"
#include "proto/protocol/codes.h"
#include "tests/bridge/bridge_fixture.h"

namespace roomcast::bridge {
namespace {

using Code = grpc::StatusCode;

class ReadTest : public BridgeTest {
 protected:
  template <class Request, class Response>
  grpc::Status Ask(grpc::Status (v1::Bridge::Stub::*method)(grpc::ClientContext*, const Request&,
                                                            Response*),
                   const Request& request, Response& response) {
    grpc::ClientContext context;
    context.AddMetadata("authorization", "Bearer open sesame");
    return (Stub().get()->*method)(&context, request, &response);
  }
  grpc::Status History(const std::string& room, v1::GetHistoryResponse& response) {
    v1::GetHistoryRequest request;
    request.mutable_query()->set_room(room);
    request.mutable_query()->mutable_since()->set_offset(4);
    request.mutable_query()->set_limit(10);
    request.mutable_query()->set_reverse(true);
    return Ask(&v1::Bridge::Stub::GetHistory, request, response);
  }
  grpc::Status Counts(const std::vector<std::string>& rooms,
                      v1::GetPresenceCountsResponse& response) {
    v1::GetPresenceCountsRequest request;
    request.mutable_rooms()->Add(rooms.begin(), rooms.end());
    return Ask(&v1::Bridge::Stub::GetPresenceCounts, request, response);
  }
};

TEST_F(ReadTest, HistoryIsAPageWithItsTop) {
  Start(OpenConfig());
  v1::GetHistoryResponse response;
  ASSERT_TRUE(History("chat:1", response).ok());
  EXPECT_EQ(response.page().position().epoch(), 77u);
  EXPECT_EQ(response.page().position().offset(), 9u);
  ASSERT_EQ(response.page().publications_size(), 1);
  EXPECT_EQ(response.page().publications(0).offset(), 5u);
  EXPECT_EQ(response.page().publications(0).data(), "kept");
  EXPECT_TRUE(response.page().more());
  EXPECT_FALSE(response.page().lost());
  EXPECT_EQ(observer_.settled("GetHistory OK"), 1);
}

TEST_F(ReadTest, PresenceGoesOnFromItsCursor) {
  Start(OpenConfig());
  v1::GetPresenceRequest request;
  request.mutable_query()->set_room("chat:1");
  v1::GetPresenceResponse first;
  ASSERT_TRUE(Ask(&v1::Bridge::Stub::GetPresence, request, first).ok());
  EXPECT_EQ(first.page().snapshot().user_count(), 2u);
  EXPECT_EQ(first.page().snapshot().session_count(), 3u);
  ASSERT_EQ(first.page().snapshot().users_size(), 1);
  EXPECT_EQ(first.page().snapshot().users(0).user(), "ada");
  EXPECT_EQ(first.page().cursor(), "ada");
  request.mutable_query()->set_cursor(first.page().cursor());
  v1::GetPresenceResponse last;
  ASSERT_TRUE(Ask(&v1::Bridge::Stub::GetPresence, request, last).ok());
  EXPECT_EQ(last.page().snapshot().users(0).user(), "bob");
  EXPECT_EQ(last.page().cursor(), "");
}

TEST_F(ReadTest, CountsComeInTheAskedOrderEachWithAResultOfItsOwn) {
  Start(OpenConfig());
  gateway_.RefuseRoom("chat:22", MakeError(ErrorCode::kNotAvailable, "no presence here"));
  v1::GetPresenceCountsResponse response;
  ASSERT_TRUE(Counts({"chat:333", "chat:22", "chat:1"}, response).ok());
  ASSERT_EQ(response.results_size(), 3);
  EXPECT_EQ(response.results(0).count().users(), 8u);
  EXPECT_EQ(response.results(1).error().code(), 108u);
  EXPECT_EQ(response.results(2).count().users(), 6u);
}

TEST_F(ReadTest, AHubsRefusalIsAStatusWithItsDetails) {
  Start(OpenConfig());
  gateway_.RefuseRoom("chat:1", MakeError(ErrorCode::kNotAvailable, "no history here"));
  v1::GetHistoryResponse response;
  const grpc::Status status = History("chat:1", response);
  EXPECT_EQ(status.error_code(), Code::FAILED_PRECONDITION);
  EXPECT_EQ(FromStatus(status)->code, 108u);
}

TEST_F(ReadTest, NeedsTheRoleAndTheNamespace) {
  Start(KeyedConfig({Role::kRead}, {"chat"}));
  v1::GetHistoryResponse page;
  EXPECT_TRUE(History("chat:1", page).ok());
  EXPECT_EQ(History("shop:1", page).error_code(), Code::PERMISSION_DENIED);
  v1::GetPresenceCountsResponse counts;
  EXPECT_EQ(Counts({"chat:1", "shop:1"}, counts).error_code(), Code::PERMISSION_DENIED);
  v1::GetPresenceRequest presence;
  presence.mutable_query()->set_room("shop:1");
  v1::GetPresenceResponse users;
  EXPECT_EQ(Ask(&v1::Bridge::Stub::GetPresence, presence, users).error_code(),
            Code::PERMISSION_DENIED);
}

TEST_F(ReadTest, WithAnotherRoleIsRefused) {
  Start(KeyedConfig({Role::kPublish, Role::kManage}));
  v1::GetHistoryResponse page;
  EXPECT_EQ(History("chat:1", page).error_code(), Code::PERMISSION_DENIED);
  v1::GetPresenceCountsResponse counts;
  EXPECT_EQ(Counts({"chat:1"}, counts).error_code(), Code::PERMISSION_DENIED);
}

TEST_F(ReadTest, WhatIsMissingOrTooMuchIsABadRequest) {
  Start(OpenConfig());
  v1::GetHistoryResponse page;
  EXPECT_EQ(History("", page).error_code(), Code::INVALID_ARGUMENT);
  EXPECT_EQ(Ask(&v1::Bridge::Stub::GetHistory, v1::GetHistoryRequest(), page).error_code(),
            Code::INVALID_ARGUMENT);
  v1::GetPresenceResponse users;
  EXPECT_EQ(Ask(&v1::Bridge::Stub::GetPresence, v1::GetPresenceRequest(), users).error_code(),
            Code::INVALID_ARGUMENT);
  v1::GetPresenceCountsResponse counts;
  EXPECT_EQ(Counts({}, counts).error_code(), Code::INVALID_ARGUMENT);
  EXPECT_EQ(Counts(std::vector<std::string>(1001, "chat:1"), counts).error_code(),
            Code::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace roomcast::bridge
