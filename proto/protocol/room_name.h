#ifndef ROOMCAST_PROTO_PROTOCOL_ROOM_NAME_H_
#define ROOMCAST_PROTO_PROTOCOL_ROOM_NAME_H_

#include <string_view>

namespace roomcast {

// 1 to 255 bytes of UTF-8, no control characters (C0, DEL, C1), no leading or trailing space. Names
// that begin with '$' are well formed, and the hub's own.
enum class RoomNameFault { kNone, kEmpty, kTooLong, kNotUtf8, kControlCharacter, kSpaceAtEnds };

RoomNameFault CheckRoomName(std::string_view name);

// For a developer's eyes, to follow "the room name ".
std::string_view Describe(RoomNameFault fault);

// The part before the first ':'; "default" for a name without one. The name must be well formed.
std::string_view NamespaceOf(std::string_view name);

inline bool IsHubsOwn(std::string_view name) { return !name.empty() && name.front() == '$'; }

}  // namespace roomcast

#endif  // ROOMCAST_PROTO_PROTOCOL_ROOM_NAME_H_
