#include "server/hub/watches.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "proto/protocol/frame.h"
#include "proto/protocol/limits.h"
#include "proto/protocol/room_name.h"
#include "server/hub/home.h"
#include "server/hub/publication_rules.h"

namespace roomcast::hub {
namespace {

// Tops of one message: a stream may read many rooms.
constexpr std::size_t kTopsMax = 1000;

// A prefix is a namespace, its colon, and how rooms of it go on; rooms of the default namespace
// have no colon and no prefix.
const Failure kReadAlready{ErrorCode::kBadRequest,
                           "the stream reads the room already, by a prefix"};

std::optional<Failure> FaultOfPrefix(const HubConfig& config, std::string_view prefix) {
  const std::size_t colon = prefix.find(':');
  if (colon == std::string_view::npos || prefix.size() > kRoomNameBytesMax) {
    return Failure{ErrorCode::kBadRequest, "a prefix begins with a whole namespace, as in `chat:`"};
  }
  const NamespaceConfig* space = config.FindNamespace(prefix.substr(0, colon));
  if (space == nullptr) {
    return Failure{ErrorCode::kUnknownNamespace, "there is no such namespace"};
  }
  if (space->may_join == Who::kNobody) {
    return Failure{ErrorCode::kPermissionDenied, "nobody may join these rooms"};
  }
  return std::nullopt;
}

}  // namespace

Session* Watches::On(ConnectionId id, const WatchInput& input, Now now) {
  if (std::holds_alternative<WatchOpen>(input)) Open(id, now);
  Session* session = sessions_.Find(id);
  if (session == nullptr || session->state == Session::State::kEnded) return session;
  if (const auto* add = std::get_if<WatchAdd>(&input)) {
    Add(*session, *add);
  } else if (const auto* remove = std::get_if<WatchRemove>(&input)) {
    Remove(*session, remove->id);
  } else if (const auto* refuse = std::get_if<WatchRefuse>(&input)) {
    RefuseAdd(*session, refuse->id, refuse->failure);
  } else if (std::holds_alternative<WatchClosed>(input)) {
    session->state = Session::State::kEnded;
  }
  return session;
}

void Watches::Open(ConnectionId id, Now now) {
  Session& session = sessions_.OpenStream(id);
  session.state = Session::State::kOpen;
  Say(session, {WatchOpened{config_.instance, Milliseconds(kWatchBeat)}});
  deadlines_.Schedule(session, now.instant + kWatchBeat);
}

void Watches::OnTime(Session& session, Now now) {
  deadlines_.Schedule(session, now.instant + kWatchBeat);
  // What waits already is news enough.
  if (session.over_soft) return;
  std::vector<Top> tops;
  do {
    tops = rooms_.TakeTops(session, kTopsMax);
    Say(session, {Tops{tops}});
  } while (tops.size() == kTopsMax && !session.over_soft);
}

// ---- What the backend asks for

void Watches::Add(Session& session, const WatchAdd& add) {
  WatchState& state = *session.watching;
  if (add.id == 0) {
    return RefuseAdd(session, add.id, {ErrorCode::kBadRequest, "a watch's id is above 0"});
  }
  if (state.by_id.contains(add.id)) {
    return RefuseAdd(session, add.id,
                     {ErrorCode::kBadRequest, "the stream has a watch of this id already"});
  }
  if (state.watches.size() + session.rooms.size() >= kWatchRoomsMax) {
    return RefuseAdd(
        session, add.id,
        {ErrorCode::kLimitExceeded,
         "the stream watches " + std::to_string(kWatchRoomsMax) + " rooms, which is the most"});
  }
  if (state.names.contains({add.by_prefix, add.name})) {
    return RefuseAdd(session, add.id,
                     {ErrorCode::kBadRequest, "the stream has a watch of the same already"});
  }
  if (!add.by_prefix && rooms_.Find(session, add.name)) {
    return RefuseAdd(session, add.id, kReadAlready);
  }
  const std::uint32_t request = state.next_request++;
  state.watches.emplace(request, WatchState::Watch{add.id, add.by_prefix, add.name, add.interest,
                                                   add.without_publications, RoomHandle{}});
  state.names.emplace(add.by_prefix, add.name);
  state.by_id.emplace(add.id, request);
  add.by_prefix ? AddPrefix(session, add, request) : AddRoom(session, add, request);
}

void Watches::AddRoom(Session& session, const WatchAdd& add, std::uint32_t request) {
  const NamespaceAnswer found = FindNamespaceOf(config_, add.name);
  if (found.config == nullptr) return End(session, request, &found.failure);
  if (found.config->may_join == Who::kNobody) {
    const Failure failure{ErrorCode::kPermissionDenied, "nobody may join this room"};
    return End(session, request, &failure);
  }
  JoinRoom ask;
  ask.session = session.ref;
  ask.request = request;
  ask.room = add.name;
  ask.since = add.since;
  ask.interest = add.interest;
  ask.watch = WatchTerms{add.id, add.lifecycle, /*by_prefix=*/false};
  if (courier_.TrySend(HomeShardOf(config_, add.name), std::move(ask))) return;
  const Failure failure{ErrorCode::kOverloaded, "the room's shard is busy", 100ms};
  End(session, request, &failure);
}

void Watches::AddPrefix(const Session& session, const WatchAdd& add, std::uint32_t request) {
  Session& self = *sessions_.Find(session.ref);
  if (auto failure = FaultOfPrefix(config_, add.name)) return End(self, request, &*failure);
  for (std::uint16_t shard = 0; shard < config_.shards; ++shard) {
    courier_.Send(static_cast<ShardId>(shard),
                  WatchPrefix{session.ref, request, add.id, add.name, add.interest, add.lifecycle,
                              add.without_publications && add.interest == PresenceInterest::kNone});
  }
}

void Watches::RefuseAdd(Session& session, std::uint32_t id, const Failure& failure) {
  SayLeft(session, id, RoomHandle{}, &failure);
}

void Watches::Remove(Session& session, std::uint32_t id) {
  const auto found = session.watching->by_id.find(id);
  if (found == session.watching->by_id.end()) return;  // it has ended by itself meanwhile
  End(session, found->second, nullptr);
}

void Watches::End(Session& session, std::uint32_t request, const Failure* failure) {
  WatchState& state = *session.watching;
  const auto found = state.watches.find(request);
  const WatchState::Watch watch = std::move(found->second);
  state.watches.erase(found);
  state.by_id.erase(watch.id);
  state.names.erase({watch.by_prefix, watch.name});
  if (watch.by_prefix) {
    EndPrefix(session, request);
  } else if (watch.handle != RoomHandle{}) {
    state.read_rooms.erase(watch.handle);
    rooms_.Remove(session, watch.name);
  }
  SayLeft(session, watch.id, RoomHandle{}, failure);
}

void Watches::EndPrefix(Session& session, std::uint32_t request) {
  for (std::uint16_t shard = 0; shard < config_.shards; ++shard) {
    courier_.Send(static_cast<ShardId>(shard), UnwatchPrefix{session.ref, request});
  }
  std::map<RoomHandle, std::uint32_t>& read = session.watching->read_rooms;
  rooms_.RemoveIf(session, [&](RoomHandle handle) {
    const auto found = read.find(handle);
    if (found == read.end() || found->second != request) return false;
    read.erase(found);
    return true;
  });
}

// ---- What homes say

void Watches::LeaveAtHome(const JoinAnswer& answer) {
  courier_.Send(HomeOf(answer.handle), LeaveAfter(answer));
}

void Watches::OnJoinAnswer(Session& session, const JoinAnswer& answer) {
  WatchState& state = *session.watching;
  const auto found = state.watches.find(answer.request);
  if (session.state == Session::State::kEnded || found == state.watches.end()) {
    if (!answer.refused) LeaveAtHome(answer);
    return;
  }
  if (answer.refused) return End(session, answer.request, &answer.failure);
  if (session.rooms.size() >= kWatchRoomsMax) {
    LeaveAtHome(answer);
    const Failure failure{ErrorCode::kLimitExceeded,
                          "the prefix has met more rooms than a stream "
                          "may read, " +
                              std::to_string(kWatchRoomsMax)};
    return End(session, answer.request, &failure);
  }
  WatchState::Watch& watch = found->second;
  if (state.read_rooms.contains(answer.handle)) {
    // A prefix met the room while the room's own watch was on its way, or the other way round.
    LeaveAtHome(answer);
    if (watch.by_prefix) return;
    return End(session, answer.request, &kReadAlready);
  }
  if (!watch.by_prefix) watch.handle = answer.handle;
  WatchJoined joined;
  joined.id = watch.id;
  joined.room = answer.room;
  joined.handle = static_cast<std::uint64_t>(answer.handle);
  joined.position = answer.top;
  joined.verdict = answer.verdict;
  joined.start = answer.start;
  if (answer.presence) joined.presence = answer.presence->ToSnapshot();
  Say(session, {joined});
  state.read_rooms.emplace(answer.handle, answer.request);
  PendingJoin join;
  join.interest = watch.interest;
  join.without_publications = watch.without_publications;
  rooms_.Add(session, answer, std::move(join));
}

Session* Watches::On(const WatchNews& news) {
  Session* session = sessions_.Find(news.session);
  if (session == nullptr || session->state == Session::State::kEnded ||
      !session->watching->watches.contains(news.request)) {
    return nullptr;
  }
  Push(*session, news.bytes);
  return session;
}

Session* Watches::On(const WatchedRoomGone& gone) {
  Session* session = sessions_.Find(gone.session);
  if (session == nullptr || session->state == Session::State::kEnded) return nullptr;
  const auto node = session->watching->read_rooms.extract(gone.handle);
  if (node.empty()) return nullptr;
  rooms_.RemoveIf(*session, [&](RoomHandle handle) { return handle == gone.handle; });
  const auto watch = session->watching->watches.find(node.mapped());
  if (watch != session->watching->watches.end()) {
    SayLeft(*session, watch->second.id, gone.handle, nullptr);
  }
  return session;
}

// ---- The end of a stream

void Watches::LetGo(Session& session) {
  if (session.state != Session::State::kEnded) {
    outbox_.Close(session.connection, DisconnectCode::kSlow, "the outbox is at its hard limit");
    events_.OnDisconnect(DisconnectCode::kSlow);
  }
  session.state = Session::State::kEnded;
  for (const auto& [request, watch] : session.watching->watches) {
    if (!watch.by_prefix) continue;
    for (std::uint16_t shard = 0; shard < config_.shards; ++shard) {
      courier_.Send(static_cast<ShardId>(shard), UnwatchPrefix{session.ref, request});
    }
  }
  rooms_.RemoveAll(session);
  sessions_.Remove(session);
}

void Watches::EndAll() {
  sessions_.ForEachStream([&](Session& session) {
    outbox_.Close(session.connection, DisconnectCode::kShutdown, "the hub is stopping");
    session.state = Session::State::kEnded;
  });
}

// ---- Words to a stream

void Watches::SayLeft(Session& session, std::uint32_t id, RoomHandle handle,
                      const Failure* failure) {
  WatchLeft left;
  left.id = id;
  left.handle = static_cast<std::uint64_t>(handle);
  if (failure != nullptr) {
    events_.OnError(failure->code);
    left.error =
        HubError{static_cast<std::uint32_t>(failure->code), Milliseconds(failure->retry_after),
                 failure->message, IsTemporary(failure->code)};
  }
  Say(session, {left});
}

void Watches::Say(Session& session, const WatchEvent& event) {
  scratch_.clear();
  AppendFrame(scratch_, event);
  Push(session, SharedBytes::Join(NoHead, {scratch_}));
}

void Watches::Push(Session& session, SharedBytes bytes) {
  const Outbox::Fill fill =
      outbox_.Push(session.connection, std::move(bytes), Outbox::Lane::kOrdered);
  if (fill == Outbox::Fill::kOverSoft || fill == Outbox::Fill::kOverHard) session.over_soft = true;
  if (fill == Outbox::Fill::kOverHard) session.overflowed = true;
}

}  // namespace roomcast::hub
