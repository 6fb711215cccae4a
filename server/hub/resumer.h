#ifndef ROOMCAST_SERVER_HUB_RESUMER_H_
#define ROOMCAST_SERVER_HUB_RESUMER_H_

#include "proto/protocol/client_messages.h"
#include "server/hub/client_names.h"
#include "server/hub/courier.h"
#include "server/hub/events.h"
#include "server/hub/hub_config.h"
#include "server/hub/local_rooms.h"
#include "server/hub/session.h"
#include "server/hub/session_directory.h"
#include "server/hub/speaker.h"

namespace roomcast::hub {

// A session's way out of one connection and into the next, at the connection's end of it: asks for
// the session that Hello names, gives up one that a newer connection asks for, and parks what a
// lost connection leaves. The other end is the directory of the session's home.
class Resumer {
 public:
  Resumer(const HubConfig& config, LocalRooms& rooms, SessionDirectory& directory, Courier& courier,
          Speaker& speaker, const ClientNames& clients, Events& events);

  // Asks for the session that Hello names. False: it names none that could be there.
  [[nodiscard]] bool Ask(Session& session, const Resume& resume, Now now);
  // The session's home answered. False: a newer connection has it, and this one is ended.
  [[nodiscard]] bool OnTaken(Session& session, SessionTaken taken);
  // The asker is gone: the session goes back to its home.
  void GiveBack(SessionTaken taken);

  // Makes `session` the one that was asked for, if there is one for it. False: it is a new one.
  [[nodiscard]] bool Adopt(Session& session);
  // A new session, whose id names this shard.
  void Begin(const Session& session);

  // A newer connection asks for the session: this one is told 3505.
  void Yield(Session& session);
  // The session's connection has ended. Parks what may come back.
  void LetGo(const Session& session);

 private:
  [[nodiscard]] ParkedSession ToParked(const Session& session) const;

  const HubConfig& config_;
  LocalRooms& rooms_;
  SessionDirectory& directory_;
  Courier& courier_;
  Speaker& speaker_;
  const ClientNames& clients_;
  Events& events_;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_RESUMER_H_
