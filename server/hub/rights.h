#ifndef ROOMCAST_SERVER_HUB_RIGHTS_H_
#define ROOMCAST_SERVER_HUB_RIGHTS_H_

#include <string>
#include <string_view>
#include <vector>

#include "proto/protocol/instant.h"

namespace roomcast::hub {

// What a token allows in a room, beyond what the namespace's policy allows to all.
struct Rights {
  bool join = false;
  bool publish = false;
  bool history = false;
  bool presence = false;
  bool manage = false;

  friend bool operator==(const Rights&, const Rights&) = default;
  Rights& operator|=(const Rights& other) {
    join |= other.join, publish |= other.publish, history |= other.history;
    presence |= other.presence, manage |= other.manage;
    return *this;
  }
};

// Rights in the rooms of one pattern: a room's name, or the beginning of names with a `*` at its
// end (`chat:*`; `*` alone is every room).
struct Grant {
  std::string pattern;
  Rights rights;
};

inline bool Covers(std::string_view pattern, std::string_view room) {
  if (!pattern.ends_with('*')) return pattern == room;
  return room.starts_with(pattern.substr(0, pattern.size() - 1));
}

inline Rights RightsIn(const std::vector<Grant>& grants, std::string_view room) {
  Rights rights;
  for (const Grant& grant : grants) {
    if (Covers(grant.pattern, room)) rights |= grant.rights;
  }
  return rights;
}

// What a room token gave for the one room that it came with.
struct RoomTokenRights {
  Rights rights;
  Instant until = kNever;
  friend bool operator==(const RoomTokenRights&, const RoomTokenRights&) = default;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_RIGHTS_H_
