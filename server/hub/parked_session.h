#ifndef ROOMCAST_SERVER_HUB_PARKED_SESSION_H_
#define ROOMCAST_SERVER_HUB_PARKED_SESSION_H_

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "proto/protocol/limits.h"
#include "server/hub/ids.h"
#include "server/hub/rights.h"
#include "server/hub/session_facts.h"
#include "server/hub/session_rates.h"

namespace roomcast::hub {

using SessionKey = std::array<char, kSessionKeyBytes>;

// A room of a parked session: what lets it back in, and no message.
struct ParkedRoom {
  std::string name;
  std::string member_data;
  RoomTokenRights token;
};

// What of a session outlives its connection. Who it is, is said anew by the token of the next
// Hello; `user` is only held against it.
struct ParkedSession {
  SessionKey key{};
  std::string user;
  bool anonymous = false;
  std::vector<ParkedRoom> rooms;
  WallTime opened_at{};
  WallTime connected_at{};
  ClientSoftware client;
  // Coming back does not refill them.
  std::optional<SessionRates> rates;  // none: they are full
};

// What a parked session holds of memory, its place in the directory included.
inline std::size_t BytesOf(const ParkedSession& session) {
  constexpr std::size_t kAround = 128;
  std::size_t bytes = kAround + sizeof(session) + session.user.size() + session.client.name.size() +
                      session.client.version.size();
  for (const ParkedRoom& room : session.rooms) {
    bytes += sizeof(room) + room.name.size() + room.member_data.size();
  }
  return bytes;
}

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_PARKED_SESSION_H_
