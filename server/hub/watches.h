#ifndef ROOMCAST_SERVER_HUB_WATCHES_H_
#define ROOMCAST_SERVER_HUB_WATCHES_H_

#include <cstdint>
#include <string>

#include "proto/protocol/instant.h"
#include "proto/protocol/watch_messages.h"
#include "server/hub/courier.h"
#include "server/hub/deadlines.h"
#include "server/hub/hub_config.h"
#include "server/hub/local_rooms.h"
#include "server/hub/outbox.h"
#include "server/hub/sessions.h"
#include "server/hub/watch_mail.h"

namespace roomcast::hub {

// The Watch streams that this shard carries: what each watches, and what it is told of that. Rooms
// are read in LocalRooms, by the mechanism that members have; a stream that reads too slowly is
// behind there and is caught up by pages. What nothing can make up for (who joined and left, that a
// watch began and ended) waits in its outbox, and a stream for which that grows over the hard limit
// is ended.
class Watches {
 public:
  // Everything outlives this.
  Watches(const HubConfig& config, Sessions& sessions, LocalRooms& rooms, Outbox& outbox,
          Deadlines& deadlines, Courier& courier, Events& events)
      : config_(config),
        sessions_(sessions),
        rooms_(rooms),
        outbox_(outbox),
        deadlines_(deadlines),
        courier_(courier),
        events_(events) {}

  // Whom it was for, to be looked at when the sentence ends; nullptr: there is none such.
  Session* On(ConnectionId id, const WatchInput& input, Now now);
  // The home's answer to a watch of a room, or a room that a prefix has met.
  void OnJoinAnswer(Session& session, const JoinAnswer& answer);
  Session* On(const WatchNews& news);
  Session* On(const WatchedRoomGone& gone);
  // It is time for the stream's next beat.
  void OnTime(Session& session, Now now);

  // It has ended, or is to: leaves everything and is forgotten.
  void LetGo(Session& session);
  // The hub stops.
  void EndAll();

 private:
  void Open(ConnectionId id, Now now);
  void Add(Session& session, const WatchAdd& add);
  void AddRoom(Session& session, const WatchAdd& add, std::uint32_t request);
  void AddPrefix(const Session& session, const WatchAdd& add, std::uint32_t request);
  void Remove(Session& session, std::uint32_t id);
  // The watch is over; `failure`: the backend did not ask for that.
  void End(Session& session, std::uint32_t request, const Failure* failure);
  void EndPrefix(Session& session, std::uint32_t request);
  void RefuseAdd(Session& session, std::uint32_t id, const Failure& failure);
  void LeaveAtHome(const JoinAnswer& answer);

  void Say(Session& session, const WatchEvent& event);
  void SayLeft(Session& session, std::uint32_t id, RoomHandle handle, const Failure* failure);
  void Push(Session& session, SharedBytes bytes);

  const HubConfig& config_;
  Sessions& sessions_;
  LocalRooms& rooms_;
  Outbox& outbox_;
  Deadlines& deadlines_;
  Courier& courier_;
  Events& events_;
  std::string scratch_;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_WATCHES_H_
