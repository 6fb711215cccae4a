#include "server/hub/inspector.h"

#include <algorithm>
#include <utility>

#include "proto/protocol/limits.h"
#include "server/hub/publication_rules.h"

namespace roomcast::hub {

Inspector::Answer<PresenceState> Inspector::PresenceOf(std::string_view room,
                                                       std::string_view after,
                                                       std::size_t users_max) const {
  NamespaceAnswer found = FindNamespaceOf(config_, room);
  if (found.config == nullptr) return std::move(found.failure);
  if (found.config->may_see_presence == Who::kNobody) {
    return Failure{ErrorCode::kPermissionDenied, "nobody may see who is in this room"};
  }
  if (found.config->presence.mode == PresenceInterest::kNone) {
    return Failure{ErrorCode::kNotAvailable, "the room's namespace shows no presence"};
  }
  const HomeRoom* at = home_.Look(room);
  if (at == nullptr || !at->presence) return PresenceState{};
  return at->presence->Read(after, std::min(users_max, kPresencePageUsers), kPresencePageBytes);
}

}  // namespace roomcast::hub
