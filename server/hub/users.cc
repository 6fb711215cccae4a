#include "server/hub/users.h"

#include <algorithm>
#include <utility>

#include "proto/protocol/room_name.h"
#include "server/hub/home.h"
#include "server/hub/publication_rules.h"

namespace roomcast::hub {
namespace {

// Rooms that one user is kept in.
constexpr std::size_t kKeptPerUser = 64;

}  // namespace

Users::Users(const HubConfig& config, Courier& courier, Tallies& tallies, Revocations& revocations,
             SessionDirectory& directory)
    : config_(config),
      courier_(courier),
      tallies_(tallies),
      revocations_(revocations),
      directory_(directory),
      kept_max_((kKeptRooms + config.shards - 1) / config.shards),
      budgets_(config),
      places_(0, KeyedHash{config.hash_key}),
      kept_(0, KeyedHash{config.hash_key}) {}

void Users::OnAdmit(const AdmitSession& ask, Now now) {
  SessionAdmitted answer{ask.session, std::nullopt, {}};
  const auto refuse = [&](DisconnectCode code, std::string reason) {
    answer.refused = LastWords{code, std::move(reason), {}};
    courier_.Send(ask.session.shard, UserMail(std::move(answer)));
  };
  if (revocations_.Covers(ask.user, ask.token_issued_at, now)) {
    return refuse(DisconnectCode::kByOperator, "the user's tokens were revoked");
  }
  std::vector<Place>& places = places_[ask.user];
  const auto same = std::find_if(places.begin(), places.end(),
                                 [&](const Place& place) { return place.number == ask.number; });
  if (same != places.end()) {
    // It came back before its last connection was heard to end.
    same->session = ask.session;
  } else if (config_.sessions_per_user > 0 && places.size() >= config_.sessions_per_user) {
    return refuse(DisconnectCode::kTooManyConnections,
                  "the user has " + std::to_string(places.size()) + " sessions, which is the most");
  } else {
    places.push_back({ask.session, ask.number});
  }
  if (const auto kept = kept_.find(ask.user); kept != kept_.end()) answer.rooms = kept->second;
  courier_.Send(ask.session.shard, UserMail(std::move(answer)));
}

void Users::OnGone(const SessionGone& gone) {
  const auto found = places_.find(gone.user);
  if (found == places_.end()) return;
  std::erase_if(found->second, [&](const Place& place) { return place.session == gone.session; });
  if (found->second.empty()) places_.erase(found);
}

void Users::OnSpent(const UserSpent& spent, Now now) {
  if (config_.user_rate_factor == 0) return;
  const HoldUser hold{spent.user, budgets_.Spend(spent, now.instant)};
  if (hold.wait == decltype(hold.wait){}) return;
  std::vector<ShardId> shards{spent.shard};
  for (const SessionRef& session : SessionsOf(spent.user)) shards.push_back(session.shard);
  std::sort(shards.begin(), shards.end());
  shards.erase(std::unique(shards.begin(), shards.end()), shards.end());
  for (const ShardId shard : shards) courier_.Send(shard, UserMail(hold));
}

std::vector<SessionRef> Users::SessionsOf(std::string_view user) const {
  std::vector<SessionRef> sessions;
  if (const auto found = places_.find(user); found != places_.end()) {
    for (const Place& place : found->second) sessions.push_back(place.session);
  } else if (const auto number = ParseSessionId(user)) {
    if (const auto holder = directory_.HolderOf(*number)) sessions.push_back(*holder);
  }
  return sessions;
}

void Users::OnEnd(const EndUser& order, Now now) {
  if (order.revoke) {
    if (!revocations_.HasRoomFor(order.user, now)) {
      return tallies_.Refuse(
          order.call, {ErrorCode::kLimitExceeded, "the hub knows as many revocations as it may, " +
                                                      std::to_string(config_.revocations_max)});
    }
    for (std::size_t shard = 0; shard < config_.shards; ++shard) {
      courier_.Send(static_cast<ShardId>(shard), UserMail(RevokeTokens{*order.revoke}));
    }
    // At once for those that are about to be admitted here.
    revocations_.Add(*order.revoke, now);
  }
  const auto number = ParseSessionId(order.user);
  if (number && places_.find(order.user) == places_.end()) {
    return directory_.OnEndByOrder({order.call, *number, order.words}, now);
  }
  const TallyRef tally = tallies_.Open(order.call);
  for (const SessionRef& session : SessionsOf(order.user)) {
    tallies_.Expect(tally);
    courier_.Send(session.shard, UserMail(OrderEnd{session, order.words, tally}));
  }
  if (AfterCloseCode(static_cast<std::uint32_t>(order.words.code)) == AfterClose::kStop) {
    for (std::size_t shard = 0; shard < config_.shards; ++shard) {
      tallies_.Expect(tally);
      courier_.Send(static_cast<ShardId>(shard), UserMail(ForgetParked{order.user, tally}));
    }
  }
  tallies_.Add(tally, 0);
}

bool Users::Keep(const std::string& user, const KeptRoom& room) {
  std::vector<KeptRoom>& rooms = kept_[user];
  for (KeptRoom& kept : rooms) {
    if (kept.name != room.name) continue;
    kept = room;
    return true;
  }
  if (rooms.size() >= kKeptPerUser || kept_rooms_ >= kept_max_) {
    if (rooms.empty()) kept_.erase(user);
    return false;
  }
  rooms.push_back(room);
  ++kept_rooms_;
  return true;
}

void Users::OnJoin(const JoinUser& order) {
  NamespaceAnswer found = FindNamespaceOf(config_, order.room.name);
  if (found.config == nullptr) return tallies_.Refuse(order.call, std::move(found.failure));
  if (IsHubsOwn(order.room.name)) {
    return tallies_.Refuse(order.call, {ErrorCode::kPermissionDenied, "the room is the hub's own"});
  }
  if (found.config->may_join == Who::kNobody) {
    return tallies_.Refuse(order.call, {ErrorCode::kPermissionDenied, "nobody may join this room"});
  }
  if (order.room.member_data.size() > config_.member_data_bytes) {
    return tallies_.Refuse(
        order.call, {ErrorCode::kTooLarge,
                     "member data has " + std::to_string(order.room.member_data.size()) +
                         " bytes, the most is " + std::to_string(config_.member_data_bytes)});
  }
  if (order.keep && !Keep(order.user, order.room)) {
    return tallies_.Refuse(
        order.call, {ErrorCode::kLimitExceeded, "users are kept in as many rooms as they may be"});
  }
  const TallyRef tally = tallies_.Open(order.call);
  for (const SessionRef& session : SessionsOf(order.user)) {
    tallies_.Expect(tally);
    courier_.Send(session.shard, UserMail(OrderJoin{session, order.room, tally}));
  }
  tallies_.Add(tally, 0);
}

void Users::OnLeave(const LeaveUser& order) {
  NamespaceAnswer found = FindNamespaceOf(config_, order.room);
  if (found.config == nullptr) return tallies_.Refuse(order.call, std::move(found.failure));
  if (const auto kept = kept_.find(order.user); kept != kept_.end()) {
    kept_rooms_ -=
        std::erase_if(kept->second, [&](const KeptRoom& room) { return room.name == order.room; });
    if (kept->second.empty()) kept_.erase(kept);
  }
  const TallyRef tally = tallies_.Open(order.call);
  for (const SessionRef& session : SessionsOf(order.user)) {
    tallies_.Expect(tally);
    courier_.Send(session.shard,
                  UserMail(OrderLeave{session, order.room, order.code, order.reason, tally}));
  }
  tallies_.Add(tally, 0);
}

}  // namespace roomcast::hub
