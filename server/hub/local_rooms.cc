#include "server/hub/local_rooms.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "proto/protocol/room_name.h"

namespace roomcast::hub {
namespace {

// The same Presence for a stream: of what is around it, only its number differs.
SharedBytes AsWatchEvent(const SharedBytes& frame) {
  constexpr char kInServerMessage = 9 << 3 | 2;
  constexpr char kInWatchEvent = 8 << 3 | 2;
  const std::string_view bytes = frame.payload();
  std::size_t at = 1;
  while (bytes[at] < 0) ++at;  // the length, in 7 bits a byte
  ++at;
  if (bytes[at] != kInServerMessage) std::abort();
  const char number = kInWatchEvent;
  return SharedBytes::Join(NoHead, {bytes.substr(0, at), {&number, 1}, bytes.substr(at + 1)});
}

}  // namespace

LocalRooms::LocalRooms(const HubConfig& config, Sessions& sessions, Speaker& speaker,
                       Outbox& outbox, Courier& courier, Events& events)
    : config_(config),
      sessions_(sessions),
      speaker_(speaker),
      outbox_(outbox),
      courier_(courier),
      events_(events),
      by_name_(0, ByName::Hash{config.hash_key}) {}

LocalRooms::~LocalRooms() = default;

std::optional<LocalRooms::Standing> LocalRooms::Find(const Session& session,
                                                     std::string_view name) const {
  if (session.rooms.empty()) return std::nullopt;
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return std::nullopt;
  for (const Membership& membership : session.rooms) {
    if (membership.room != (*found)->index) continue;
    const Room& room = *rooms_[membership.room];
    return Standing{room.handle,
                    room.members[membership.member].cursor,
                    {room.epoch, room.top},
                    membership.token().rights};
  }
  return std::nullopt;
}

LocalRooms::Room* LocalRooms::Find(RoomHandle handle) {
  const auto found = by_handle_.find(handle);
  return found == by_handle_.end() ? nullptr : rooms_[found->second].get();
}

bool LocalRooms::QueuesToHardLimit(std::string_view room) const {
  const NamespaceConfig* space = config_.FindNamespace(NamespaceOf(room));
  return space != nullptr && space->delivery == Delivery::kReliable && !space->KeepsHistory();
}

void LocalRooms::OnConfigChanged() {
  for (const auto& room : rooms_) {
    if (room) room->queues_to_hard_limit = QueuesToHardLimit(room->name);
  }
}

LocalRooms::Room& LocalRooms::Open(const JoinAnswer& answer, std::uint32_t& index) {
  const auto found = by_handle_.find(answer.handle);
  if (found != by_handle_.end()) {
    index = found->second;
    return *rooms_[index];
  }
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(rooms_.size()));
    rooms_.emplace_back();
  }
  index = free_.back();
  free_.pop_back();
  rooms_[index] = std::make_unique<Room>();
  Room& room = *rooms_[index];
  room.name = answer.room;
  room.handle = answer.handle;
  room.index = index;
  room.queues_to_hard_limit = QueuesToHardLimit(room.name);
  room.epoch = answer.top.epoch;
  // The home may have let the room go and made it anew, while members of the old one are still
  // here.
  const auto former = by_name_.find(std::string_view(room.name));
  if (former != by_name_.end()) by_name_.erase(former);
  by_name_.insert(&room);
  by_handle_.emplace(room.handle, index);
  return room;
}

void LocalRooms::Add(Session& session, const JoinAnswer& answer, PendingJoin join) {
  std::uint32_t index = 0;
  Room& room = Open(answer, index);
  room.top = std::max(room.top, answer.top.offset);
  Membership& membership = session.rooms.emplace_back();
  membership.room = index;
  membership.member = static_cast<std::uint32_t>(room.members.size());
  membership.interest = join.interest;
  if (!join.member_data.empty() || join.token != RoomTokenRights()) {
    membership.extras = std::make_unique<Membership::Extras>(
        Membership::Extras{std::move(join.member_data), join.token});
  }
  const bool mute = join.without_publications;
  room.members.push_back({.connection = session.connection,
                          .session = session.ref,
                          .mute = mute,
                          .cursor = answer.start,
                          .interest = join.interest});
  SetBehind(room.members.back(), (answer.start < room.top || session.greeting) && !mute);
  if (!session.watching) ++members_;
  CatchUpWith(session);
}

