// From the schema's requests to the gateway's commands. Protobuf reads a field of the wrong wire
// type as an unknown one, so what a request needs is looked for, never assumed.
#ifndef ROOMCAST_BRIDGE_PUBLISH_REQUEST_H_
#define ROOMCAST_BRIDGE_PUBLISH_REQUEST_H_

#include <grpcpp/support/byte_buffer.h>

#include <memory>
#include <optional>
#include <variant>

#include "bridge/key_ring.h"
#include "bridge/room_gateway.h"
#include "roomcast/v1/bridge.pb.h"

namespace roomcast::bridge {

using SharedContent = std::shared_ptr<const PublicationContent>;

// The first fault found, with its numbers. The caller's rights to act are checked before. What has
// none is taken from the caller's rate.
std::optional<HubError> FaultIn(const v1::PublishRequest& request, const Caller& caller);
// Rooms outside the caller's namespaces are a fault of the whole call: nothing is half done.
std::optional<HubError> FaultIn(const v1::BroadcastRequest& request, const Caller& caller);

std::optional<HubError> FaultIn(const v1::PublishItem& item, const Caller& caller);

// Of a publication without fault; what it held is moved out of it.
PublicationContent TakeContent(v1::NewPublication& publication);
// Of a publication without fault.
SharedContent ContentOf(const v1::NewPublication& publication);

void ToProto(const PublishOutcome& outcome, v1::PublishResponse& out);
// The encoded PublishResponse.
void ToProto(const PublishOutcome& outcome, grpc::ByteBuffer& out);
void ToProto(const HubInfo& info, v1::GetInfoResponse& out);

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_PUBLISH_REQUEST_H_
