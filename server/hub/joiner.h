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
  // `given`: rights that the hub gives with this join.
  [[nodiscard]] std::optional<Failure> Ask(Session& session, const Join& join,
                                           std::uint32_t request, Now now,
                                           const RoomTokenRights& given = {});
  // The same for a room that the session is in: its room token, its member data where the join has
  // any and its interest in who is there become these. `asks`: the home is asked; otherwise Again()
  // is the answer.
  [[nodiscard]] std::optional<Failure> AskAgain(Session& session, const Join& join,
                                                std::uint32_t request, Now now, bool& asks);
  // A backend ordered it: no right is needed, and the client is told with a Joined that answers
  // nothing. False: it cannot be.
  [[nodiscard]] bool AskByOrder(Session& session, const KeptRoom& room, const TallyRef& tally,
                                Now now);
  // Whether a join of this room is under way.
  [[nodiscard]] static bool IsUnderWay(const Session& session, std::string_view room);
  // Whether a backend ordered the join that this answers.
  [[nodiscard]] static bool IsOrdered(const Session& session, const JoinAnswer& answer);
  // The answer came: the join is under way no more. Makes the session a member unless it was
  // refused; its Joined must have been queued, or come with Welcome.
  void Settle(Session& session, const JoinAnswer& answer);

  // nullopt: it is not too long.
  [[nodiscard]] std::optional<Failure> CheckMemberData(std::string_view data) const;

  // Joined, as the session is to hear it. Views `answer`.
  [[nodiscard]] Joined ToJoined(const Session& session, const JoinAnswer& answer) const;
  // Joined for a room that the session is in already.
  [[nodiscard]] Joined Again(const Session& session, std::string_view room,
                             const LocalRooms::Standing& standing) const;

 private:
  // The same, where every rule allows it.
  [[nodiscard]] PresenceInterest InterestOf(const Session& session, const Join& join,
                                            const Rights& rights) const;
  // The member data, and what the session had of the room before.
  void FillIn(const Session& session, PendingJoin& pending, Now now) const;
  std::optional<Failure> Send(Session& session, const Join& join, PendingJoin pending);
  [[nodiscard]] RoomPolicy PolicyOf(const Session& session, std::string_view room) const;

  const HubConfig& config_;
  LocalRooms& rooms_;
  Credentials& credentials_;
  Courier& courier_;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_JOINER_H_