bool LocalRooms::Remove(Session& session, std::string_view name) {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return false;
  for (std::size_t i = 0; i < session.rooms.size(); ++i) {
    if (session.rooms[i].room != (*found)->index) continue;
    RemoveAt(session, i, /*for_good=*/true);
    return true;
  }
  return false;
}

void LocalRooms::RemoveAll(Session& session) {
  while (!session.rooms.empty()) RemoveAt(session, session.rooms.size() - 1, !session.parks);
}

void LocalRooms::RemoveAt(Session& session, std::size_t membership, bool for_good) {
  const Membership place = std::move(session.rooms[membership]);
  session.rooms.erase(session.rooms.begin() + static_cast<std::ptrdiff_t>(membership));
  Room& room = *rooms_[place.room];
  SetBehind(room.members[place.member], false);
  // The last member moves into the gap, and its session is told.
  if (place.member + 1 != room.members.size()) {
    room.members[place.member] = room.members.back();
    Session* moved = sessions_.Find(room.members[place.member].session);
    for (Membership& other : moved->rooms) {
      if (other.room == place.room) other.member = place.member;
    }
  }
  room.members.pop_back();
  if (!session.watching) --members_;
  courier_.Send(HomeOf(room.handle),
                LeaveRoom{session.ref, room.handle, session.user, place.interest, for_good,
                          session.number, session.watching != nullptr});
  if (!room.members.empty()) return;
  const auto by_name = by_name_.find(&room);
  if (by_name != by_name_.end() && *by_name == &room) by_name_.erase(by_name);
  missed_presence_.erase(room.handle);
  by_handle_.erase(room.handle);
  rooms_[place.room].reset();
  free_.push_back(place.room);
}

LocalRooms::Member* LocalRooms::FindMember(Room& room, const Session& session) {
  for (const Membership& membership : session.rooms) {
    if (rooms_[membership.room].get() == &room) return &room.members[membership.member];
  }
  return nullptr;
}

std::vector<SessionRef> LocalRooms::MembersOf(RoomHandle handle) {
  std::vector<SessionRef> sessions;
  if (const Room* room = Find(handle)) {
    for (const Member& member : room->members) sessions.push_back(member.session);
  }
  return sessions;
}

void LocalRooms::OnBatch(const Batch& batch) {
  Room* room = Find(batch.handle);
  if (room == nullptr) return;
  room->top = std::max(room->top, batch.last);
  const bool in_stream = batch.last != 0;
  std::uint64_t deliveries = 0;
  for (Member& member : room->members) {
    if (member.behind || member.mute) continue;
    if (in_stream) {
      if (batch.last <= member.cursor) continue;
      if (batch.first > member.cursor + 1) {
        // A batch before this one did not come here.
        FallBehind(member);
        CatchUpWith(*sessions_.Find(member.session));
        continue;
      }
    }
    const Outbox::Fill fill = outbox_.Push(member.connection, batch.bytes, Outbox::Lane::kOrdered);
    if (fill == Outbox::Fill::kGone) continue;
    if (fill != Outbox::Fill::kOverHard) {
      deliveries += batch.publications;
      if (in_stream) {
        member.cursor = batch.last;
        member.moved = true;
      }
    }
    if (fill == Outbox::Fill::kFine) continue;
    OnOverSoft(*sessions_.Find(member.session));
    if (fill == Outbox::Fill::kOverHard) FallBehind(member);
  }
  events_.OnDeliveries(deliveries);
}

