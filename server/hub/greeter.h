#ifndef ROOMCAST_SERVER_HUB_GREETER_H_
#define ROOMCAST_SERVER_HUB_GREETER_H_

#include "proto/protocol/client_messages.h"
#include "proto/protocol/instant.h"
#include "server/hub/client_names.h"
#include "server/hub/courier.h"
#include "server/hub/credentials.h"
#include "server/hub/deadlines.h"
#include "server/hub/drain.h"
#include "server/hub/events.h"
#include "server/hub/hub_config.h"
#include "server/hub/local_rooms.h"
#include "server/hub/secrets.h"
#include "server/hub/session.h"
#include "server/hub/speaker.h"

namespace roomcast::hub {

class Joiner;
class Resumer;

// From Hello to Welcome: says who this is, begins the session's heartbeat and asks for its joins.
// Welcome waits for all of their answers, so that one round trip tells the client everything.
class Greeter {
 public:
  Greeter(ShardId self, const HubConfig& config, Credentials& credentials, Secrets& secrets,
          Speaker& speaker, Joiner& joiner, LocalRooms& rooms, Resumer& resumer,
          Deadlines& deadlines, Courier& courier, const Drain& drain, ClientNames& clients,
          Events& events);

  // Ends the connection where Hello does not make sense or the token is not good. False: the
  // session that it names is asked for, or whether its user may have one more; call again with the
  // same Hello when the answer is there.
  [[nodiscard]] bool OnHello(Session& session, std::uint32_t message_id, const Hello& hello,
                             Now now);
  // One of the greeting's joins was answered. The last answer brings Welcome.
  void OnAnswer(Session& session, const JoinAnswer& answer, Now now);
  // A room of the greeting's joins begins a new stream.
  static void OnReset(Session& session, const StreamReset& reset);
  // The user's home answered. False: it is refused, and the connection is ended.
  [[nodiscard]] bool OnAdmitted(Session& session, const SessionAdmitted& admitted);

 private:
  // A random moment of the interval that comes, at which others may have theirs as well.
  Duration FirstPingAfter(Now now);
  void BecomeNew(Session& session);
  // Who this is; false: it is being asked.
  [[nodiscard]] bool BecomeKnown(Session& session, const Hello& hello, Now now);
  void AskForJoins(Session& session, const Hello& hello, Now now);
  // Rooms that the hub joins by itself: the user's own, and those that a backend keeps it in.
  void AskForOthers(Session& session, const std::vector<KeptRoom>& rooms, Now now);
  void Welcome(Session& session, Now now);
  [[nodiscard]] std::uint64_t RandomNumber();

  ShardId self_;
  const HubConfig& config_;
  Credentials& credentials_;
  Secrets& secrets_;
  Speaker& speaker_;
  Joiner& joiner_;
  LocalRooms& rooms_;
  Resumer& resumer_;
  Deadlines& deadlines_;
  Courier& courier_;
  const Drain& drain_;
  ClientNames& clients_;
  Events& events_;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_GREETER_H_
