#include "bridge/bridge_service.h"

#include <utility>
#include <variant>

#include "bridge/broadcast.h"
#include "bridge/message_bytes.h"
#include "bridge/publish_request.h"
#include "bridge/request_fault.h"
#include "bridge/unary_answer.h"

namespace roomcast::bridge {
std::optional<Caller> BridgeService::Admit(UnaryCall& call,
                                           const grpc::CallbackServerContext& context,
                                           std::optional<Role> role) {
  std::variant<Caller, TurnedAway> admitted = admission_.Admit(context, role);
  if (const auto* caller = std::get_if<Caller>(&admitted)) return *caller;
  const TurnedAway& away = std::get<TurnedAway>(admitted);
  call.Refuse(away.refusal, away.status);
  return std::nullopt;
}

grpc::ServerUnaryReactor* BridgeService::Publish(grpc::CallbackServerContext* context,
                                                 const grpc::ByteBuffer* bytes,
                                                 grpc::ByteBuffer* response) {
  const std::shared_ptr<UnaryCall> call = UnaryCall::Begin("Publish", observer_);
  const std::optional<Caller> caller = Admit(*call, *context, Role::kPublish);
  if (!caller) return call.get();
  v1::PublishRequest request;
  grpc::ByteBuffer own = *bytes;  // the same ones, counted once more
  if (!ReadFrom(own, request)) {
    RefuseFault(*call, BadRequest("the bytes are not the request that this method takes"));
    return call.get();
  }
  if (const std::optional<HubError> fault = FaultIn(request, *caller)) {
    RefuseFault(*call, *fault);
    return call.get();
  }
  gateway_.Publish({std::move(*request.mutable_room()), ContentOf(request.publication()),
                    std::string(caller->name()), std::move(*request.mutable_idempotency_key()),
                    NotAfter(*context), /*may_stay=*/!StreamPump::IsThisThread()},
                   AnswerTo<PublishOutcome>(call, response));
  return call.get();
}

grpc::ServerUnaryReactor* BridgeService::Broadcast(grpc::CallbackServerContext* context,
                                                   const v1::BroadcastRequest* request,
                                                   v1::BroadcastResponse* response) {
  const std::shared_ptr<UnaryCall> call = UnaryCall::Begin("Broadcast", observer_);
  const std::optional<Caller> caller = Admit(*call, *context, Role::kPublish);
  if (!caller) return call.get();
  if (const std::optional<HubError> fault = FaultIn(*request, *caller)) {
    RefuseFault(*call, *fault);
    return call.get();
  }
  StartBroadcast(*request, caller->name(), NotAfter(*context), gateway_, observer_, call,
                 *response);
  return call.get();
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* BridgeService::PublishStream(
    grpc::CallbackServerContext* context) {
  return bridge::PublishStream::Begin(
      {gateway_, admission_, observer_, producers_, publish_streams_, pump_},
      admission_.Admit(*context, Role::kPublish));
}

grpc::ServerUnaryReactor* BridgeService::GetInfo(grpc::CallbackServerContext* context,
                                                 const v1::GetInfoRequest* /*request*/,
                                                 v1::GetInfoResponse* response) {
  const std::shared_ptr<UnaryCall> call = UnaryCall::Begin("GetInfo", observer_);
  if (!Admit(*call, *context, std::nullopt)) return call.get();
  gateway_.GetInfo(NotAfter(*context), AnswerTo<HubInfo>(call, response));
  return call.get();
}

}  // namespace roomcast::bridge
