#ifndef ROOMCAST_SERVER_HUB_LOCAL_ROOMS_H_
#define ROOMCAST_SERVER_HUB_LOCAL_ROOMS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "proto/protocol/siphash.h"
#include "server/hub/by_name.h"
#include "server/hub/catch_ups.h"
#include "server/hub/courier.h"
#include "server/hub/events.h"
#include "server/hub/hub_config.h"
#include "server/hub/mail.h"
#include "server/hub/outbox.h"
#include "server/hub/sessions.h"
#include "server/hub/speaker.h"

namespace roomcast::hub {

// The members of any room that are connected to this shard. A member is a cursor: the last offset
// that was queued for it. A batch that goes on from the cursor is queued (a reference); any other
// is not. A member whose outbox is over its soft limit, or that missed a batch, is *behind*:
// nothing is queued for it, and when its outbox has drained it asks the room's home for what
// follows its cursor. Live delivery, recovery after a join, slow members and a full mailbox are
// this one mechanism. A session is caught up in one room at a time, by pages; where a page cannot
// hold what follows, in a room that keeps no history and yet is reliable, its members are not
// behind before the hard limit.
class LocalRooms {
 public:
  LocalRooms(const HubConfig& config, Sessions& sessions, Speaker& speaker, Outbox& outbox,
             Courier& courier, Events& events);
  ~LocalRooms();

  // The session's place in the room, if it is in it.
  struct Standing {
    RoomHandle handle{};
    std::uint64_t cursor = 0;
    Position top;
    Rights token_rights;
  };
  [[nodiscard]] std::optional<Standing> Find(const Session& session, std::string_view room) const;

  // Makes the session a member with its cursor at answer.start; what follows is asked for if there
  // is any. The Joined must have been queued before; while the session is being greeted, nothing of
  // the room is queued for it until OnWelcomed().
  void Add(Session& session, const JoinAnswer& answer, PendingJoin join);
  // Its Joineds are queued: from now on it is told what it has missed, and all that comes.
  void OnWelcomed(Session& session) { OnDrained(session); }
  // Takes it out and tells the home. False: it was not in.
  bool Remove(Session& session, std::string_view room);
  void RemoveAll(Session& session);
  // nullptr: it is not in.
  [[nodiscard]] Membership* PlaceOf(Session& session, std::string_view room);
  // How much it wants to hear of who is there.
  void SetInterest(Session& session, std::string_view room, PresenceInterest interest);
  // What comes back with the session after its connection is lost.
  void SetMemberData(Session& session, std::string_view room, std::string_view data);
  // The rooms that the session is in, by name.
  template <class Visit>
  void ForEachRoom(const Session& session, Visit visit) const {
    for (const Membership& membership : session.rooms) {
      visit(rooms_[membership.room]->name, membership);
    }
  }

  // Leaves those of its rooms for which `is_over` says so.
  template <class IsOver>
  void RemoveIf(Session& session, IsOver is_over) {
    for (std::size_t i = session.rooms.size(); i-- > 0;) {
      if (is_over(rooms_[session.rooms[i].room]->handle)) RemoveAt(session, i, /*for_good=*/true);
    }
  }

  // Who is in it, streams that read it among them.
  [[nodiscard]] std::vector<SessionRef> MembersOf(RoomHandle room);

  // From a room's home.
  void OnBatch(const Batch& batch);
  void OnBehind(const Behind& behind);
  // Every member is told, and reads on in the new stream.
  void OnReset(const StreamReset& reset);
  // Whom it was for.
  std::vector<SessionRef> OnPage(const Page& page);
  void OnPresence(const PresencePush& push);
  // Namespaces have changed.
  void OnConfigChanged();
  // The session's outbox has room again.
  void OnDrained(Session& session);

  // The rooms in which something was queued for the session since this was last asked, and how far.
  std::vector<Top> TakeTops(Session& session, std::size_t most = SIZE_MAX);

  [[nodiscard]] std::size_t members() const { return members_; }
  // Of any room; streams that are among them.
  [[nodiscard]] std::size_t behind() const { return behind_; }
  // Members of the room that are behind.
  [[nodiscard]] std::uint32_t BehindIn(RoomHandle room) const;

 private:
  struct Member {
    ConnectionId connection{};
    SessionRef session;
    bool behind = false;
    bool moved = false;  // the cursor did, since the last Tops
    bool mute = false;   // it is told everything but publications
    bool missed_presence = false;
    std::uint64_t cursor = 0;
    PresenceInterest interest = PresenceInterest::kNone;
  };
  struct Room {
    std::string name;
    RoomHandle handle{};
    std::uint32_t index = 0;  // in rooms_
    // Nobody can be caught up here, and nobody is to be dropped: members fall behind only at the
    // hard limit.
    bool queues_to_hard_limit = false;
    std::uint64_t epoch = 0;
    std::uint64_t top = 0;  // the highest offset heard of
    std::vector<Member> members;
  };

  [[nodiscard]] bool QueuesToHardLimit(std::string_view room) const;
  Room& Open(const JoinAnswer& answer, std::uint32_t& index);
  Room* Find(RoomHandle handle);
  Member* FindMember(Room& room, const Session& session);
  void RemoveAt(Session& session, std::size_t membership, bool for_good);
  // Whether nothing of any room may be queued for it now.
  [[nodiscard]] static bool IsHeldUp(const Session& session) {
    return session.over_soft || session.greeting;
  }
  void TellPresence(Session& session, Member& member, const PresencePush& push);
  // Nothing more is queued for it, whatever room it is of, until its outbox has drained.
  void OnOverSoft(Session& session);
  void FallBehind(Member& member);
  // The only way to change it: they are counted.
  void SetBehind(Member& member, bool behind);
  // Asks for what follows the cursor of the next member that is behind, if the session may have it.
  void CatchUpWith(Session& session);
  void Give(Room& room, Session& session, const Page& page);

  const HubConfig& config_;
  Sessions& sessions_;
  Speaker& speaker_;
  Outbox& outbox_;
  Courier& courier_;
  Events& events_;
  std::vector<std::unique_ptr<Room>> rooms_;
  std::vector<std::uint32_t> free_;
  // The newest of each name.
  std::unordered_set<const Room*, ByName::Hash, ByName::Same> by_name_;
  std::unordered_map<RoomHandle, std::uint32_t> by_handle_;
  // The last change of presence, of rooms in which a member has missed it and is still to be told.
  std::unordered_map<RoomHandle, PresencePush> missed_presence_;
  CatchUps catch_ups_;
  std::size_t members_ = 0;
  std::size_t behind_ = 0;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_LOCAL_ROOMS_H_