void LocalRooms::OnOverSoft(Session& session) {
  session.over_soft = true;
  for (const Membership& membership : session.rooms) {
    Room& room = *rooms_[membership.room];
    if (!room.queues_to_hard_limit) FallBehind(room.members[membership.member]);
  }
}

void LocalRooms::OnReset(const StreamReset& reset) {
  Room* room = Find(reset.handle);
  if (room == nullptr) return;
  room->epoch = reset.position.epoch;
  room->top = reset.position.offset;
  for (Member& member : room->members) {
    Session& session = *sessions_.Find(member.session);
    SetBehind(member, session.greeting && !member.mute);
    member.moved = false;
    member.cursor = reset.position.offset;
    // Who is about to be welcomed hears of the new stream alone (Greeter::OnReset).
    if (session.greeting) continue;
    speaker_.Push(session, Reset{static_cast<std::uint64_t>(room->handle), reset.position});
  }
}

void LocalRooms::FallBehind(Member& member) {
  if (member.mute || member.behind) return;
  SetBehind(member, true);
  events_.OnBehind();
}

void LocalRooms::SetBehind(Member& member, bool behind) {
  if (member.behind == behind) return;
  member.behind = behind;
  behind ? ++behind_ : --behind_;
}

void LocalRooms::OnBehind(const Behind& behind) {
  Room* room = Find(behind.handle);
  if (room == nullptr) return;
  room->top = std::max(room->top, behind.top);
  for (Member& member : room->members) {
    if (member.behind || member.mute || member.cursor >= room->top) continue;
    FallBehind(member);
    CatchUpWith(*sessions_.Find(member.session));
  }
}

void LocalRooms::CatchUpWith(Session& session) {
  // Who has ended takes nothing any more, and would be asked for again and again.
  if (session.catching_up || IsHeldUp(session) || session.state == Session::State::kEnded) return;
  for (std::size_t i = 0; i < session.rooms.size(); ++i) {
    const std::size_t at = (session.catch_up_next + i) % session.rooms.size();
    Room& room = *rooms_[session.rooms[at].room];
    Member& member = room.members[session.rooms[at].member];
    if (!member.behind) continue;
    if (member.cursor >= room.top) {
      SetBehind(member, false);
      continue;
    }
    session.catching_up = true;
    session.catch_up_next = static_cast<std::uint32_t>(at + 1);
    if (catch_ups_.Want(session.ref, {room.handle, member.cursor})) {
      courier_.Send(HomeOf(room.handle),
                    CatchUp{session.ref.shard, room.handle, member.cursor, room.epoch});
    }
    return;
  }
}

std::vector<SessionRef> LocalRooms::OnPage(const Page& page) {
  Room* room = Find(page.handle);
  // A page of a stream that has ended meanwhile says nothing of this one.
  if (room != nullptr && room->epoch != page.epoch) room = nullptr;
  if (room != nullptr) room->top = std::max(room->top, page.top);
  std::vector<SessionRef> askers = catch_ups_.Take({page.handle, page.after});
  for (const SessionRef& ref : askers) {
    Session* session = sessions_.Find(ref);
    if (session == nullptr) continue;
    session->catching_up = false;
    if (room != nullptr) Give(*room, *session, page);
    CatchUpWith(*session);
  }
  for (SessionRef ref; catch_ups_.TakeWaiting(ref);) {
    Session* session = sessions_.Find(ref);
    if (session == nullptr) continue;
    session->catching_up = false;
    CatchUpWith(*session);
  }
  return askers;
}

