#include "server/hub/joiner.h"

#include <algorithm>

#include "proto/protocol/limits.h"
#include "proto/protocol/room_name.h"
#include "server/hub/home.h"
#include "server/hub/publication_rules.h"

namespace roomcast::hub {
namespace {

// What the session had of the room before its connection was lost; nullptr: it was not in it.
const ParkedRoom* FindFormer(const Session& session, std::string_view room) {
  if (!session.greeting) return nullptr;
  for (const ParkedRoom& former : session.greeting->former_rooms) {
    if (former.name == room) return &former;
  }
  return nullptr;
}

}  // namespace

std::optional<Failure> Joiner::Ask(Session& session, const Join& join, std::uint32_t request,
                                   Now now, const RoomTokenRights& given) {
  NamespaceAnswer found = FindNamespaceOf(config_, join.room.view);
  if (found.config == nullptr) return std::move(found.failure);
  PendingJoin pending{request, std::string(join.room.view), std::string(join.member_data.view),
                      given,   PresenceInterest::kNone,     std::nullopt};
  FillIn(session, pending, now);
  if (!join.token.view.empty()) {
    auto failure =
        credentials_.ReadRoomToken(session, join.room.view, join.token.view, now, pending.token);
    if (failure) return failure;
  }
  Rights rights = credentials_.RightsOf(session, join.room.view);
  rights |= pending.token.rights;
  if (!credentials_.MayJoin(session, join.room.view, rights)) {
    return Failure{ErrorCode::kPermissionDenied, "the session may not join this room"};
  }
  if (auto failure = CheckMemberData(join.member_data.view)) return failure;
  pending.interest = InterestOf(session, join, rights);
  return Send(session, join, std::move(pending));
}

PresenceInterest Joiner::InterestOf(const Session& session, const Join& join,
                                    const Rights& rights) const {
  const NamespaceConfig* config = config_.FindNamespace(NamespaceOf(join.room.view));
  if (config == nullptr ||
      !IsAllowed(config->may_see_presence, session, /*is_member=*/true, rights.presence)) {
    return PresenceInterest::kNone;
  }
  return std::min(join.presence, config->presence.mode);
}

std::optional<Failure> Joiner::AskAgain(Session& session, const Join& join, std::uint32_t request,
                                        Now now, bool& asks) {
  asks = false;
  const std::string_view room = join.room.view;
  const std::string_view data = join.member_data.view;
  if (auto failure = CheckMemberData(data)) return failure;
  Membership& place = *rooms_.PlaceOf(session, room);
  if (!join.token.view.empty()) {
    RoomTokenRights token;
    if (auto failure = credentials_.ReadRoomToken(session, room, join.token.view, now, token)) {
      return failure;
    }
    place.MutableExtras().token = token;
    credentials_.Watch(session, token);
  }
  const PresenceInterest interest = InterestOf(session, join, credentials_.RightsOf(session, room));
  const bool new_data = !data.empty() && data != place.member_data();
  asks = new_data || interest != PresenceInterest::kNone || interest != place.interest;
  if (!asks) return std::nullopt;
  const RoomHandle handle = rooms_.Find(session, room)->handle;
  if (!courier_.TrySend(HomeOf(handle),
                        RejoinRoom{session.ref, request, std::string(room), handle, session.user,
                                   std::string(data), place.interest, interest})) {
    return Failure{ErrorCode::kOverloaded, "the room's shard is busy", 100ms};
  }
  rooms_.SetInterest(session, room, interest);
  if (new_data) place.MutableExtras().member_data = data;
  session.joins.push_back({request, std::string(room), {}, {}, interest, std::nullopt});
  return std::nullopt;
}

void Joiner::FillIn(const Session& session, PendingJoin& pending, Now now) const {
  if (const ParkedRoom* former = FindFormer(session, pending.room)) {
    if (pending.member_data.empty()) pending.member_data = former->member_data;
    if (now.instant < former->token.until) pending.token = former->token;
  }
  if (pending.member_data.empty()) pending.member_data = session.info;
}

std::optional<Failure> Joiner::CheckMemberData(std::string_view data) const {
  if (data.size() <= config_.member_data_bytes) return std::nullopt;
  return Failure{ErrorCode::kTooLarge, "member data has " + std::to_string(data.size()) +
                                           " bytes, the most is " +
                                           std::to_string(config_.member_data_bytes)};
}

bool Joiner::AskByOrder(Session& session, const KeptRoom& room, const TallyRef& tally, Now now) {
  PendingJoin pending{0, room.name, room.member_data, {}, PresenceInterest::kNone, tally};
  FillIn(session, pending, now);
  pending.token.rights.join = true;
  if (session.greeting) {
    pending.request = static_cast<std::uint32_t>(session.greeting->answers.size());
  }
  Join join;
  join.room = room.name;
  if (Send(session, join, std::move(pending))) return false;
  if (session.greeting) {
    session.greeting->answers.emplace_back();
    ++session.greeting->unanswered;
  }
  return true;
}

bool Joiner::IsOrdered(const Session& session, const JoinAnswer& answer) {
  return std::any_of(session.joins.begin(), session.joins.end(), [&](const PendingJoin& join) {
    return join.room == answer.room && join.request == answer.request && join.order;
  });
}

std::optional<Failure> Joiner::Send(Session& session, const Join& join, PendingJoin pending) {
  if (session.rooms.size() + session.joins.size() >= config_.rooms_per_connection) {
    return Failure{ErrorCode::kLimitExceeded, "the session is in " +
                                                  std::to_string(config_.rooms_per_connection) +
                                                  " rooms, which is the most"};
  }
  JoinRoom ask;
  ask.session = session.ref;
  ask.request = pending.request;
  ask.room = join.room.view;
  ask.since = join.since;
  ask.on_lost = join.on_lost;
  ask.user = session.user;
  ask.member_data = pending.member_data;
  ask.interest = pending.interest;
  ask.number = session.number;
  credentials_.Watch(session, pending.token);
  session.joins.push_back(std::move(pending));
  const ShardId home = HomeShardOf(config_, ask.room);
  if (courier_.TrySend(home, std::move(ask))) return std::nullopt;
  session.joins.pop_back();
  return Failure{ErrorCode::kOverloaded, "the room's shard is busy", 100ms};
}

bool Joiner::IsUnderWay(const Session& session, std::string_view room) {
  return std::any_of(session.joins.begin(), session.joins.end(),
                     [&](const PendingJoin& join) { return join.room == room; });
}

void Joiner::Settle(Session& session, const JoinAnswer& answer) {
  const auto asked =
      std::find_if(session.joins.begin(), session.joins.end(), [&](const PendingJoin& join) {
        return join.request == answer.request && join.room == answer.room;
      });
  if (asked == session.joins.end()) return;
  PendingJoin join = std::move(*asked);
  session.joins.erase(asked);
  if (session.joins.empty()) session.joins = {};
  if (join.order) {
    courier_.Send(join.order->shard, UserMail(Counted{*join.order, answer.refused ? 0u : 1u}));
  }
  std::vector<OrderLeave> leaves = std::move(join.leaves);
  if (!answer.again && !answer.refused) rooms_.Add(session, answer, std::move(join));
  for (OrderLeave& leave : leaves) {
    courier_.Send(session.ref.shard, UserMail(std::move(leave)));
  }
}

RoomPolicy Joiner::PolicyOf(const Session& session, std::string_view room) const {
  const NamespaceConfig* config = config_.FindNamespace(NamespaceOf(room));
  RoomPolicy policy;
  if (config == nullptr) return policy;
  policy.delivery = config->delivery;
  const Rights rights = credentials_.RightsOf(session, room);
  policy.may_publish =
      !IsHubsOwn(room) && IsAllowed(config->may_publish, session, true, rights.publish);
  policy.may_read_history = IsAllowed(config->may_read_history, session, true, rights.history);
  policy.presence = config->presence.mode;
  if (!IsAllowed(config->may_see_presence, session, true, rights.presence)) {
    policy.presence = PresenceInterest::kNone;
  }
  policy.keeps_history = config->KeepsHistory();
  return policy;
}

Joined Joiner::ToJoined(const Session& session, const JoinAnswer& answer) const {
  Joined joined;
  if (answer.again) {
    if (const auto standing = rooms_.Find(session, answer.room)) {
      joined = Again(session, answer.room, *standing);
    }
    if (answer.presence) joined.presence = answer.presence->ToSnapshot();
    return joined;
  }
  joined.room = answer.room;
  joined.handle = static_cast<std::uint64_t>(answer.handle);
  joined.position = answer.top;
  joined.verdict = answer.verdict;
  joined.start = answer.start;
  joined.policy = PolicyOf(session, answer.room);
  if (answer.presence) joined.presence = answer.presence->ToSnapshot();
  return joined;
}

Joined Joiner::Again(const Session& session, std::string_view room,
                     const LocalRooms::Standing& standing) const {
  Joined joined;
  joined.room = room;
  joined.handle = static_cast<std::uint64_t>(standing.handle);
  joined.position = standing.top;
  joined.start = standing.cursor;
  joined.policy = PolicyOf(session, room);
  return joined;
}

}  // namespace roomcast::hub
