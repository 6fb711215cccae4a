#include "server/hub/home_rooms.h"

#include <algorithm>
#include <utility>

#include "proto/protocol/frame.h"
#include "proto/protocol/room_name.h"
#include "server/hub/home_failures.h"
#include "server/hub/publication_rules.h"
#include "server/hub/stats_room.h"

namespace roomcast::hub {
namespace {

// Of a turn's memory, for so many rooms the next turn may use it again.
constexpr std::size_t kTurnsKept = 64;

bool IsFromHub(const PublishOrigin& origin) { return std::holds_alternative<FromHub>(origin.from); }

Publication AsPublication(const PublishToRoom& publish, const std::vector<Tag>& tags, Now now) {
  Publication publication;
  publication.time_at = Microseconds(now.wall);
  publication.type = publish.type;
  publication.encoding = publish.encoding;
  publication.data = Bytes(publish.data);
  publication.key = publish.key;
  publication.tags = tags;
  if (!publish.publisher_session.empty() || !publish.publisher_user.empty()) {
    publication.publisher = Publisher{publish.publisher_session, publish.publisher_user};
  }
  if (publish.counter != 0) {
    publication.publish_id = PublishId{publish.producer.public_half, publish.counter};
  }
  return publication;
}

}  // namespace

HomeRooms::HomeRooms(ShardId self, const HubConfig& config, Engine& engine, Courier& courier,
                     BridgeAnswers& bridge_answers, Events& events, WriteHead write_head)
    : self_(self),
      config_(config),
      engine_(engine),
      courier_(courier),
      bridge_answers_(bridge_answers),
      events_(events),
      write_head_(write_head),
      keys_({config.dedupe_window, (config.dedupe_keys + config.shards - 1) / config.shards}),
      rooms_(config.hash_key) {}

HomeRoom* HomeRooms::Find(RoomHandle handle) {
  const auto found = by_handle_.find(handle);
  return found == by_handle_.end() ? nullptr : &UpToDate(*found->second);
}

std::size_t HomeRooms::RoomsMax() const {
  if (config_.rooms_max == SIZE_MAX) return SIZE_MAX;
  return (config_.rooms_max + config_.shards - 1) / config_.shards;
}

HomeRoom* HomeRooms::Open(std::string_view name, Now now, Failure& failure) {
  if (HomeRoom* found = rooms_.Find(name)) return &UpToDate(*found);
  NamespaceAnswer answer = FindNamespaceOf(config_, name);
  if (answer.config == nullptr) {
    failure = std::move(answer.failure);
    return nullptr;
  }
  if (rooms_.size() >= RoomsMax()) {
    failure = {ErrorCode::kOverloaded,
               "the hub has as many rooms as it may, " + std::to_string(config_.rooms_max),
               kHomeRetryAfter};
    return nullptr;
  }
  auto made = std::make_unique<HomeRoom>();
  made->name = name;
  HomeRoom& room = rooms_.Add(std::move(made));
  room.handle = static_cast<RoomHandle>(next_handle_++ << 16 | static_cast<std::uint64_t>(self_));
  room.config = answer.config;
  room.config_version = config_version_;
  room.shares.resize(config_.shards);
  by_handle_.emplace(room.handle, &room);
  if (room.name == kStatsRoom) stats_room_ = &room;
  TouchIdle(room, now);
  engine_.Top(Await(room, Opening{}), room.name, room.config->keep, now);
  return &room;
}

Engine::Ticket HomeRooms::Await(HomeRoom& room, decltype(Pending::what) what) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(pending_.size()));
    pending_.emplace_back();
  }
  const std::uint32_t slot = free_.back();
  free_.pop_back();
  pending_[slot] = {room.handle, std::move(what)};
  ++room.asked;
  return static_cast<Engine::Ticket>(slot);
}

// ---- Joining
// ---------------------------------------------------------------------------------------