void LocalRooms::Give(Room& room, Session& session, const Page& page) {
  Member* member = FindMember(room, session);
  // It may have left meanwhile, and come back.
  if (member == nullptr || !member->behind || member->cursor != page.after) return;
  if (page.gap_to > 0) {
    speaker_.Push(session, Gap{static_cast<std::uint64_t>(page.handle), page.gap_from, page.gap_to,
                               page.gap_reason});
    events_.OnGap(page.gap_reason);
    member->cursor = page.gap_to;
    member->moved = true;
  }
  if (!page.bytes) return;
  const Outbox::Fill fill = outbox_.Push(member->connection, page.bytes, Outbox::Lane::kOrdered);
  if (fill != Outbox::Fill::kFine) OnOverSoft(session);
  if (fill == Outbox::Fill::kOverHard || fill == Outbox::Fill::kGone) return;
  member->cursor = page.last;
  member->moved = true;
  events_.OnDeliveries(page.publications);
}

Membership* LocalRooms::PlaceOf(Session& session, std::string_view name) {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return nullptr;
  for (Membership& membership : session.rooms) {
    if (membership.room == (*found)->index) return &membership;
  }
  return nullptr;
}

void LocalRooms::SetInterest(Session& session, std::string_view name, PresenceInterest interest) {
  Membership* place = PlaceOf(session, name);
  if (place == nullptr) return;
  place->interest = interest;
  rooms_[place->room]->members[place->member].interest = interest;
}

void LocalRooms::SetMemberData(Session& session, std::string_view name, std::string_view data) {
  if (Membership* place = PlaceOf(session, name)) place->MutableExtras().member_data = data;
}

void LocalRooms::OnPresence(const PresencePush& push) {
  Room* room = Find(push.handle);
  if (room == nullptr) return;
  missed_presence_.erase(room->handle);
  for (Member& member : room->members) {
    if (member.interest == PresenceInterest::kNone) continue;
    TellPresence(*sessions_.Find(member.session), member, push);
    if (member.missed_presence) missed_presence_.try_emplace(room->handle, push);
  }
}

// Who missed some is told the last one later: its version says how much more there was.
void LocalRooms::TellPresence(Session& session, Member& member, const PresencePush& push) {
  member.missed_presence = IsHeldUp(session);
  if (member.missed_presence) return;
  const bool members = member.interest == PresenceInterest::kMembers;
  SharedBytes bytes = members ? push.changes : push.counts;
  if (session.watching) bytes = AsWatchEvent(bytes);
  const Outbox::Fill fill =
      outbox_.Push(member.connection, std::move(bytes), Outbox::Lane::kOrdered);
  member.missed_presence = fill == Outbox::Fill::kOverHard;
  if (fill == Outbox::Fill::kOverSoft || fill == Outbox::Fill::kOverHard) OnOverSoft(session);
}

void LocalRooms::OnDrained(Session& session) {
  for (const Membership& membership : session.rooms) {
    Room& room = *rooms_[membership.room];
    Member& member = room.members[membership.member];
    if (member.cursor >= room.top && !IsHeldUp(session)) SetBehind(member, false);
    if (!member.missed_presence) continue;
    const auto missed = missed_presence_.find(room.handle);
    if (missed == missed_presence_.end() || member.interest == PresenceInterest::kNone) {
      member.missed_presence = false;
    } else {
      TellPresence(session, member, missed->second);
    }
  }
  CatchUpWith(session);
}

std::vector<Top> LocalRooms::TakeTops(Session& session, std::size_t most) {
  std::vector<Top> tops;
  for (const Membership& membership : session.rooms) {
    if (tops.size() == most) break;
    Room& room = *rooms_[membership.room];
    Member& member = room.members[membership.member];
    if (!std::exchange(member.moved, false)) continue;
    tops.push_back({static_cast<std::uint64_t>(room.handle), member.cursor});
  }
  return tops;
}

std::uint32_t LocalRooms::BehindIn(RoomHandle handle) const {
  const auto found = by_handle_.find(handle);
  if (found == by_handle_.end()) return 0;
  const std::vector<Member>& members = rooms_[found->second]->members;
  return static_cast<std::uint32_t>(
      std::count_if(members.begin(), members.end(), [](const Member& one) { return one.behind; }));
}

}  // namespace roomcast::hub
