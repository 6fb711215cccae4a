// Faults that requests have in common.
#ifndef ROOMCAST_BRIDGE_REQUEST_FAULT_H_
#define ROOMCAST_BRIDGE_REQUEST_FAULT_H_

#include <optional>
#include <string>
#include <string_view>

#include "bridge/gateway_words.h"
#include "bridge/key_ring.h"

namespace roomcast::bridge {

HubError BadRequest(std::string message);

// `field` names it in the message. A room's name is the hub's to judge; here it has to be there,
// and within the caller's namespaces.
std::optional<HubError> FaultInRoom(std::string_view field, const std::string& room,
                                    const Caller& caller);
std::optional<HubError> FaultInUser(const std::string& user);

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_REQUEST_FAULT_H_
