#include <algorithm>

#include "client-wasm/core/client_core.h"
#include "proto/protocol/limits.h"
#include "proto/protocol/room_name.h"
#include "proto/protocol/utf8.h"

// Rooms: how a wish becomes a membership, and stays one.

namespace roomcast::client {

const Room* ClientCore::FindRoom(RoomId id) const {
  const auto at = std::lower_bound(rooms_.begin(), rooms_.end(), id,
                                   [](const auto& room, RoomId v) { return room->id() < v; });
  return at != rooms_.end() && (*at)->id() == id ? at->get() : nullptr;
}

Room* ClientCore::FindRoom(RoomId id) {
  return const_cast<Room*>(static_cast<const ClientCore*>(this)->FindRoom(id));
}

RoomState ClientCore::room_state(RoomId id) const {
  const Room* room = FindRoom(id);
  return room == nullptr ? RoomState::kLeft : StateOf(room->phase());
}

std::string_view ClientCore::RoomName(RoomId id) const {
  const Room* room = FindRoom(id);
  return room == nullptr ? std::string_view() : room->name();
}

std::optional<Position> ClientCore::position(RoomId id) const {
  const Room* room = FindRoom(id);
  return room == nullptr ? std::nullopt : room->position();
}

bool ClientCore::TakeRoomStep(Room& room, RoomStep step) {
  const RoomState before = StateOf(room.phase());
  if (!room.Take(step)) return false;
  const RoomState after = StateOf(room.phase());
  if (after != before) effects_.Emit(RoomStateChanged{room.id(), after, before});
  return true;
}

Room& ClientCore::RoomNamed(std::string_view name) {
  for (const auto& room : rooms_) {
    if (room->name() == name) return *room;
  }
  last_room_ = static_cast<RoomId>(static_cast<std::uint32_t>(last_room_) + 1);
  return *rooms_.emplace_back(std::make_unique<Room>(last_room_, name));
}

RoomId ClientCore::OpenRoom(const Now& now, std::string_view name) {
  Begin(now);
  RoomId id = kNoRoom;
  const RoomNameFault fault = CheckRoomName(name);
  if (fault != RoomNameFault::kNone) {
    effects_.Emit(Problem{kNoRoom, FaultOf(ErrorCode::kBadRoomName, Describe(fault))});
  } else {
    id = RoomNamed(name).id();
  }
  Finish();
  return id;
}

void ClientCore::ReleaseRoom(const Now& now, RoomId id) {
  Begin(now);
  if (Room* room = FindRoom(id)) {
    if (phase_ == Phase::kLive && room->phase() > RoomPhase::kOffline) SendLeave(kNoCall, *room);
    LeaveRoom(*room);
    std::erase_if(rooms_, [id](const auto& r) { return r->id() == id; });
  }
  Finish();
}

CallId ClientCore::Join(const Now& now, RoomId id, const JoinOptions& options) {
  Begin(now);
  Room* room = FindRoom(id);
  CallId call = RefuseOutside(id, room);
  if (call == kNoCall) call = RefuseMemberData(id, options.member_data);
  if (call == kNoCall && (options.token.size() > kTokenBytesMax || !IsUtf8(options.token))) {
    call = RefuseAtOnce(id, TooLarge("the token is not UTF-8 of at most 8192 bytes"));
  }
  if (call == kNoCall) {
    room->SetOptions(options);
    call = AddRequest(Request::Kind::kJoin, id);
    if (room->asked() != kNoCall && room->has_new_token() &&
        Elapsed(room->asked_at(), now_) < kCallTimeout) {
      // The answer to the Join under way is not the answer to this one, which follows it.
    } else if (room->phase() == RoomPhase::kMember && room->has_news()) {
      SendJoin(*room);
    } else if (room->phase() == RoomPhase::kMember && room->asked() == kNoCall) {
      SettleAll(Request::Kind::kJoin, id, Outcome::kDone, {});
    } else if (room->asked() != kNoCall) {
      requests_.MarkSent(Request::Kind::kJoin, id, room->asked_at());
    } else if (TakeRoomStep(*room, RoomStep::kWant) && phase_ == Phase::kLive) {
      SendJoin(*room);
    }
  }
  Finish();
  return call;
}

CallId ClientCore::Leave(const Now& now, RoomId id) {
  Begin(now);
  Room* room = FindRoom(id);
  CallId call = RefuseOutside(id, room);
  if (call == kNoCall) {
    const bool hub_knows = phase_ == Phase::kLive && room->phase() > RoomPhase::kOffline;
    LeaveRoom(*room);
    call = AddRequest(Request::Kind::kLeave, id);
    if (hub_knows) {
      requests_.MarkSent(Request::Kind::kLeave, id, now_);
      SendLeave(call, *room);
    } else if (const std::optional<Request> request = requests_.Take(call)) {
      Settle(*request, Outcome::kDone, {});
    }
  }
  Finish();
  return call;
}

void ClientCore::SendJoin(Room& room) {
  const CallId asked = NextCall();
  TakeRoomStep(room, RoomStep::kAsk);
  room.OnAsked(asked, now_);
  SendBody(asked, room.MakeJoin());
  requests_.MarkSent(Request::Kind::kJoin, room.id(), now_);
}

void ClientCore::SendLeave(CallId call, const Room& room) {
  SendBody(call, roomcast::Leave{room.name()});
}

void ClientCore::LeaveRoom(Room& room) {
  if (!TakeRoomStep(room, RoomStep::kUnwant)) return;
  if (connection_) connection_->RemoveRoom(room.id());
  effects_.Emit(RoomLeft{room.id(), {}});
  SettleAll(Request::Kind::kJoin, room.id(), Outcome::kAborted, FaultOf(ClientCode::kLeft));
}

void ClientCore::OnJoinRefused(Room& room, const Error& error) {
  const Fault fault = Kept(FaultOf(error));
  if (room.phase() == RoomPhase::kMember) {
    SettleJoins(room.id(), Outcome::kRefused, fault);
    if (room.has_new_token()) return SendJoin(room);
    return room.TakeBackOptions();
  }
  if (error.temporary && room.was_member()) {
    effects_.Emit(Problem{room.id(), fault});
    return PutOff(room, fault.retry_after);
  }
  if (room.has_new_token()) {
    SettleJoins(room.id(), Outcome::kRefused, fault);
    return SendJoin(room);
  }
  if (room.in_doubt()) SendLeave(kNoCall, room);
  TakeRoomStep(room, RoomStep::kRefused);
  effects_.Emit(RoomLeft{room.id(), fault});
  SettleAll(Request::Kind::kJoin, room.id(), Outcome::kRefused, fault);
}

void ClientCore::PutOff(Room& room, Duration at_least) {
  TakeRoomStep(room, RoomStep::kPutOff);
  room.PauseUntil(now_, at_least, random_.Next());
}

void ClientCore::RunRoomDeadlines() {
  if (phase_ != Phase::kLive) return;
  for (const auto& room : rooms_) {
    if (room->phase() == RoomPhase::kAsked && Elapsed(room->asked_at(), now_) >= kCallTimeout) {
      effects_.Emit(Problem{room->id(), FaultOf(ClientCode::kTimeout)});
      PutOff(*room, {});
      room->OnUnanswered();
    }
    if (now_.instant < room->retry_at()) continue;
    room->phase() == RoomPhase::kPause ? SendJoin(*room) : AskPresence(*room, {});
  }
}

bool ClientCore::ApplyJoined(Room& room, const Joined& joined) {
  if (room.phase() == RoomPhase::kMember) {
    // Reading goes on where it is.
    room.OnAgreed();
    if (joined.presence) ShowPresence(room, *joined.presence);
    SettleJoins(room.id(), Outcome::kDone, {});
    if (room.has_new_token()) SendJoin(room);
    return true;
  }
  const bool again = room.was_member();
  const std::optional<Room::Start> start = room.OnJoined(joined, now_);
  if (!start || joined.room.view != room.name()) {
    ProtocolError(ClientCode::kBadFrame, "a Joined that makes no sense");
    return false;
  }
  connection_->AddHandle(joined.handle, room.id());
  TakeRoomStep(room, RoomStep::kJoined);
  if (start->verdict == Verdict::kLost) ++stats_.gaps;
  effects_.Emit(RoomJoined{room.id(), start->verdict, again, start->recovered, *joined.position,
                           room.position()->offset, start->replayed,
                           joined.policy.value_or(RoomPolicy{})});
  if (joined.presence) ShowPresence(room, *joined.presence);
  SettleJoins(room.id(), Outcome::kDone, {});
  // What was asked for while the Join was under way.
  if (room.has_news()) SendJoin(room);
  return true;
}

void ClientCore::ShowPresence(Room& room, const PresenceSnapshot& snapshot) {
  room.presence().version = snapshot.version;
  // More than fits: empty, and to be asked for.
  const bool whole = !room.wants_members() || !snapshot.users.empty() || snapshot.user_count == 0;
  if (whole) TellPresence(room, snapshot, /*first=*/true, /*last=*/true);
  if (!whole) AskPresence(room, {});
}

bool ClientCore::ApplyUnasked(const Joined& joined) {
  const std::string_view name = joined.room.view;
  // The user's own room is there for who asks for it. A hub that tells of ever more rooms is not
  // believed.
  if (IsHubsOwn(name) || CheckRoomName(name) != RoomNameFault::kNone) return true;
  if (rooms_.size() >= kRoomsPerConnection) return true;
  Room& room = RoomNamed(name);
  // Where it was asked for, the answer says the same.
  if (room.phase() != RoomPhase::kOut) return true;
  effects_.Emit(RoomOpened{room.id(), effects_.Keep(name)});
  room.SetOptions({});
  TakeRoomStep(room, RoomStep::kWant);
  TakeRoomStep(room, RoomStep::kAsk);
  return ApplyJoined(room, joined);
}

void ClientCore::ApplyHelloJoin(const Connection::HelloJoin& asked, const JoinOutcome& outcome) {
  Room* room = FindRoom(asked.room);
  const Joined* joined = std::get_if<Joined>(&outcome.outcome);
  if (room == nullptr || room->phase() != RoomPhase::kAsked || room->asked() != asked.asked) {
    // The wish ended before the hub knew of it.
    if (joined != nullptr) SendBody(kNoCall, roomcast::Leave{joined->room});
    return;
  }
  if (joined != nullptr) {
    ApplyJoined(*room, *joined);
  } else if (const Error* error = std::get_if<Error>(&outcome.outcome)) {
    OnJoinRefused(*room, *error);
  } else {
    PutOff(*room, {});
  }
}

}  // namespace roomcast::client
