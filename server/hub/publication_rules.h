#ifndef ROOMCAST_SERVER_HUB_PUBLICATION_RULES_H_
#define ROOMCAST_SERVER_HUB_PUBLICATION_RULES_H_

#include <optional>
#include <string_view>

#include "server/hub/hub_config.h"
#include "server/hub/mail.h"

namespace roomcast::hub {

// What may be said in a room, whoever says it: the same rules for both doors. nullopt: nothing is
// wrong.
std::optional<Failure> FaultOf(const PublishToRoom& publish);

// The configuration of the room's namespace, or why there is none: a bad name, or an unknown
// namespace.
struct NamespaceAnswer {
  const NamespaceConfig* config = nullptr;
  Failure failure;  // where config is nullptr
};
NamespaceAnswer FindNamespaceOf(const HubConfig& config, std::string_view room);

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_PUBLICATION_RULES_H_
