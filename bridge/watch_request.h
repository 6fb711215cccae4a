// From WatchRequest to the hub's end of a Watch.
#ifndef ROOMCAST_BRIDGE_WATCH_REQUEST_H_
#define ROOMCAST_BRIDGE_WATCH_REQUEST_H_

#include "bridge/key_ring.h"
#include "bridge/watch_gateway.h"
#include "roomcast/v1/bridge.pb.h"

namespace roomcast::bridge {

// Adds that have a fault, or that the caller may not make, are in the order as refused.
WatchOrder OrderOf(const v1::WatchRequest& request, const Caller& caller);

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_WATCH_REQUEST_H_
