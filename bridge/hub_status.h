// How a HubError travels over gRPC: the status code that fits it, its message, and the whole of it
// as a roomcast.v1.HubError in the standard details. Both directions, so that who reads agrees with
// who writes.
#ifndef ROOMCAST_BRIDGE_HUB_STATUS_H_
#define ROOMCAST_BRIDGE_HUB_STATUS_H_

#include <grpcpp/support/status.h>

#include <optional>
#include <string>
#include <string_view>

#include "bridge/room_gateway.h"
#include "proto/protocol/codes.h"
#include "roomcast/v1/bridge.pb.h"

namespace roomcast::bridge {

// An error that the bridge itself finds; whether it is temporary is in the table of codes.
HubError MakeError(ErrorCode code, std::string message);

// The table of docs/BRIDGE.md. Of the application's codes: UNAVAILABLE where temporary, else
// FAILED_PRECONDITION.
grpc::StatusCode StatusCodeOf(const HubError& error);

grpc::Status ToStatus(const HubError& error);
// UNAVAILABLE, with when to come back.
grpc::Status HubStops();
// The same, at once.
grpc::Status ComeAgain(const std::string& why);
void ToProto(const HubError& error, v1::HubError& out);

// The HubError in a status's details, if there is one.
std::optional<HubError> FromStatus(const grpc::Status& status);

// gRPC's own name of a status, as in `INVALID_ARGUMENT`.
std::string_view StatusName(grpc::StatusCode code);

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_HUB_STATUS_H_
