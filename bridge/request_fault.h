// Faults that requests have in common.
#ifndef ROOMCAST_BRIDGE_REQUEST_FAULT_H_
#define ROOMCAST_BRIDGE_REQUEST_FAULT_H_

#include <cstdint>
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
// So many publications would be too fast; if not, they are taken from the caller's rate.
std::optional<HubError> FaultInRate(const Caller& caller, std::uint32_t publications);
std::optional<HubError> FaultInUser(const std::string& user);

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_REQUEST_FAULT_H_