void HomeRooms::OnJoin(JoinRoom join, Now now) {
  Failure failure;
  HomeRoom* room = Open(join.room, now, failure);
  if (room == nullptr) return Refuse(join, std::move(failure));
  if (!room->opened) {
    if (!MayWait(*room)) return Refuse(join, TooManyWait());
    room->Wait(std::move(join));
    return;
  }
  const std::uint32_t capacity = room->config->capacity;
  if (capacity > 0 && room->members >= capacity && !join.watch) {
    return Refuse(join, {ErrorCode::kRoomFull,
                         "the room has " + std::to_string(room->members) +
                             " members, the most is " + std::to_string(capacity),
                         1s});
  }
  if (std::holds_alternative<std::monostate>(join.since)) {
    return Admit(*room, join, Verdict::kLive, room->top.offset, now);
  }
  Engine::Range range;
  range.bytes_max = 1;
  if (const auto* position = std::get_if<Position>(&join.since)) {
    if (position->epoch == room->top.epoch)
      range.after = std::min(position->offset, room->top.offset);
  } else if (const auto* count = std::get_if<LastCount>(&join.since)) {
    range.after = room->top.offset -
                  std::min<std::uint64_t>(room->top.offset, static_cast<std::uint32_t>(*count));
  } else if (const auto* ms = std::get_if<LastMs>(&join.since)) {
    const auto span = std::min<std::uint64_t>(static_cast<std::uint64_t>(*ms), INT64_MAX / 1000);
    const auto age = Duration(static_cast<std::int64_t>(span) * 1000);
    if (age < now.instant - Instant()) range.not_before = now.instant - age;
  }
  const Engine::Ticket ticket = Await(*room, Recovering{std::move(join)});
  engine_.Read(ticket, room->name, range, now);
}

void HomeRooms::AnswerJoin(HomeRoom& room, const JoinRoom& join, Verdict verdict,
                           std::uint64_t start) {
  JoinAnswer answer;
  answer.session = join.session;
  answer.request = join.request;
  answer.room = room.name;
  answer.handle = room.handle;
  answer.top = room.top;
  answer.verdict = verdict;
  answer.start = start;
  answer.user = join.user;
  answer.number = join.number;
  answer.interest = join.interest;
  if (join.watch) {
    EnterWatch(room, join, answer);
  } else {
    ++room.shares[static_cast<std::size_t>(join.session.shard)].members;
    ++room.members;
    events_.OnJoined(verdict);
    EnterPresence(room, join, answer);
  }
  courier_.Send(join.session.shard, std::move(answer));
}

void HomeRooms::Admit(HomeRoom& room, const JoinRoom& join, Verdict verdict, std::uint64_t start,
                      Now now) {
  if (!join.watch) OpenForAll(room, now);
  AnswerJoin(room, join, verdict, start);
  if (join.watch) return;
  Tell(room, {Lifecycle::Kind::kMemberJoined}, {&join.number, join.user}, now);
}

void HomeRooms::Refuse(const JoinRoom& join, Failure failure) {
  JoinAnswer answer;
  answer.session = join.session;
  answer.request = join.request;
  answer.room = join.room;
  answer.refused = true;
  answer.failure = std::move(failure);
  courier_.Send(join.session.shard, std::move(answer));
}

void HomeRooms::OnLeave(const LeaveRoom& leave, Now now) {
  HomeRoom* room = Find(leave.handle);
  if (room == nullptr) return;
  if (leave.by_stream) return LeaveWatch(*room, leave, now);
  --room->shares[static_cast<std::size_t>(leave.session.shard)].members;
  --room->members;
  LeavePresence(*room, leave, now);
  Tell(*room, {Lifecycle::Kind::kMemberLeft}, {&leave.number, leave.user}, now);
  if (room->members > 0) return;
  CloseIfOver(*room, now);
  if (IsHeld(*room) && !room->open) return;
  IsNeeded(*room, now) ? TouchIdle(*room, now) : LetGo(*room, now);
}

void HomeRooms::OnEndRoom(const EndRoom& order, Tallies& tallies) {
  const TallyRef tally = tallies.Open(order.call);
  if (const HomeRoom* room = rooms_.Find(order.room)) {
    for (std::size_t shard = 0; shard < room->shares.size(); ++shard) {
      if (room->shares[shard].members == 0) continue;
      tallies.Expect(tally);
      courier_.Send(static_cast<ShardId>(shard),
                    UserMail(OrderEndRoom{room->handle, order.words, tally}));
    }
  }
  tallies.Add(tally, 0);
}

// ---- Publishing
// ------------------------------------------------------------------------------------

