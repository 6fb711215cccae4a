// Bytes that are not the request that a method takes. gRPC's callback handlers answer them with
// UNIMPLEMENTED, as if the method did not exist; here they become INVALID_ARGUMENT, and are
// counted.
#ifndef ROOMCAST_BRIDGE_UNREADABLE_REQUEST_H_
#define ROOMCAST_BRIDGE_UNREADABLE_REQUEST_H_

#include <grpcpp/support/server_interceptor.h>

#include <memory>
#include <string_view>
#include <vector>

#include "bridge/bridge_observer.h"

namespace roomcast::bridge {

// Watches the methods (`Publish`) of `roomcast.v1.Bridge` that are listed, and costs the others
// nothing. None of them may answer UNIMPLEMENTED without a HubError by itself. The names are
// literals; the observer outlives the server.
std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> WatchForUnreadableRequests(
    std::vector<std::string_view> methods, BridgeObserver& observer);

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_UNREADABLE_REQUEST_H_
