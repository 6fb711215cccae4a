#include "server/hub/credentials.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "proto/protocol/limits.h"
#include "proto/protocol/room_name.h"
#include "server/hub/access.h"

namespace roomcast::hub {
namespace {

// On the monotonic clock, from what the wall clock says is left. 0: never.
Instant UntilOf(WallTime expires, Now now) {
  if (Microseconds(expires) == 0) return kNever;
  // More than a century is as good as never, and cannot overflow.
  constexpr std::int64_t kCenturyUs = 100LL * 366 * 24 * 3600 * 1'000'000;
  const std::int64_t left = Microseconds(expires) - Microseconds(now.wall);
  return left > kCenturyUs ? kNever : now.instant + Duration(left);
}

DisconnectCode CodeOf(Authenticator::Refusal refusal) {
  switch (refusal) {
    case Authenticator::Refusal::kExpired:
      return DisconnectCode::kTokenExpired;
    case Authenticator::Refusal::kRevoked:
      return DisconnectCode::kByOperator;
    case Authenticator::Refusal::kNone:
    case Authenticator::Refusal::kInvalid:
      break;
  }
  return DisconnectCode::kInvalidToken;
}

Failure ToFailure(const Authenticator::Answer& answer) {
  return {answer.refusal == Authenticator::Refusal::kExpired ? ErrorCode::kTokenExpired
                                                             : ErrorCode::kUnauthorized,
          answer.reason};
}

std::optional<Failure> CheckLength(std::string_view token) {
  if (token.empty()) return Failure{ErrorCode::kBadRequest, "there is no token"};
  if (token.size() <= kTokenBytesMax) return std::nullopt;
  return Failure{ErrorCode::kTooLarge, "the token has " + std::to_string(token.size()) +
                                           " bytes, the most is " + std::to_string(kTokenBytesMax)};
}

}  // namespace

Credentials::Credentials(const HubConfig& config, const Authenticator& authenticator,
                         const Revocations& revocations, Speaker& speaker, LocalRooms& rooms,
                         Deadlines& deadlines, Events& events)
    : config_(config),
      authenticator_(authenticator),
      revocations_(revocations),
      speaker_(speaker),
      rooms_(rooms),
      deadlines_(deadlines),
      events_(events) {}

Authenticator::Answer Credentials::Verify(std::string_view token, Now now) const {
  Authenticator::Answer answer = authenticator_.Verify(token, now.wall);
  if (answer.refusal != Authenticator::Refusal::kNone) return answer;
  if (!revocations_.Covers(answer.identity.user, answer.identity.issued, now)) return answer;
  return {Authenticator::Refusal::kRevoked, {}, "the user's tokens were revoked"};
}

void Credentials::Take(Session& session, Authenticator::Identity identity, Now now) {
  session.user = std::move(identity.user);
  session.info = std::move(identity.info);
  session.grants = std::move(identity.grants);
  session.token_until = UntilOf(identity.expires, now);
}

bool Credentials::Identify(Session& session, std::string_view token, Now now) {
  if (token.empty()) {
    session.anonymous = config_.anonymous;
    if (!config_.anonymous) {
      speaker_.Disconnect(session, DisconnectCode::kInvalidToken, "a token is needed");
    }
    return config_.anonymous;
  }
  Authenticator::Answer answer = Verify(token, now);
  if (answer.refusal == Authenticator::Refusal::kNone) {
    session.arrival->token_issued_at = answer.identity.issued;
    Take(session, std::move(answer.identity), now);
    return true;
  }
  speaker_.Disconnect(session, CodeOf(answer.refusal), answer.reason);
  return false;
}

std::optional<Failure> Credentials::Refresh(Session& session, std::string_view token, Now now) {
  if (auto failure = CheckLength(token)) return failure;
  Authenticator::Answer answer = Verify(token, now);
  if (answer.refusal != Authenticator::Refusal::kNone) return ToFailure(answer);
  if (session.anonymous || answer.identity.user != session.user) {
    return Failure{ErrorCode::kUnauthorized, "the token names another user than the session has"};
  }
  Take(session, std::move(answer.identity), now);
  LeaveForbidden(session, LeftCode::kPermissionLost);
  LookNoLaterThan(session, session.token_until);
  return std::nullopt;
}

std::optional<Failure> Credentials::ReadRoomToken(const Session& session, std::string_view room,
                                                  std::string_view token, Now now,
                                                  RoomTokenRights& rights) {
  if (auto failure = CheckLength(token)) return failure;
  const Authenticator::Answer answer = Verify(token, now);
  if (answer.refusal != Authenticator::Refusal::kNone) return ToFailure(answer);
  if (!session.anonymous && answer.identity.user != session.user) {
    return Failure{ErrorCode::kUnauthorized, "the room's token names another user"};
  }
  rights = {RightsIn(answer.identity.grants, room), UntilOf(answer.identity.expires, now)};
  return std::nullopt;
}

void Credentials::Watch(Session& session, const RoomTokenRights& rights) {
  session.room_tokens_until = std::min(session.room_tokens_until, rights.until);
  LookNoLaterThan(session, rights.until);
}

Rights Credentials::RightsOf(const Session& session, std::string_view room) const {
  Rights rights = RightsIn(session.grants, room);
  for (const PendingJoin& join : session.joins) {
    if (join.room == room) rights |= join.token.rights;
  }
  if (const auto standing = rooms_.Find(session, room)) rights |= standing->token_rights;
  return rights;
}

bool Credentials::MayJoin(const Session& session, std::string_view room, Rights rights) const {
  const NamespaceConfig* config = config_.FindNamespace(NamespaceOf(room));
  return config != nullptr && IsPlace(session, room, rights) &&
         IsAllowed(config->may_join, session, /*is_member=*/false, rights.join);
}

void Credentials::LeaveForbidden(Session& session, LeftCode code) {
  std::vector<std::string> forbidden;
  rooms_.ForEachRoom(session, [&](const std::string& name, const Membership&) {
    if (!MayJoin(session, name, RightsOf(session, name))) forbidden.push_back(name);
  });
  for (const std::string& name : forbidden) {
    Left left;
    left.handle = static_cast<std::uint64_t>(rooms_.Find(session, name)->handle);
    left.code = static_cast<std::uint32_t>(code);
    left.reason = code == LeftCode::kRoomTokenExpired
                      ? "the room's token has expired"
                      : "the session may not be in the room any more";
    rooms_.Remove(session, name);
    speaker_.Push(session, left);
    events_.OnLeft(code);
  }
}

void Credentials::LookNoLaterThan(Session& session, Instant at) {
  if (at < session.look_at) deadlines_.Schedule(session, at);
}

void Credentials::OnTime(Session& session, Now now) {
  if (now.instant >= session.token_until) {
    return speaker_.Disconnect(session, DisconnectCode::kTokenExpired, "the token has expired");
  }
  if (now.instant < session.room_tokens_until) return;
  if (session.greeting) {
    // Welcome comes first.
    session.room_tokens_until = now.instant + 100ms;
    return;
  }
  session.room_tokens_until = kNever;
  for (Membership& membership : session.rooms) {
    if (!membership.extras) continue;
    RoomTokenRights& token = membership.extras->token;
    if (now.instant >= token.until) token = {};
    session.room_tokens_until = std::min(session.room_tokens_until, token.until);
  }
  for (PendingJoin& join : session.joins) {
    // Its answer is under way; it is looked at when it is there.
    session.room_tokens_until =
        std::min(session.room_tokens_until, std::max(join.token.until, now.instant + 100ms));
  }
  LeaveForbidden(session, LeftCode::kRoomTokenExpired);
}

Instant Credentials::NextDeadline(const Session& session) {
  return std::min(session.token_until, session.room_tokens_until);
}

}  // namespace roomcast::hub
