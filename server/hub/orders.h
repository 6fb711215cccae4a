#ifndef ROOMCAST_SERVER_HUB_ORDERS_H_
#define ROOMCAST_SERVER_HUB_ORDERS_H_

#include <optional>
#include <vector>

#include "server/hub/events.h"
#include "server/hub/joiner.h"
#include "server/hub/local_rooms.h"
#include "server/hub/sessions.h"
#include "server/hub/speaker.h"
#include "server/hub/tallies.h"
#include "server/hub/user_mail.h"

namespace roomcast::hub {

// Carries out what a backend ordered about sessions that are connected to this shard, and reports
// each order once to who counts. A session that is gone counts as none.
class Orders {
 public:
  Orders(Sessions& sessions, LocalRooms& rooms, Joiner& joiner, Speaker& speaker, Tallies& tallies,
         Events& events)
      : sessions_(sessions),
        rooms_(rooms),
        joiner_(joiner),
        speaker_(speaker),
        tallies_(tallies),
        events_(events) {}

  // Codes that a backend may give. nullopt: they are.
  [[nodiscard]] static std::optional<Failure> FaultOf(const LastWords& words);
  [[nodiscard]] static std::optional<Failure> FaultOf(LeftCode code);

  void OnEnd(const OrderEnd& order);
  void OnEndRoom(const OrderEndRoom& order);
  void OnJoin(const OrderJoin& order, Now now);
  // Taken where it is put off.
  void OnLeave(OrderLeave& order);
  // The session ends: what it was ordered to do will not be.
  void LetGo(const Session& session);

 private:
  // The room is being joined, and is left when that is done. False: it is not.
  static bool PutOff(Session& session, OrderLeave& order);

  Sessions& sessions_;
  LocalRooms& rooms_;
  Joiner& joiner_;
  Speaker& speaker_;
  Tallies& tallies_;
  Events& events_;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_ORDERS_H_
