#ifndef ROOMCAST_SERVER_HUB_ACCESS_H_
#define ROOMCAST_SERVER_HUB_ACCESS_H_

#include <string_view>

#include "server/hub/hub_config.h"
#include "server/hub/session.h"

namespace roomcast::hub {

// The user's own room: nobody else's, whatever a token grants.
inline bool IsOwnRoom(const Session& session, std::string_view room) {
  constexpr std::string_view kBefore = "$user:";
  return room.starts_with(kBefore) && room.substr(kBefore.size()) == session.user;
}

// Whether a client session is among `who`. `granted`: a token of its own says so; whoever signs
// tokens may grant what is closed to all, but not what the operator keeps from everybody.
inline bool IsAllowed(Who who, const Session& session, bool is_member, bool granted) {
  if (granted && who != Who::kNobody) return true;
  switch (who) {
    case Who::kNobody:
    case Who::kBackendOnly:
      return false;
    case Who::kMember:
      return is_member;
    case Who::kUser:
      return !session.anonymous;
    case Who::kAnyone:
      return true;
  }
  return false;
}

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_ACCESS_H_
