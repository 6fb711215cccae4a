// gRPC's server reflection, in the versions v1 and v1alpha: lists the services and describes them,
// so that tools need no schema files. Ours and not gRPC's plugin, because that one holds a thread
// for each open stream, cannot ask for a key, and knows v1alpha only.
#ifndef ROOMCAST_BRIDGE_REFLECTION_SERVICE_H_
#define ROOMCAST_BRIDGE_REFLECTION_SERVICE_H_

#include <grpcpp/impl/codegen/service_type.h>

#include <memory>
#include <string>
#include <vector>

#include "bridge/admission.h"
#include "bridge/bridge_observer.h"

namespace roomcast::bridge {

// Every service that a bridge with reflection has.
std::vector<std::string> ReflectedServices();

// One for each version. The references outlive the server.
std::vector<std::unique_ptr<grpc::Service>> MakeReflectionServices(const Admission& admission,
                                                                   BridgeObserver& observer);

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_REFLECTION_SERVICE_H_
