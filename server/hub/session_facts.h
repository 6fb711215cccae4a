#ifndef ROOMCAST_SERVER_HUB_SESSION_FACTS_H_
#define ROOMCAST_SERVER_HUB_SESSION_FACTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proto/protocol/instant.h"
#include "server/hub/ids.h"
#include "server/hub/session_id.h"

namespace roomcast::hub {

// Which client software a session runs, as its Hello said.
struct ClientSoftware {
  std::string name;
  std::string version;
};

struct SessionFacts {
  SessionNumber number;
  std::string user;
  ShardId shard{};
  bool parked = false;
  WallTime opened_at{};
  WallTime connected_at{};
  ClientSoftware client;
  ConnectionId connection{};  // unless parked
  Duration round_trip{};      // 0: not measured
  std::uint32_t room_count = 0;
};

// Only those that fit all of them; empty: any.
struct SessionFilter {
  std::string user;
  std::string room;
};

// What the home of sessions knows of one: where it is, or all there is to know where it is parked
// (nothing, where that does not fit the filter).
struct DirectoryEntry {
  SessionNumber number;
  std::optional<SessionRef> holder;
  std::optional<SessionFacts> parked;
};
struct DirectoryPage {
  std::vector<DirectoryEntry> entries;  // by number
  bool more = false;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_SESSION_FACTS_H_