void HomeRooms::OnPublish(PublishToRoom&& publish, Now now) {
  Failure failure;
  HomeRoom* room = Open(publish.room, now, failure);
  if (room == nullptr) return Refuse(publish.origin, std::move(failure));
  if (!room->opened) {
    if (!MayWait(*room)) return Refuse(publish.origin, TooManyWait());
    room->Wait(std::move(publish));
    return;
  }
  if (room->config->may_publish == Who::kNobody && !IsFromHub(publish.origin)) {
    return Refuse(publish.origin,
                  {ErrorCode::kPermissionDenied, "nobody may publish in this room"});
  }
  if (auto fault = FaultOf(publish)) return Refuse(publish.origin, std::move(*fault));
  if (publish.counter != 0 && IsRepeated(*room, publish, now)) return;
  if (auto wait = TakeFromRate(*room, now)) return Refuse(publish.origin, *std::move(wait));
  Publish(*room, publish, now);
}

std::optional<Failure> HomeRooms::TakeFromRate(HomeRoom& room, Now now) {
  const std::uint32_t per_second = room.config->publishes_per_second;
  if (per_second == 0) return std::nullopt;
  if (!room.rate) {
    room.rate = std::make_unique<TokenBucket>(per_second, std::max(room.config->publish_burst, 1u),
                                              now.instant);
  }
  if (room.rate->Take(now.instant)) return std::nullopt;
  return Failure{ErrorCode::kTooManyRequests,
                 "the room takes " + std::to_string(per_second) + " publishes a second",
                 room.rate->Wait(now.instant)};
}

bool HomeRooms::IsRepeated(HomeRoom& room, const PublishToRoom& publish, Now now) {
  for (Pending& pending : pending_) {
    auto* appending = std::get_if<Appending>(&pending.what);
    if (appending == nullptr || pending.room != room.handle) continue;
    if (appending->producer == publish.producer && appending->counter == publish.counter &&
        appending->by_key == publish.by_key) {
      appending->repeated.push_back(publish.origin);
      return true;
    }
  }
  if (!publish.by_key && !room.dedupe) return false;
  const Dedupe::Answer seen =
      publish.by_key ? keys_.Check(KeyIn(room, publish.producer), publish.counter, now.instant)
                     : room.dedupe->Check(publish.producer, publish.counter, now.instant);
  switch (seen.verdict) {
    case Dedupe::Verdict::kNew:
      return false;
    case Dedupe::Verdict::kDuplicate:
      AnswerPublish(publish.origin, {room.top.epoch, seen.offset}, true);
      return true;
    case Dedupe::Verdict::kTooOld:
      Refuse(publish.origin, {ErrorCode::kStalePublishId, "the counter is too far below others"});
      return true;
  }
  return false;
}

void HomeRooms::Publish(HomeRoom& room, const PublishToRoom& publish, Now now) {
  OpenForAll(room, now);
  room.last_published_at = now.wall;
  std::vector<Tag> tags;
  tags.reserve(publish.tags.size());
  for (const auto& [name, value] : publish.tags) tags.push_back({name, value});
  const Publication publication = AsPublication(publish, tags, now);
  if (!publish.ephemeral) {
    const Engine::Ticket ticket = Await(
        room, Appending{publish.origin, publish.producer, publish.counter, publish.by_key, {}});
    engine_.Append(ticket, room.name, room.config->keep, publication, now);
    return;
  }
  scratch_.clear();
  AppendPublicationEntry(scratch_, publication);
  AddToTurn(room, scratch_, 0);
  Engine::Answer answer;
  answer.top = {room.top.epoch, 0};
  OnAppended(room, Appending{publish.origin, publish.producer, publish.counter, publish.by_key, {}},
             answer, now);
}

void HomeRooms::AnswerPublish(const PublishOrigin& origin, Position position, bool duplicate) {
  if (IsFromHub(origin)) return;
  if (const auto* call = std::get_if<BridgeCall>(&origin.from)) {
    events_.OnPublication(Events::Door::kBridge, duplicate);
    bridge_answers_.OnPublished(*call, {position, duplicate, false, {}});
    return;
  }
  events_.OnPublication(Events::Door::kWebSocket, duplicate);
  if (origin.request == 0) return;
  const SessionRef session = std::get<SessionRef>(origin.from);
  courier_.Send(session.shard,
                PublishAnswer{session, origin.request, position, duplicate, false, {}});
}

void HomeRooms::Refuse(const PublishOrigin& origin, Failure failure) {
  if (IsFromHub(origin)) return;
  if (const auto* call = std::get_if<BridgeCall>(&origin.from)) {
    bridge_answers_.OnPublished(*call, {{}, false, true, std::move(failure)});
    return;
  }
  const SessionRef session = std::get<SessionRef>(origin.from);
  courier_.Send(session.shard,
                PublishAnswer{session, origin.request, {}, false, true, std::move(failure)});
}

