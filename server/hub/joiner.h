#ifndef ROOMCAST_SERVER_HUB_JOINER_H_
#define ROOMCAST_SERVER_HUB_JOINER_H_

#include <optional>
#include <string_view>

#include "proto/protocol/client_messages.h"
#include "proto/protocol/server_messages.h"
#include "server/hub/access.h"
#include "server/hub/courier.h"
#include "server/hub/credentials.h"
#include "server/hub/hub_config.h"
#include "server/hub/local_rooms.h"
#include "server/hub/session.h"

namespace roomcast::hub {

// A session's way into a room: may it, and what does its home say?
class Joiner {
 public:
  Joiner(const HubConfig& config, LocalRooms& rooms, Credentials& credentials, Courier& courier)
      : config_(config), rooms_(rooms), credentials_(credentials), courier_(courier) {}

  // Asks the room's home; `request` comes back in the answer. A refusal is answered at once.
  [[nodiscard]] std::optional<Failure> Ask(Session& session, const Join& join,
                                           std::uint32_t request, Now now);
  // Whether a join of this room is under way.
  [[nodiscard]] static bool IsUnderWay(const Session& session, std::string_view room);
  // The answer came and has been told to the session: the join is under way no more. Makes the
  // session a member unless it was refused; its Joined must have been queued.
  void Settle(Session& session, const JoinAnswer& answer);

  // Joined, as the session is to hear it. Views `answer`.
  [[nodiscard]] Joined ToJoined(const Session& session, const JoinAnswer& answer) const;
  // Joined for a room that the session is in already.
  [[nodiscard]] Joined Again(const Session& session, std::string_view room,
                             const LocalRooms::Standing& standing) const;

 private:
  // The same, where every rule allows it.
  std::optional<Failure> Send(Session& session, const Join& join, PendingJoin pending);
  [[nodiscard]] RoomPolicy PolicyOf(const Session& session, std::string_view room) const;

  const HubConfig& config_;
  LocalRooms& rooms_;
  Credentials& credentials_;
  Courier& courier_;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_JOINER_H_
