#ifndef ROOMCAST_SERVER_HUB_WATCH_STATE_H_
#define ROOMCAST_SERVER_HUB_WATCH_STATE_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "proto/protocol/room_messages.h"
#include "server/hub/ids.h"

namespace roomcast::hub {

// What a backend's stream watches. Requests are this hub's own numbers of the watches: an id may be
// used again while answers to its former use are on their way.
struct WatchState {
  struct Watch {
    std::uint32_t id = 0;
    bool by_prefix = false;
    std::string name;
    PresenceInterest interest = PresenceInterest::kNone;
    bool without_publications = false;
    RoomHandle handle{};  // of a room, once it is read
  };
  std::uint32_t next_request = 1;
  std::map<std::uint32_t, Watch> watches;          // by request
  std::map<std::uint32_t, std::uint32_t> by_id;    // to the request
  std::set<std::pair<bool, std::string>> names;    // of the watches, with by_prefix
  std::map<RoomHandle, std::uint32_t> read_rooms;  // to the request that each is read for
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_WATCH_STATE_H_
