// From the schema's questions to the gateway's, and back.
#ifndef ROOMCAST_BRIDGE_READ_REQUEST_H_
#define ROOMCAST_BRIDGE_READ_REQUEST_H_

#include <optional>
#include <string>

#include "bridge/key_ring.h"
#include "bridge/read_gateway.h"
#include "roomcast/v1/bridge.pb.h"

namespace roomcast::bridge {

std::optional<HubError> FaultIn(const v1::GetHistoryRequest& request, const Caller& caller);
std::optional<HubError> FaultIn(const v1::GetPresenceRequest& request, const Caller& caller);
// A room outside the caller's namespaces is a fault of the whole call.
std::optional<HubError> FaultIn(const v1::GetPresenceCountsRequest& request, const Caller& caller);

std::optional<HubError> FaultIn(const v1::ListRoomsRequest& request, const Caller& caller);
// Sessions are of no namespace: a key that is limited to some may ask who is in a room of them.
std::optional<HubError> FaultIn(const v1::ListSessionsRequest& request, const Caller& caller);

HistoryQuery QueryOf(const v1::GetHistoryRequest& request, Deadline not_after);
PresenceQuery QueryOf(const v1::GetPresenceRequest& request, Deadline not_after);

// What a list goes on after.
std::string KeyOf(const RoomFacts& room);
std::string KeyOf(const SessionFacts& session);
void AddItem(const RoomFacts& room, v1::ListRoomsResponse& out);
void AddItem(const SessionFacts& session, v1::ListSessionsResponse& out);

void ToProto(const HistoryOutcome& outcome, v1::GetHistoryResponse& out);
void ToProto(const PresenceOutcome& outcome, v1::GetPresenceResponse& out);
void ToProto(const PresenceCounts& counts, v1::GetPresenceCountsResponse& out);

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_READ_REQUEST_H_
