#ifndef ROOMCAST_SERVER_HUB_COMMANDS_H_
#define ROOMCAST_SERVER_HUB_COMMANDS_H_

#include <string_view>

#include "proto/protocol/arena.h"
#include "proto/protocol/client_messages.h"
#include "proto/protocol/instant.h"
#include "server/hub/credentials.h"
#include "server/hub/greeter.h"
#include "server/hub/joiner.h"
#include "server/hub/local_rooms.h"
#include "server/hub/outbox.h"
#include "server/hub/speaker.h"

namespace roomcast::hub {

// What a client says, one message after the other, and what comes of it. A message that must wait
// (for Welcome, for the answer to a join of the same room, or until the session has read the
// replies that it asked for) waits with everything behind it; nothing more is read from the
// connection meanwhile.
class Commands {
 public:
  Commands(const HubConfig& config, Speaker& speaker, Greeter& greeter, Joiner& joiner,
           Credentials& credentials, LocalRooms& rooms, UserShares& shares, Courier& courier,
           Outbox& outbox, Events& events);

  // The bytes of one WebSocket message.
  void OnFrame(Session& session, std::string_view bytes, Now now);
  // A join was answered.
  void OnJoinAnswer(Session& session, const JoinAnswer& answer, Now now);
  // The session that Hello named was found, or was not; its user may have one more.
  void OnSessionTaken(Session& session, Now now) { GoOn(session, now); }
  void OnAdmitted(Session& session, Now now) { GoOn(session, now); }
  // The session's outbox has room again.
  void OnDrained(Session& session, Now now);
  void OnPublishAnswer(Session& session, const PublishAnswer& answer);
  void OnPresenceAnswer(Session& session, const PresenceAnswer& answer, Now now);
  void OnHistoryAnswer(Session& session, const HistoryAnswer& answer, Now now);

 private:
  void Run(Session& session, const ClientFrame& frame, Now now);
  // False: it must wait.
  bool RunOne(Session& session, const ClientMessage& message, Now now);
  void Wait(Session& session, const ClientFrame& frame, std::size_t from);
  void GoOn(Session& session, Now now);

  void OnJoin(Session& session, std::uint32_t id, const Join& join, Now now);
  void OnLeave(Session& session, std::uint32_t id, const Leave& leave);
  void OnPublish(Session& session, std::uint32_t id, const Publish& publish, Now now);
  void OnHistory(Session& session, std::uint32_t id, const History& history);
  // Something that the policy of a namespace, or a grant, lets a session do in a room.
  struct Deed {
    Who NamespaceConfig::*who;
    bool Rights::*right;
    bool in_own_room;  // also in the user's own
    const char* refusal;
  };
  // The room's namespace. nullptr: the session may not, and has been told why.
  const NamespaceConfig* FindAllowed(Session& session, std::uint32_t id, std::string_view room,
                                     const Deed& deed);
  void SayHistoryPage(Session& session, const HistoryAnswer& answer);
  void OnPresenceGet(Session& session, std::uint32_t id, const PresenceGet& get);
  void OnPresenceUpdate(Session& session, std::uint32_t id, const PresenceUpdate& update);
  void OnRefresh(Session& session, std::uint32_t id, const Refresh& refresh, Now now);
  // Takes one from the session's rate and its user's. False: there is none; it is refused, and who
  // goes on all the same is ended.
  bool IsInTime(Session& session, std::uint32_t id, RateOf of, Now now);

  const HubConfig& config_;
  Speaker& speaker_;
  Greeter& greeter_;
  Joiner& joiner_;
  Credentials& credentials_;
  LocalRooms& rooms_;
  UserShares& shares_;
  Courier& courier_;
  Outbox& outbox_;
  Events& events_;
  Arena arena_;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_COMMANDS_H_
