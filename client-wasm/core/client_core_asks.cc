#include <string_view>

#include "client-wasm/core/client_core.h"
#include "proto/protocol/limits.h"

// What a room is asked: pages of its history, who is in it.

namespace roomcast::client {

CallId ClientCore::History(const Now& now, RoomId id, const HistoryOptions& options) {
  Begin(now);
  const Room* room = FindRoom(id);
  CallId call = RefuseOutside(id, room);
  if (call == kNoCall) {
    ClientMessage message;
    roomcast::History history;
    history.room = std::string_view(room->name());
    (options.reverse ? history.before : history.since) = options.from;
    history.limit = options.limit;
    history.reverse = options.reverse;
    message.body = history;
    call = Enqueue(id, message, 0, kCallTimeout);
  }
  Finish();
  return call;
}

CallId ClientCore::UpdateMember(const Now& now, RoomId id, std::string_view member_data) {
  Begin(now);
  Room* room = FindRoom(id);
  CallId call = RefuseOutside(id, room);
  if (call == kNoCall) call = RefuseMemberData(id, member_data);
  if (call == kNoCall) {
    room->SetMemberData(member_data);
    ClientMessage message;
    message.body = PresenceUpdate{std::string_view(room->name()), Bytes(member_data)};
    call = Enqueue(id, message, 0, kCallTimeout);
  }
  Finish();
  return call;
}

CallId ClientCore::RefuseMemberData(RoomId id, std::string_view data) {
  if (data.size() <= kMemberDataBytesMax) return kNoCall;
  return RefuseAtOnce(id, TooLarge("the member data has more than 1024 bytes"));
}

bool ClientCore::On(std::uint32_t id, const HistoryPage& page) {
  const auto entry = queue_.Take(static_cast<CallId>(id));
  if (!entry) {
    ++stats_.unknown_replies;
    return true;
  }
  for (const Publication& publication : page.publications) {
    effects_.Emit(Delivered{entry->room, &publication, IsOwn(publication), true, entry->call});
  }
  Settled settled{entry->call, entry->room, Outcome::kDone, {}};
  settled.position = page.position.value_or(Position{});
  settled.more = page.more;
  settled.lost = page.lost;
  effects_.Emit(settled);
  PumpQueue();
  return true;
}

// Everything that names a room comes in one order, so a page shows what the diffs before it made
// and none of what those after it will.
bool ClientCore::On(std::uint32_t, const Presence& presence) {
  Room* room = FindRoom(connection_->FindHandle(presence.handle));
  if (room == nullptr) return true;
  Room::Presence& known = room->presence();
  if (presence.version <= known.version) return true;
  const bool follows = presence.version == known.version + 1;
  known.version = presence.version;
  effects_.Emit(RoomPresence{room->id(), false, known.asked == kNoCall, presence.joins,
                             presence.updates, presence.leaves, presence.user_count,
                             presence.session_count});
  if (!follows && room->wants_members()) AskPresence(*room, {});
  return true;
}

bool ClientCore::On(std::uint32_t id, const PresencePage& page) {
  for (const auto& room : rooms_) {
    Room::Presence& known = room->presence();
    if (id == 0 || known.asked != static_cast<CallId>(id)) continue;
    const PresenceSnapshot snapshot = page.snapshot.value_or(PresenceSnapshot{});
    // A change between two pages was lost on its way: from the beginning.
    if (snapshot.version > known.version && !known.first) known.stale = true;
    known.version = snapshot.version;
    known.asked = kNoCall;
    const std::string_view next = known.stale ? std::string_view() : page.cursor.view;
    const bool last = next.empty() && !known.stale;
    TellPresence(*room, snapshot, known.first, last);
    if (!last) AskPresence(*room, next);
    return true;
  }
  ++stats_.unknown_replies;
  return true;
}

void ClientCore::TellPresence(Room& room, const PresenceSnapshot& snapshot, bool first, bool last) {
  effects_.Emit(RoomPresence{
      room.id(), first, last, snapshot.users, {}, {}, snapshot.user_count, snapshot.session_count});
}

// The first page, or the one at `cursor`. While pages are on their way, asking anew waits for the
// last of them.
void ClientCore::AskPresence(Room& room, std::string_view cursor) {
  Room::Presence& known = room.presence();
  room.EndPause();
  known.stale = known.asked != kNoCall;
  if (known.stale) return;
  known.first = cursor.empty();
  known.asked = NextCall();
  SendBody(known.asked, PresenceGet{room.name(), cursor, 0});
}

}  // namespace roomcast::client