// ---- Batches
// ---------------------------------------------------------------------------------------

void HomeRooms::AddToTurn(HomeRoom& room, std::string_view entries, std::uint64_t offset) {
  if (room.turn == HomeRoom::kNoTurn) {
    if (turns_used_ == turns_.size()) turns_.emplace_back();
    room.turn = turns_used_++;
    turns_[room.turn].room = room.handle;
  }
  RoomTurn& turn = turns_[room.turn];
  if (turn.publications > 0 && turn.entries.size() + entries.size() > config_.recovery_page_bytes) {
    FlushRoom(room, turn);
  }
  turn.entries.append(entries);
  ++turn.publications;
  if (offset == 0) return;
  if (turn.first == 0) turn.first = offset;
  turn.last = offset;
}

void HomeRooms::FlushRoom(HomeRoom& room, RoomTurn& turn) {
  if (turn.publications == 0) return;
  if (room.members > 0 || room.streams) {
    head_.clear();
    AppendRoomBatchHead(head_, static_cast<std::uint64_t>(room.handle), turn.entries.size());
    const Batch batch{room.handle, turn.first, turn.last, turn.publications,
                      SharedBytes::Join(write_head_, {head_, turn.entries})};
    for (std::size_t shard = 0; shard < room.shares.size(); ++shard) {
      HomeRoom::ShardShare& share = room.shares[shard];
      if (share.members == 0 || share.missed) continue;
      if (courier_.TrySend(static_cast<ShardId>(shard), batch)) continue;
      // Told with Behind when there is room; until then nothing else, or the order would break.
      share.missed = true;
      missed_.push_back(room.handle);
    }
  }
  // A burst's memory is not kept.
  if (turn.entries.capacity() > config_.recovery_page_bytes) std::string().swap(turn.entries);
  turn.entries.clear();
  turn.first = turn.last = 0;
  turn.publications = 0;
}

bool HomeRooms::Flush() {
  for (std::uint32_t i = 0; i < turns_used_; ++i) {
    HomeRoom* room = Find(turns_[i].room);
    if (room == nullptr) continue;
    FlushRoom(*room, turns_[i]);
    room->turn = HomeRoom::kNoTurn;
  }
  turns_used_ = 0;
  if (turns_.size() > kTurnsKept) turns_.resize(kTurnsKept);
  std::vector<RoomHandle> still;
  for (const RoomHandle handle : missed_) {
    HomeRoom* room = Find(handle);
    if (room != nullptr && TellMissed(*room)) still.push_back(handle);
  }
  missed_ = std::move(still);
  return !missed_.empty();
}

bool HomeRooms::TellMissed(HomeRoom& room) {
  bool missed = false;
  for (std::size_t shard = 0; shard < room.shares.size(); ++shard) {
    HomeRoom::ShardShare& share = room.shares[shard];
    if (!share.missed) continue;
    share.missed = share.members > 0 && !courier_.TrySend(static_cast<ShardId>(shard),
                                                          Behind{room.handle, room.top.offset});
    missed = missed || share.missed;
  }
  const auto presence = missed_presence_.find(room.handle);
  if (presence == missed_presence_.end()) return missed;
  if (!PostPresence(room, presence->second)) return true;
  missed_presence_.erase(presence);
  return missed;
}

// ---- Another config
// --------------------------------------------------------------------------------

void HomeRooms::OnConfigChanged(Now now) {
  ++config_version_;
  config_changed_at_ = now;
}

HomeRoom& HomeRooms::UpToDate(HomeRoom& room) {
  if (room.config_version == config_version_) return room;
  room.config_version = config_version_;
  const NamespaceConfig& config = *config_.FindNamespace(NamespaceOf(room.name));
  room.config = &config;
  engine_.SetKeep(room.name, config.keep, config_changed_at_);
  if (config.publishes_per_second == 0) {
    room.rate.reset();
  } else if (room.rate) {
    room.rate->SetRate(config.publishes_per_second, std::max(config.publish_burst, 1u));
  }
  if (!room.presence) return room;
  if (config.presence.mode == PresenceInterest::kNone) {
    room.presence.reset();
    presence_due_.erase({room.presence_due, room.handle});
    room.presence_due = kNever;
  } else {
    room.presence->Reconfigure(config.presence);
    PresenceIsDue(room);
  }
  return room;
}

}  // namespace roomcast::hub
