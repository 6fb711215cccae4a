// From the schema's requests about users, sessions and the hub to the gateway's commands.
#ifndef ROOMCAST_BRIDGE_MANAGE_REQUEST_H_
#define ROOMCAST_BRIDGE_MANAGE_REQUEST_H_

#include <optional>

#include "bridge/key_ring.h"
#include "bridge/manage_gateway.h"
#include "roomcast/v1/bridge.pb.h"

namespace roomcast::bridge {

// The first fault found, with its numbers. The caller's rights to act are checked before. Users,
// sessions and tokens are in no namespace: a key that is limited to some may not end or make them.
std::optional<HubError> FaultIn(const v1::JoinUserRequest& request, const Caller& caller);
std::optional<HubError> FaultIn(const v1::LeaveUserRequest& request, const Caller& caller);
std::optional<HubError> FaultIn(const v1::DisconnectRequest& request, const Caller& caller);
std::optional<HubError> FaultIn(const v1::TrimHistoryRequest& request, const Caller& caller);
std::optional<HubError> FaultIn(const v1::DrainRequest& request, const Caller& caller);
std::optional<HubError> FaultIn(const v1::ReloadConfigRequest& request, const Caller& caller);
std::optional<HubError> FaultIn(const v1::MintTokenRequest& request, const Caller& caller);

// Of requests without fault.
JoinUserCommand CommandOf(const v1::JoinUserRequest& request, Deadline not_after);
LeaveUserCommand CommandOf(const v1::LeaveUserRequest& request, Deadline not_after);
DisconnectCommand CommandOf(const v1::DisconnectRequest& request, Deadline not_after);
TrimHistoryCommand CommandOf(const v1::TrimHistoryRequest& request, Deadline not_after);
DrainCommand CommandOf(const v1::DrainRequest& request);
MintTokenCommand CommandOf(const v1::MintTokenRequest& request);

template <class Response>
void ToProto(const SessionCount& outcome, Response& out) {
  out.set_sessions(outcome.sessions);
}
void ToProto(const TrimOutcome& outcome, v1::TrimHistoryResponse& out);
void ToProto(const DrainOutcome& outcome, v1::DrainResponse& out);
void ToProto(const ReloadOutcome& outcome, v1::ReloadConfigResponse& out);
void ToProto(const MintedToken& outcome, v1::MintTokenResponse& out);

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_MANAGE_REQUEST_H_
