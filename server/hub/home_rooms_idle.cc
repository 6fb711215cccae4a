// Rooms without members: as long as something of them is needed they stay, and then they are let
// go.
#include <algorithm>

#include "server/hub/home_rooms.h"

namespace roomcast::hub {
namespace {

// How often a room without members is looked at.
constexpr Duration kIdleLook = 60s;

}  // namespace

void HomeRooms::TouchIdle(HomeRoom& room, Now now) {
  if (room.members > 0 || room.in_idle_queue) return;
  room.in_idle_queue = true;
  idle_.push_back({now.instant + kIdleLook, room.handle});
}

Instant HomeRooms::NextDeadline() const {
  return std::min(idle_.empty() ? kNever : idle_.front().at,
                  presence_due_.empty() ? kNever : presence_due_.begin()->first);
}

void HomeRooms::OnTime(Now now) {
  TellPresence(now);
  while (!idle_.empty() && idle_.front().at <= now.instant) {
    HomeRoom* room = Find(idle_.front().room);
    idle_.pop_front();
    if (room == nullptr) continue;
    room->in_idle_queue = false;
    if (room->members > 0) continue;
    // A stream that asked for it holds it, open or not.
    if (CloseIfOver(*room, now) && IsHeld(*room)) continue;
    IsNeeded(*room, now) ? TouchIdle(*room, now) : LetGo(*room, now);
  }
}

bool HomeRooms::IsNeeded(const HomeRoom& room, Now now) {
  return !room.opened || room.asked > 0 || IsHeld(room) || room.turn != HomeRoom::kNoTurn ||
         room.needed_until > now.instant;
}

void HomeRooms::LetGo(const HomeRoom& room, Now now) {
  if (room.open) Tell(room, {Lifecycle::Kind::kRoomClosed}, {}, now);
  LeaveMet(room);
  if (&room == stats_room_) stats_room_ = nullptr;
  engine_.Release(room.name, now);
  presence_due_.erase({room.presence_due, room.handle});
  missed_presence_.erase(room.handle);
  by_handle_.erase(room.handle);
  rooms_.Remove(room);
}

}  // namespace roomcast::hub
