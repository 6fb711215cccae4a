#ifndef ROOMCAST_SERVER_HUB_CREDENTIALS_H_
#define ROOMCAST_SERVER_HUB_CREDENTIALS_H_

#include <optional>
#include <string_view>

#include "proto/protocol/instant.h"
#include "server/hub/authenticator.h"
#include "server/hub/deadlines.h"
#include "server/hub/events.h"
#include "server/hub/failure.h"
#include "server/hub/hub_config.h"
#include "server/hub/local_rooms.h"
#include "server/hub/revocations.h"
#include "server/hub/session.h"
#include "server/hub/speaker.h"

namespace roomcast::hub {

// What sessions may do by their tokens, and until when: the session's own token from Hello or
// Refresh, and the tokens of single rooms. Expiry comes at the moment it is due, on the monotonic
// clock: a wall clock that jumps ends nobody.
class Credentials {
 public:
  Credentials(const HubConfig& config, const Authenticator& authenticator,
              const Revocations& revocations, Speaker& speaker, LocalRooms& rooms,
              Deadlines& deadlines, Events& events);

  // Hello's token: who this is. False: it is not good, and the connection is ended.
  [[nodiscard]] bool Identify(Session& session, std::string_view token, Now now);
  // A new token in place. Rooms that it does not allow any more are left.
  [[nodiscard]] std::optional<Failure> Refresh(Session& session, std::string_view token, Now now);
  // The token of one Join, for this room alone.
  [[nodiscard]] std::optional<Failure> ReadRoomToken(const Session& session, std::string_view room,
                                                     std::string_view token, Now now,
                                                     RoomTokenRights& rights);

  // Looks at the session when these rights end.
  void Watch(Session& session, const RoomTokenRights& rights);

  // By all tokens together.
  [[nodiscard]] Rights RightsOf(const Session& session, std::string_view room) const;
  [[nodiscard]] bool MayJoin(const Session& session, std::string_view room, Rights rights) const;

  // Leaves the rooms that the session may not be in any more.
  void LeaveForbidden(Session& session, LeftCode code);

  // Ends what has expired: the session with 3005, a room with Left 2002.
  void OnTime(Session& session, Now now);
  [[nodiscard]] static Instant NextDeadline(const Session& session);

 private:
  // What it says, held against what was revoked.
  [[nodiscard]] Authenticator::Answer Verify(std::string_view token, Now now) const;
  void Take(Session& session, Authenticator::Identity identity, Now now);
  void LookNoLaterThan(Session& session, Instant at);

  const HubConfig& config_;
  const Authenticator& authenticator_;
  const Revocations& revocations_;
  Speaker& speaker_;
  LocalRooms& rooms_;
  Deadlines& deadlines_;
  Events& events_;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_CREDENTIALS_H_
