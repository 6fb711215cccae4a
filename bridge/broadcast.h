// One publication on its way to many rooms: collects the rooms' results, which come from any thread
// and in any order, and ends the call with the last of them.
#ifndef ROOMCAST_BRIDGE_BROADCAST_H_
#define ROOMCAST_BRIDGE_BROADCAST_H_

#include <memory>
#include <string>
#include <string_view>

#include "bridge/room_gateway.h"
#include "bridge/unary_call.h"
#include "roomcast/v1/bridge.pb.h"

namespace roomcast::bridge {

// The request has no fault. The response is touched only while the call is not settled.
void StartBroadcast(const v1::BroadcastRequest& request, std::string_view caller,
                    Deadline not_after, RoomGateway& gateway, BridgeObserver& observer,
                    std::shared_ptr<UnaryCall> call, v1::BroadcastResponse& response);

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_BROADCAST_H_
