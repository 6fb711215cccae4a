// Who is in the rooms that are at home here, and who is told of it.
#include <algorithm>
#include <utility>

#include "proto/protocol/frame.h"
#include "server/hub/home_rooms.h"

namespace roomcast::hub {

void HomeRooms::EnterPresence(HomeRoom& room, const JoinRoom& join, JoinAnswer& answer) {
  if (join.interest != PresenceInterest::kNone) {
    ++room.shares[static_cast<std::size_t>(join.session.shard)].watchers;
  }
  if (room.config->presence.mode == PresenceInterest::kNone) return;
  if (!room.presence) room.presence = std::make_unique<RoomPresence>(room.config->presence);
  room.presence->Join(join.user, join.member_data);
  PresenceIsDue(room);
  answer.presence = SnapshotOf(room, join.interest);
}

std::shared_ptr<const PresenceReport> HomeRooms::SnapshotOf(const HomeRoom& room,
                                                            PresenceInterest interest) {
  if (!room.presence || interest == PresenceInterest::kNone) return nullptr;
  const bool members = interest == PresenceInterest::kMembers;
  PresenceState state =
      room.presence->Read({}, members ? kPresencePageUsers : 0, kPresenceSnapshotBytes);
  // All of them or none: a part would look like all.
  if (state.more) state.users.clear();
  return MakeReport(std::move(state));
}

void HomeRooms::OnRejoin(const RejoinRoom& again) {
  JoinAnswer answer;
  answer.session = again.session;
  answer.request = again.request;
  answer.room = again.room;
  answer.again = true;
  if (HomeRoom* room = Find(again.handle)) {
    std::uint32_t& watchers = room->shares[static_cast<std::size_t>(again.session.shard)].watchers;
    if (again.before != PresenceInterest::kNone) --watchers;
    if (again.interest != PresenceInterest::kNone) ++watchers;
    if (room->presence && !again.member_data.empty()) {
      room->presence->Update(again.user, again.member_data);
      PresenceIsDue(*room);
    }
    answer.presence = SnapshotOf(*room, again.interest);
  }
  courier_.Send(again.session.shard, std::move(answer));
}

void HomeRooms::LeavePresence(HomeRoom& room, const LeaveRoom& leave, Now now) {
  if (leave.interest != PresenceInterest::kNone) {
    --room.shares[static_cast<std::size_t>(leave.session.shard)].watchers;
  }
  if (!room.presence) return;
  room.presence->Leave(leave.user, leave.for_good, now);
  PresenceIsDue(room);
}

void HomeRooms::OnReadPresence(const ReadPresence& ask) {
  PresenceState state;
  const HomeRoom* room = rooms_.Find(ask.room);
  if (room != nullptr && room->presence) {
    const std::size_t most = ask.limit == 0 ? kPresencePageUsers : ask.limit;
    state = room->presence->Read(ask.after, std::min(most, kPresencePageUsers), kPresencePageBytes);
  }
  courier_.Send(ask.session.shard,
                PresenceAnswer{ask.session, ask.request, MakeReport(std::move(state))});
}

void HomeRooms::OnUpdatePresence(const UpdatePresence& update) {
  HomeRoom* room = Find(update.handle);
  if (room != nullptr && room->presence) {
    room->presence->Update(update.user, update.data);
    PresenceIsDue(*room);
  }
  courier_.Send(update.session.shard, PresenceAnswer{update.session, update.request, nullptr});
}

void HomeRooms::PresenceIsDue(HomeRoom& room) {
  const Instant due = room.presence->NextDeadline();
  if (due == room.presence_due) return;
  presence_due_.erase({room.presence_due, room.handle});
  room.presence_due = due;
  if (due != kNever) presence_due_.emplace(due, room.handle);
}

void HomeRooms::TellPresence(Now now) {
  while (!presence_due_.empty() && presence_due_.begin()->first <= now.instant) {
    HomeRoom& room = *Find(presence_due_.begin()->second);
    if (!room.presence) continue;  // it is shown no more
    if (const auto change = room.presence->OnTime(now)) PushPresence(room, *change);
    PresenceIsDue(room);
  }
}

void HomeRooms::PushPresence(HomeRoom& room, const PresenceChange& change) {
  const bool watched = std::any_of(room.shares.begin(), room.shares.end(),
                                   [](const auto& share) { return share.watchers > 0; });
  if (!watched) return;
  const auto encode = [&](const roomcast::Presence& presence) {
    scratch_.clear();
    AppendFrame(scratch_, ServerMessage{0, presence});
    return SharedBytes::Join(write_head_, {scratch_});
  };
  roomcast::Presence presence;
  presence.handle = static_cast<std::uint64_t>(room.handle);
  presence.version = change.version;
  presence.user_count = change.user_count;
  presence.session_count = change.session_count;
  PresencePush push{room.handle, {}, encode(presence)};
  std::vector<PresenceUser> joins;
  std::vector<PresenceUser> updates;
  std::vector<Text> leaves;
  for (const PresentUser& user : change.joins) {
    joins.push_back({user.user, user.sessions, Bytes(user.data)});
  }
  for (const PresentUser& user : change.updates) {
    updates.push_back({user.user, user.sessions, Bytes(user.data)});
  }
  for (const std::string& user : change.leaves) leaves.emplace_back(user);
  presence.joins = joins;
  presence.leaves = leaves;
  presence.updates = updates;
  push.changes = encode(presence);
  for (HomeRoom::ShardShare& share : room.shares) share.missed_presence = share.watchers > 0;
  // It takes the place of the one before, and its version says that there was one.
  const bool waited = missed_presence_.erase(room.handle) > 0;
  if (PostPresence(room, push)) return;
  missed_presence_.emplace(room.handle, std::move(push));
  if (!waited) missed_.push_back(room.handle);
}

bool HomeRooms::PostPresence(HomeRoom& room, const PresencePush& push) {
  bool posted = true;
  for (std::size_t shard = 0; shard < room.shares.size(); ++shard) {
    HomeRoom::ShardShare& share = room.shares[shard];
    share.missed_presence = share.missed_presence && share.watchers > 0 &&
                            !courier_.TrySend(static_cast<ShardId>(shard), push);
    posted = posted && !share.missed_presence;
  }
  return posted;
}

}  // namespace roomcast::hub
