#ifndef ROOMCAST_SERVER_HUB_HISTORY_MAIL_H_
#define ROOMCAST_SERVER_HUB_HISTORY_MAIL_H_

#include <cstdint>
#include <optional>
#include <string>

#include "proto/protocol/room_messages.h"
#include "server/hub/failure.h"
#include "server/hub/ids.h"

namespace roomcast::hub {

// To a room's home: a page of its history, as client.proto's History says it.
struct ReadHistory {
  SessionRef session;
  std::uint32_t request = 0;
  std::string room;
  std::optional<Position> since;
  std::optional<Position> before;
  std::uint32_t limit = 0;
  bool reverse = false;
  std::optional<BridgeCall> call;  // a backend asks, and no session
};

// To a room's home: a backend drops what the room keeps. One of these:
struct TrimHistory {
  BridgeCall call{};
  std::string room;
  std::optional<Position> up_to;
  std::optional<std::uint32_t> keep_last;
  // Everything goes, and the stream begins anew in another epoch.
  bool restart = false;
};

// To the asking session's shard.
struct HistoryAnswer {
  SessionRef session;
  std::uint32_t request = 0;
  Position top;
  std::string entries;  // as of AppendPublicationEntry, in the asked order
  bool more = false;
  bool lost = false;
  bool refused = false;
  Failure failure;  // where refused
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_HISTORY_MAIL_H_
