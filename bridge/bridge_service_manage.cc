// The calls about users, sessions, what rooms keep, and the hub itself.
#include <optional>
#include <utility>

#include "bridge/bridge_service.h"
#include "bridge/hub_status.h"
#include "bridge/manage_request.h"
#include "bridge/unary_answer.h"
#include "proto/protocol/codes.h"

namespace roomcast::bridge {
namespace {

// The hub is everybody's.
std::optional<HubError> FaultOfLimited(const Caller& caller) {
  if (!caller.is_limited()) return std::nullopt;
  return MakeError(ErrorCode::kPermissionDenied,
                   "the hub is in no namespace, and this key is limited to some");
}
std::optional<HubError> FaultIn(const v1::DrainRequest& /*request*/, const Caller& caller) {
  return FaultOfLimited(caller);
}
std::optional<HubError> FaultIn(const v1::ReloadConfigRequest& /*request*/, const Caller& caller) {
  return FaultOfLimited(caller);
}

}  // namespace

template <class Outcome, class Request, class Response, class Ask>
grpc::ServerUnaryReactor* BridgeService::Manage(std::string_view method, Role role,
                                                const grpc::CallbackServerContext& context,
                                                const Request& request, Response* response,
                                                Ask ask) {
  const std::shared_ptr<UnaryCall> call = UnaryCall::Begin(method, observer_);
  const std::optional<Caller> caller = Admit(*call, context, role);
  if (!caller) return call.get();
  if (const std::optional<HubError> fault = FaultIn(request, *caller)) {
    RefuseFault(*call, *fault);
    return call.get();
  }
  ask(AnswerTo<Outcome>(call, response));
  return call.get();
}

grpc::ServerUnaryReactor* BridgeService::JoinUser(grpc::CallbackServerContext* context,
                                                  const v1::JoinUserRequest* request,
                                                  v1::JoinUserResponse* response) {
  return Manage<SessionCount>(
      "JoinUser", Role::kManage, *context, *request, response, [&](Done<SessionCount> done) {
        gateway_.JoinUser(CommandOf(*request, NotAfter(*context)), std::move(done));
      });
}

grpc::ServerUnaryReactor* BridgeService::LeaveUser(grpc::CallbackServerContext* context,
                                                   const v1::LeaveUserRequest* request,
                                                   v1::LeaveUserResponse* response) {
  return Manage<SessionCount>(
      "LeaveUser", Role::kManage, *context, *request, response, [&](Done<SessionCount> done) {
        gateway_.LeaveUser(CommandOf(*request, NotAfter(*context)), std::move(done));
      });
}

grpc::ServerUnaryReactor* BridgeService::Disconnect(grpc::CallbackServerContext* context,
                                                    const v1::DisconnectRequest* request,
                                                    v1::DisconnectResponse* response) {
  return Manage<SessionCount>(
      "Disconnect", Role::kManage, *context, *request, response, [&](Done<SessionCount> done) {
        gateway_.Disconnect(CommandOf(*request, NotAfter(*context)), std::move(done));
      });
}

grpc::ServerUnaryReactor* BridgeService::TrimHistory(grpc::CallbackServerContext* context,
                                                     const v1::TrimHistoryRequest* request,
                                                     v1::TrimHistoryResponse* response) {
  return Manage<TrimOutcome>(
      "TrimHistory", Role::kManage, *context, *request, response, [&](Done<TrimOutcome> done) {
        gateway_.TrimHistory(CommandOf(*request, NotAfter(*context)), std::move(done));
      });
}

grpc::ServerUnaryReactor* BridgeService::Drain(grpc::CallbackServerContext* context,
                                               const v1::DrainRequest* request,
                                               v1::DrainResponse* response) {
  return Manage<DrainOutcome>(
      "Drain", Role::kAdmin, *context, *request, response,
      [&](Done<DrainOutcome> done) { gateway_.Drain(CommandOf(*request), std::move(done)); });
}

grpc::ServerUnaryReactor* BridgeService::ReloadConfig(grpc::CallbackServerContext* context,
                                                      const v1::ReloadConfigRequest* request,
                                                      v1::ReloadConfigResponse* response) {
  return Manage<ReloadOutcome>("ReloadConfig", Role::kAdmin, *context, *request, response,
                               [&](Done<ReloadOutcome> done) {
                                 gateway_.ReloadConfig(request->dry_run(), std::move(done));
                               });
}

grpc::ServerUnaryReactor* BridgeService::MintToken(grpc::CallbackServerContext* context,
                                                   const v1::MintTokenRequest* request,
                                                   v1::MintTokenResponse* response) {
  return Manage<MintedToken>(
      "MintToken", Role::kAdmin, *context, *request, response,
      [&](Done<MintedToken> done) { gateway_.MintToken(CommandOf(*request), std::move(done)); });
}

}  // namespace roomcast::bridge
