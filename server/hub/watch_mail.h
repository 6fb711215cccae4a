#ifndef ROOMCAST_SERVER_HUB_WATCH_MAIL_H_
#define ROOMCAST_SERVER_HUB_WATCH_MAIL_H_

#include <cstdint>
#include <string>
#include <variant>

#include "proto/protocol/client_messages.h"
#include "server/hub/failure.h"
#include "server/hub/ids.h"
#include "server/hub/shared_bytes.h"

namespace roomcast::hub {

// What a backend's Watch asks of the shard that carries it, and what that one and the homes of
// rooms say to each other of it. A stream stands among the shard's sessions (session.h: watching)
// and reads rooms as a member does; it is nobody's member, is not shown in presence, and takes no
// place in a room.

// ---- To the shard that carries the stream; `id` is the backend's own for one of its watches

struct WatchOpen {};
struct WatchAdd {
  std::uint32_t id = 0;
  bool by_prefix = false;
  std::string name;  // of the room, or how rooms' names begin
  std::variant<std::monostate, Position, LastCount, LastMs> since;
  PresenceInterest interest = PresenceInterest::kNone;
  bool lifecycle = false;
  bool without_publications = false;
};
struct WatchRemove {
  std::uint32_t id = 0;
};
// A WatchAdd that somebody else refuses: it is said to be over, in its place.
struct WatchRefuse {
  std::uint32_t id = 0;
  Failure failure;
};
// Its caller has gone.
struct WatchClosed {};
using WatchInput = std::variant<WatchOpen, WatchAdd, WatchRemove, WatchRefuse, WatchClosed>;

// ---- To a room's home

// Part of a JoinRoom: it is a stream that reads, and how.
struct WatchTerms {
  std::uint32_t id = 0;
  bool lifecycle = false;
  // A prefix met the room, which is not held open for it.
  bool by_prefix = false;
};

// To every shard: rooms at home there whose name begins so are read from their next publication
// on. Answered by a JoinAnswer for each room that is met.
struct WatchPrefix {
  SessionRef session;
  std::uint32_t request = 0;
  std::uint32_t id = 0;
  std::string prefix;
  PresenceInterest interest = PresenceInterest::kNone;
  bool lifecycle = false;
  // Only what is told of the lives of rooms: none of them is read.
  bool lifecycle_only = false;
};
struct UnwatchPrefix {
  SessionRef session;
  std::uint32_t request = 0;
};

// ---- From a room's home to the shard that carries the stream

// A Lifecycle, ready to be sent.
struct WatchNews {
  SessionRef session;
  std::uint32_t request = 0;
  SharedBytes bytes;
};
// A room that a prefix had met is let go.
struct WatchedRoomGone {
  SessionRef session;
  RoomHandle handle{};
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_WATCH_MAIL_H_
