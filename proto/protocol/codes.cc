#include "proto/protocol/codes.h"

namespace roomcast {
namespace {

constexpr AfterClose BandOf(std::uint32_t code) {
  if (code == 1013) return AfterClose::kReconnectLate;
  if (code == 1000 || code == 1002 || code == 1003) return AfterClose::kStop;
  if (code >= 1007 && code <= 1010) return AfterClose::kStop;
  if ((code >= 3500 && code < 4000) || (code >= 4500 && code < 5000)) return AfterClose::kStop;
  return AfterClose::kReconnect;
}

constexpr CodeRow Row(ErrorCode code, std::string_view name, bool temporary,
                      std::string_view text) {
  return {static_cast<std::uint32_t>(code), name, text, temporary};
}
constexpr CodeRow Row(LeftCode code, std::string_view name, std::string_view text) {
  return {static_cast<std::uint32_t>(code), name, text, static_cast<std::uint32_t>(code) >= 2500};
}
constexpr CodeRow Row(DisconnectCode code, std::string_view name, std::string_view text) {
  return {static_cast<std::uint32_t>(code), name, text,
          BandOf(static_cast<std::uint32_t>(code)) != AfterClose::kStop};
}

constexpr CodeRow kErrors[] = {
    Row(ErrorCode::kInternal, "internal", true, "the hub failed; its log says why"),
    Row(ErrorCode::kUnauthorized, "unauthorized", false, "the token is missing or not valid"),
    Row(ErrorCode::kUnknownNamespace, "unknown_namespace", false,
        "no namespace of this name is configured"),
    Row(ErrorCode::kPermissionDenied, "permission_denied", false, "the session may not do this"),
    Row(ErrorCode::kUnknownCommand, "unknown_command", false,
        "the message has no body that this hub knows"),
    Row(ErrorCode::kLimitExceeded, "limit_exceeded", false, "a count is at its configured maximum"),
    Row(ErrorCode::kBadRequest, "bad_request", false, "a field is missing or out of its range"),
    Row(ErrorCode::kNotAvailable, "not_available", false,
        "the room's namespace does not offer this"),
    Row(ErrorCode::kTokenExpired, "token_expired", true, "get a new token and ask again"),
    Row(ErrorCode::kTooManyRequests, "too_many_requests", true, "the rate limit is reached"),
    Row(ErrorCode::kUnrecoverablePosition, "unrecoverable_position", false,
        "not everything after the position can come, and the join said to reject that"),
    Row(ErrorCode::kRoomFull, "room_full", true, "the room has as many members as it may"),
    Row(ErrorCode::kOverloaded, "overloaded", true, "a queue inside the hub is full"),
    Row(ErrorCode::kBadRoomName, "bad_room_name", false,
        "1 to 255 bytes of UTF-8 without control characters or spaces at its ends"),
    Row(ErrorCode::kTooLarge, "too_large", false, "a field is longer than its maximum"),
    Row(ErrorCode::kNotJoined, "not_joined", false, "the session is not in the room"),
    Row(ErrorCode::kStalePublishId, "stale_publish_id", false,
        "the publish id is too old to tell whether it took effect"),
};

constexpr CodeRow kLefts[] = {
    Row(LeftCode::kRemoved, "removed", "a backend or an operator took the session out"),
    Row(LeftCode::kPermissionLost, "permission_lost", "the session may not be there any more"),
    Row(LeftCode::kRoomTokenExpired, "room_token_expired", "the room token's time is over"),
    Row(LeftCode::kRejoin, "rejoin", "the hub lost the membership; join again from the position"),
};

constexpr CodeRow kDisconnects[] = {
    Row(DisconnectCode::kNormal, "normal", "the client said Bye or closed"),
    Row(DisconnectCode::kGoingAway, "going_away", "the page is unloaded or frozen"),
    Row(DisconnectCode::kProtocolError, "protocol_error", "RFC 6455 was broken"),
    Row(DisconnectCode::kUnsupportedData, "unsupported_data", "a text message; ours are binary"),
    Row(DisconnectCode::kInvalidPayload, "invalid_payload", "text that is not UTF-8"),
    Row(DisconnectCode::kMessageTooBig, "message_too_big", "a message over the limit"),
    Row(DisconnectCode::kTryAgainLater, "try_again_later", "the node or the address is at a limit"),
    Row(DisconnectCode::kClosed, "closed", "the connection was closed without a particular reason"),
    Row(DisconnectCode::kShutdown, "shutdown", "the hub is stopping"),
    Row(DisconnectCode::kHubError, "hub_error", "the hub failed on this connection"),
    Row(DisconnectCode::kTokenExpired, "token_expired", "get a new token and come back"),
    Row(DisconnectCode::kSlow, "slow", "the outbox stayed at its hard limit"),
    Row(DisconnectCode::kNoPong, "no_pong", "nothing was heard for interval + grace"),
    Row(DisconnectCode::kRateLimited, "rate_limited", "too many commands after being warned"),
    Row(DisconnectCode::kInvalidToken, "invalid_token", "the token in Hello is not valid"),
    Row(DisconnectCode::kBadRequest, "bad_request", "a frame that does not make sense"),
    Row(DisconnectCode::kNotAuthenticatedInTime, "not_authenticated_in_time", "no Hello in 5 s"),
    Row(DisconnectCode::kByOperator, "by_operator", "a backend or an operator ended it"),
    Row(DisconnectCode::kTooManyConnections, "too_many_connections",
        "the user has as many connections as it may"),
    Row(DisconnectCode::kTakenOver, "taken_over", "the session came back on a newer connection"),
    Row(DisconnectCode::kPermissionDenied, "permission_denied", "the user may not connect"),
};

std::string_view Find(std::span<const CodeRow> rows, std::uint32_t code) {
  for (const CodeRow& row : rows) {
    if (row.code == code) return row.name;
  }
  return "unknown";
}

}  // namespace

std::span<const CodeRow> ErrorRows() { return kErrors; }
std::span<const CodeRow> LeftRows() { return kLefts; }
std::span<const CodeRow> DisconnectRows() { return kDisconnects; }

std::string_view NameOf(ErrorCode code) { return Find(kErrors, static_cast<std::uint32_t>(code)); }
std::string_view NameOf(DisconnectCode code) {
  return Find(kDisconnects, static_cast<std::uint32_t>(code));
}

bool IsTemporary(ErrorCode code) {
  for (const CodeRow& row : kErrors) {
    if (row.code == static_cast<std::uint32_t>(code)) return row.temporary;
  }
  return false;
}

AfterClose AfterCloseCode(std::uint32_t code) { return BandOf(code); }

}  // namespace roomcast
