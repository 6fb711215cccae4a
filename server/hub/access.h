#ifndef ROOMCAST_SERVER_HUB_ACCESS_H_
#define ROOMCAST_SERVER_HUB_ACCESS_H_

#include <string_view>

#include "proto/protocol/room_name.h"
#include "server/hub/hub_config.h"
#include "server/hub/rights.h"
#include "server/hub/session.h"
#include "server/hub/stats_room.h"

namespace roomcast::hub {

// The user's own room: nobody else's, whatever a token grants.
inline bool IsOwnRoom(const Session& session, std::string_view room) {
  constexpr std::string_view kBefore = "$user:";
  return room.starts_with(kBefore) && room.substr(kBefore.size()) == session.user;
}

// Whether the policy has a say at all: of the hub's own rooms a session has a part only in its own
// user's, and in the hub's figures where a token lets it manage them.
inline bool IsPlace(const Session& session, std::string_view room, Rights rights) {
  if (!IsHubsOwn(room) || IsOwnRoom(session, room)) return true;
  return room == kStatsRoom && rights.manage;
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
