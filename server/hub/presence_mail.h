#ifndef ROOMCAST_SERVER_HUB_PRESENCE_MAIL_H_
#define ROOMCAST_SERVER_HUB_PRESENCE_MAIL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "proto/protocol/server_messages.h"
#include "server/hub/failure.h"
#include "server/hub/ids.h"
#include "server/hub/presence.h"
#include "server/hub/shared_bytes.h"

namespace roomcast::hub {

// Who is in a room, on its way to who asked. Immutable; `wire` views the users of the same object.
struct PresenceReport {
  PresenceState state;
  std::vector<PresenceUser> wire;

  [[nodiscard]] PresenceSnapshot ToSnapshot() const {
    return {state.version, wire, state.user_count, state.session_count};
  }
};

inline std::shared_ptr<const PresenceReport> MakeReport(PresenceState state) {
  auto report = std::make_shared<PresenceReport>();
  report->state = std::move(state);
  for (const PresentUser& user : report->state.users) {
    report->wire.push_back({user.user, user.sessions, Bytes(user.data)});
  }
  return report;
}

// ---- To a room's home

struct ReadPresence {
  SessionRef session;
  std::uint32_t request = 0;
  std::string room;
  std::string after;  // a user's name
  std::uint32_t limit = 0;
};

struct UpdatePresence {
  SessionRef session;
  std::uint32_t request = 0;
  RoomHandle handle{};
  std::string user;
  std::string data;
};

// ---- To the asking session's shard

struct PresenceAnswer {
  SessionRef session;
  std::uint32_t request = 0;
  std::shared_ptr<const PresenceReport> report;  // none: the update was taken
};

// ---- To a shard with members that want to know

struct PresencePush {
  RoomHandle handle{};
  SharedBytes changes;  // for who wants the members
  SharedBytes counts;   // for who wants their number
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_PRESENCE_MAIL_H_
