// The calls about users, sessions, what rooms keep, and the hub itself.
#include <utility>

#include "bridge/bridge_service.h"
#include "bridge/manage_request.h"
#include "bridge/unary_answer.h"

namespace roomcast::bridge {
grpc::ServerUnaryReactor* BridgeService::JoinUser(grpc::CallbackServerContext* context,
                                                  const v1::JoinUserRequest* request,
                                                  v1::JoinUserResponse* response) {
  return Serve<SessionCount>(
      "JoinUser", Role::kManage, *context, *request, response, [&](Done<SessionCount> done) {
        gateway_.JoinUser(CommandOf(*request, NotAfter(*context)), std::move(done));
      });
}

grpc::ServerUnaryReactor* BridgeService::LeaveUser(grpc::CallbackServerContext* context,
                                                   const v1::LeaveUserRequest* request,
                                                   v1::LeaveUserResponse* response) {
  return Serve<SessionCount>(
      "LeaveUser", Role::kManage, *context, *request, response, [&](Done<SessionCount> done) {
        gateway_.LeaveUser(CommandOf(*request, NotAfter(*context)), std::move(done));
      });
}

grpc::ServerUnaryReactor* BridgeService::Disconnect(grpc::CallbackServerContext* context,
                                                    const v1::DisconnectRequest* request,
                                                    v1::DisconnectResponse* response) {
  return Serve<SessionCount>(
      "Disconnect", Role::kManage, *context, *request, response, [&](Done<SessionCount> done) {
        gateway_.Disconnect(CommandOf(*request, NotAfter(*context)), std::move(done));
      });
}

grpc::ServerUnaryReactor* BridgeService::TrimHistory(grpc::CallbackServerContext* context,
                                                     const v1::TrimHistoryRequest* request,
                                                     v1::TrimHistoryResponse* response) {
  return Serve<TrimOutcome>(
      "TrimHistory", Role::kManage, *context, *request, response, [&](Done<TrimOutcome> done) {
        gateway_.TrimHistory(CommandOf(*request, NotAfter(*context)), std::move(done));
      });
}

grpc::ServerUnaryReactor* BridgeService::Drain(grpc::CallbackServerContext* context,
                                               const v1::DrainRequest* request,
                                               v1::DrainResponse* response) {
  return Serve<DrainOutcome>(
      "Drain", Role::kAdmin, *context, *request, response,
      [&](Done<DrainOutcome> done) { gateway_.Drain(CommandOf(*request), std::move(done)); });
}

grpc::ServerUnaryReactor* BridgeService::ReloadConfig(grpc::CallbackServerContext* context,
                                                      const v1::ReloadConfigRequest* request,
                                                      v1::ReloadConfigResponse* response) {
  return Serve<ReloadOutcome>("ReloadConfig", Role::kAdmin, *context, *request, response,
                              [&](Done<ReloadOutcome> done) {
                                gateway_.ReloadConfig(request->dry_run(), std::move(done));
                              });
}

grpc::ServerUnaryReactor* BridgeService::MintToken(grpc::CallbackServerContext* context,
                                                   const v1::MintTokenRequest* request,
                                                   v1::MintTokenResponse* response) {
  return Serve<MintedToken>(
      "MintToken", Role::kAdmin, *context, *request, response,
      [&](Done<MintedToken> done) { gateway_.MintToken(CommandOf(*request), std::move(done)); });
}

}  // namespace roomcast::bridge
