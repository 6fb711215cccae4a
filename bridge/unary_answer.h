// How a unary call ends: with the hub's answer, or with a fault of its request.
#ifndef ROOMCAST_BRIDGE_UNARY_ANSWER_H_
#define ROOMCAST_BRIDGE_UNARY_ANSWER_H_

#include <memory>
#include <utility>
#include <variant>

#include "bridge/gateway_words.h"
#include "bridge/hub_status.h"
#include "bridge/unary_call.h"
#include "proto/protocol/codes.h"

namespace roomcast::bridge {

// Ends the call with the hub's answer. May run when the call, and the response with it, is long
// over. ToProto(outcome, response) writes the one into the other.
template <class Outcome, class Response>
Done<Outcome> AnswerTo(std::shared_ptr<UnaryCall> call, Response* response) {
  return [call = std::move(call), response](Answer<Outcome> answer) {
    if (const auto* error = std::get_if<HubError>(&answer)) return call->Refuse(*error);
    call->Settle([&] {
      ToProto(std::get<Outcome>(answer), *response);
      return grpc::Status::OK;
    });
  };
}

// How a request's fault is counted.
inline Refusal RefusalOfFault(const HubError& fault) {
  const bool allowed = fault.code != static_cast<std::uint32_t>(ErrorCode::kPermissionDenied);
  return allowed ? Refusal::kBadRequest : Refusal::kNotAllowed;
}

inline void RefuseFault(UnaryCall& call, const HubError& fault) {
  call.Refuse(RefusalOfFault(fault), ToStatus(fault));
}

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_UNARY_ANSWER_H_
