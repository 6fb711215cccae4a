// The calls about users, sessions, what rooms keep and the hub itself: what reaches the hub, who
// may, and what is refused before it gets there.
#include <string>
#include <vector>

#include "bridge/hub_status.h"
#include "tests/bridge/bridge_fixture.h"

namespace roomcast::bridge {
namespace {

using Code = grpc::StatusCode;
using Orders = std::vector<std::string>;

class ManageTest : public BridgeTest {
 protected:
  // Calls one method with this request, under the one key there may be.
  template <class Request, class Response>
  grpc::Status Ask(grpc::Status (v1::Bridge::Stub::*method)(grpc::ClientContext*, const Request&,
                                                            Response*),
                   const Request& request, Response& response) {
    grpc::ClientContext context;
    context.AddMetadata("authorization", "Bearer open sesame");
    return (Stub().get()->*method)(&context, request, &response);
  }
  grpc::Status Disconnect(const v1::DisconnectRequest& request) {
    v1::DisconnectResponse response;
    return Ask(&v1::Bridge::Stub::Disconnect, request, response);
  }
  grpc::Status Join(const std::string& user, const std::string& room) {
    v1::JoinUserRequest request;
    request.set_user(user);
    request.set_room(room);
    v1::JoinUserResponse response;
    return Ask(&v1::Bridge::Stub::JoinUser, request, response);
  }
};

TEST_F(ManageTest, UsersAreBroughtIntoRoomsAndTakenOutOfThem) {
  Start(OpenConfig());
  v1::JoinUserRequest join;
  join.set_user("ada");
  join.set_room("chat:1");
  join.set_keep(true);
  v1::JoinUserResponse joined;
  ASSERT_TRUE(Ask(&v1::Bridge::Stub::JoinUser, join, joined).ok());
  EXPECT_EQ(joined.sessions(), 2u);

  v1::LeaveUserRequest leave;
  leave.set_user("ada");
  leave.set_room("chat:1");
  v1::LeaveUserResponse left;
  ASSERT_TRUE(Ask(&v1::Bridge::Stub::LeaveUser, leave, left).ok());
  leave.set_code(2500);
  leave.set_reason("moved");
  ASSERT_TRUE(Ask(&v1::Bridge::Stub::LeaveUser, leave, left).ok());
  EXPECT_EQ(left.sessions(), 1u);
  EXPECT_EQ(gateway_.orders(), (Orders{"join ada chat:1 keep", "leave ada chat:1 2000 ",
                                       "leave ada chat:1 2500 moved"}));
  EXPECT_EQ(observer_.settled("JoinUser OK"), 1);
}

TEST_F(ManageTest, ConnectionsEndByUserSessionOrRoom) {
  Start(OpenConfig());
  v1::DisconnectRequest request;
  request.set_user("ada");
  v1::DisconnectResponse response;
  ASSERT_TRUE(Ask(&v1::Bridge::Stub::Disconnect, request, response).ok());
  EXPECT_EQ(response.sessions(), 3u);
  request.set_session("0000abc");
  request.set_code(4000);
  request.set_reason("later");
  request.set_retry_after_ms(1500);
  ASSERT_TRUE(Disconnect(request).ok());
  request.set_room("chat:1");
  ASSERT_TRUE(Disconnect(request).ok());
  EXPECT_EQ(gateway_.orders(),
            (Orders{"disconnect user ada 3503  0", "disconnect session 0000abc 4000 later 1500",
                    "disconnect room chat:1 4000 later 1500"}));
}

TEST_F(ManageTest, HistoryIsTrimmedInOneOfThreeWays) {
  Start(OpenConfig());
  v1::TrimHistoryRequest request;
  request.set_room("chat:1");
  v1::TrimHistoryResponse response;
  const auto trim = [&] { return Ask(&v1::Bridge::Stub::TrimHistory, request, response); };
  EXPECT_EQ(trim().error_code(), Code::INVALID_ARGUMENT);
  request.set_restart(false);
  EXPECT_EQ(trim().error_code(), Code::INVALID_ARGUMENT) << "says nothing";
  request.set_keep_last(0);
  ASSERT_TRUE(trim().ok());
  EXPECT_EQ(response.position().offset(), 9u);
  EXPECT_EQ(response.removed(), 4u);
  request.mutable_up_to()->set_epoch(77);
  request.mutable_up_to()->set_offset(3);
  ASSERT_TRUE(trim().ok());
  request.set_restart(true);
  ASSERT_TRUE(trim().ok());
  EXPECT_EQ(gateway_.orders(),
            (Orders{"trim chat:1 keep 0", "trim chat:1 77:3", "trim chat:1 restart"}));
}

TEST_F(ManageTest, TheHubItselfIsDrainedReloadedAndAskedForTokens) {
  Start(OpenConfig());
  v1::DrainRequest drain;
  v1::DrainResponse drained;
  ASSERT_TRUE(Ask(&v1::Bridge::Stub::Drain, drain, drained).ok());
  EXPECT_EQ(drained.deadline_ms(), 18'000u);
  drain.set_notice_ms(5);
  drain.set_spread_ms(6);
  ASSERT_TRUE(Ask(&v1::Bridge::Stub::Drain, drain, drained).ok());
  v1::ReloadConfigRequest reload;
  reload.set_dry_run(true);
  v1::ReloadConfigResponse reloaded;
  ASSERT_TRUE(Ask(&v1::Bridge::Stub::ReloadConfig, reload, reloaded).ok());
  EXPECT_EQ(reloaded.changed(0), "log.level");
  EXPECT_EQ(reloaded.needs_restart(0), "shards");
  v1::MintTokenRequest mint;
  mint.set_user("ada");
  mint.add_rooms("chat:1");
  v1::MintTokenResponse minted;
  ASSERT_TRUE(Ask(&v1::Bridge::Stub::MintToken, mint, minted).ok());
  EXPECT_EQ(minted.token(), "a.b.c");
  EXPECT_EQ(gateway_.orders(),
            (Orders{"drain configured configured", "drain 5 6", "reload dry", "mint ada 0 1"}));
}

TEST_F(ManageTest, WhatIsRequiredIsMissedAndCodesStayInTheirBand) {
  Start(OpenConfig());
  EXPECT_EQ(Join("", "chat:1").error_message(), "user is missing");
  EXPECT_EQ(Join("ada", "").error_message(), "room is missing");
  EXPECT_EQ(FromStatus(Join(std::string(256, 'u'), "chat:1"))->code, 116u);
  v1::DisconnectRequest request;
  EXPECT_EQ(Disconnect(request).error_message(), "who is missing: set user, session or room");
  request.set_session("");
  EXPECT_EQ(Disconnect(request).error_code(), Code::INVALID_ARGUMENT);
  request.set_user("ada");
  for (const std::uint32_t code : {1u, 1000u, 2999u, 5000u, 68'536u, 0xffff'ffffu}) {
    request.set_code(code);
    EXPECT_EQ(Disconnect(request).error_code(), Code::INVALID_ARGUMENT) << code;
  }
  EXPECT_TRUE(gateway_.orders().empty());
}

TEST_F(ManageTest, ManagingTakesTheRoleAndTheHubItselfAnAdmin) {
  Start(KeyedConfig({Role::kPublish, Role::kRead, Role::kManage}));
  EXPECT_TRUE(Join("ada", "chat:1").ok());
  v1::DrainResponse drained;
  EXPECT_EQ(Ask(&v1::Bridge::Stub::Drain, {}, drained).error_code(), Code::PERMISSION_DENIED);
  v1::ReloadConfigResponse reloaded;
  EXPECT_EQ(Ask(&v1::Bridge::Stub::ReloadConfig, {}, reloaded).error_code(),
            Code::PERMISSION_DENIED);
  v1::MintTokenResponse minted;
  EXPECT_EQ(Ask(&v1::Bridge::Stub::MintToken, {}, minted).error_code(), Code::PERMISSION_DENIED);
  EXPECT_EQ(gateway_.orders(), (Orders{"join ada chat:1"}));
}

TEST_F(ManageTest, ALimitedKeyManagesRoomsOfItsNamespacesOnly) {
  Start(KeyedConfig({Role::kAdmin}, {"chat"}));
  EXPECT_TRUE(Join("ada", "chat:1").ok());
  EXPECT_EQ(Join("ada", "news").error_code(), Code::PERMISSION_DENIED);
  v1::DisconnectRequest request;
  request.set_room("news");
  EXPECT_EQ(Disconnect(request).error_code(), Code::PERMISSION_DENIED);
  request.set_user("ada");
  EXPECT_EQ(Disconnect(request).error_code(), Code::PERMISSION_DENIED);
  request.set_session("0000abc");
  EXPECT_EQ(Disconnect(request).error_code(), Code::PERMISSION_DENIED);
  v1::MintTokenRequest mint;
  mint.set_user("ada");
  v1::MintTokenResponse minted;
  EXPECT_EQ(Ask(&v1::Bridge::Stub::MintToken, mint, minted).error_code(), Code::PERMISSION_DENIED);
  v1::DrainResponse drained;
  EXPECT_EQ(Ask(&v1::Bridge::Stub::Drain, {}, drained).error_code(), Code::PERMISSION_DENIED);
  v1::ReloadConfigResponse reloaded;
  EXPECT_EQ(Ask(&v1::Bridge::Stub::ReloadConfig, {}, reloaded).error_code(),
            Code::PERMISSION_DENIED);
  EXPECT_EQ(gateway_.orders(), (Orders{"join ada chat:1"}));
}

}  // namespace
}  // namespace roomcast::bridge
