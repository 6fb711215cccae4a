// Streams of backends that read rooms at home here, or wait for rooms by the beginnings of their
// names; and what they are told of rooms' and members' coming and going.
#include <algorithm>
#include <utility>

#include "proto/protocol/frame.h"
#include "proto/protocol/watch_messages.h"
#include "server/hub/home_rooms.h"

namespace roomcast::hub {

void HomeRooms::EnterWatch(HomeRoom& room, const JoinRoom& join, JoinAnswer& answer) {
  HomeRoom::ShardShare& share = room.shares[static_cast<std::size_t>(join.session.shard)];
  ++share.members;
  if (join.interest != PresenceInterest::kNone) ++share.watchers;
  if (!room.streams) room.streams = std::make_unique<RoomWatchers>();
  room.streams->Add({join.session, join.request, *join.watch});
  answer.by_stream = true;
  answer.presence = SnapshotOf(room, join.interest);
}

void HomeRooms::LeaveWatch(HomeRoom& room, const LeaveRoom& leave, Now now) {
  if (!room.streams) return;
  const auto was = room.streams->Remove(leave.session);
  if (!was) return;
  HomeRoom::ShardShare& share = room.shares[static_cast<std::size_t>(leave.session.shard)];
  --share.members;
  if (leave.interest != PresenceInterest::kNone) --share.watchers;
  if (room.streams->all().empty()) room.streams.reset();
  // A prefix of the same stream's may meet it again.
  room.met_version = 0;
  if (IsHeld(room)) return;
  IsNeeded(room, now) ? TouchIdle(room, now) : LetGo(room, now);
}

// ---- Prefixes

void HomeRooms::On(const WatchPrefix& watch) {
  prefixes_.push_back(watch);
  ++prefix_version_;
}

void HomeRooms::On(const UnwatchPrefix& unwatch) {
  std::erase_if(prefixes_, [&](const WatchPrefix& watch) {
    return watch.session == unwatch.session && watch.request == unwatch.request;
  });
}

void HomeRooms::MeetPrefixes(HomeRoom& room) {
  if (prefixes_.empty() || room.met_version == prefix_version_) return;
  room.met_version = prefix_version_;
  for (const WatchPrefix& watch : prefixes_) {
    if (watch.lifecycle_only || !room.name.starts_with(watch.prefix)) continue;
    if (room.streams && room.streams->Has(watch.session)) continue;
    JoinRoom join;
    join.session = watch.session;
    join.request = watch.request;
    join.interest = watch.interest;
    join.watch = WatchTerms{watch.id, /*lifecycle=*/false, /*by_prefix=*/true};
    AnswerJoin(room, join, Verdict::kLive, room.top.offset);
  }
}

void HomeRooms::LeaveMet(const HomeRoom& room) {
  if (!room.streams) return;
  for (const RoomWatchers::Watcher& watcher : room.streams->all()) {
    courier_.Send(watcher.session.shard, WatchedRoomGone{watcher.session, room.handle});
  }
}

// ---- Coming and going

void HomeRooms::Tell(const HomeRoom& room, Lifecycle news, const MemberName& member, Now now) {
  if (!room.streams && prefixes_.empty()) return;
  const std::string session = member.number == nullptr ? "" : FormatSessionId(*member.number);
  news.room = room.name;
  news.session = session;
  news.user = member.user;
  news.at = Microseconds(now.wall);
  const auto tell = [&](const SessionRef& stream, std::uint32_t request, std::uint32_t id) {
    news.id = id;
    scratch_.clear();
    AppendFrame(scratch_, WatchEvent{news});
    courier_.Send(stream.shard, WatchNews{stream, request, SharedBytes::Join(NoHead, {scratch_})});
  };
  if (room.streams) {
    for (const RoomWatchers::Watcher& watcher : room.streams->all()) {
      if (watcher.terms.lifecycle) tell(watcher.session, watcher.request, watcher.terms.id);
    }
  }
  for (const WatchPrefix& watch : prefixes_) {
    if (!watch.lifecycle || !room.name.starts_with(watch.prefix)) continue;
    tell(watch.session, watch.request, watch.id);
  }
}

void HomeRooms::OpenForAll(HomeRoom& room, Now now) {
  if (!std::exchange(room.open, true)) {
    Tell(room, {Lifecycle::Kind::kRoomOpened}, {}, now);
    TouchIdle(room, now);
  }
  MeetPrefixes(room);
}

bool HomeRooms::CloseIfOver(HomeRoom& room, Now now) {
  if (room.members > 0 || room.asked > 0 || room.turn != HomeRoom::kNoTurn ||
      room.needed_until > now.instant) {
    return false;
  }
  if (std::exchange(room.open, false)) Tell(room, {Lifecycle::Kind::kRoomClosed}, {}, now);
  return true;
}

}  // namespace roomcast::hub
