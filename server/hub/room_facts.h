#ifndef ROOMCAST_SERVER_HUB_ROOM_FACTS_H_
#define ROOMCAST_SERVER_HUB_ROOM_FACTS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "proto/protocol/instant.h"
#include "proto/protocol/room_messages.h"
#include "server/hub/engine.h"
#include "server/hub/ids.h"

namespace roomcast::hub {

// A room as its home sees it.
struct RoomFacts {
  std::string room;
  RoomHandle handle{};
  std::uint32_t members = 0;
  std::uint32_t users = 0;  // where the namespace shows presence
  Position position;
  Engine::Held held;
  WallTime last_publication_at{};
};

// Which rooms to list: by name, those after `after`.
struct RoomsAsk {
  std::string name_prefix;
  std::vector<std::string> namespaces;  // none: all
  std::uint32_t members_min = 0;
  std::string after;
};

// All rooms of one shard that fit, up to and including the name `reached`; without `more`, to the
// end.
struct RoomsPage {
  std::vector<RoomFacts> rooms;
  std::string reached;
  bool more = false;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_ROOM_FACTS_H_
