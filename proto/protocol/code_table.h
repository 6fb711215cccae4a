#ifndef ROOMCAST_PROTO_PROTOCOL_CODE_TABLE_H_
#define ROOMCAST_PROTO_PROTOCOL_CODE_TABLE_H_

#include <cstdint>
#include <string_view>

#include "proto/protocol/codes.h"

namespace roomcast {

// The one table of codes, for who works with it while compiling: the SDK packs its names and leaves
// the meanings to the documents. Everybody else asks codes.h.

constexpr AfterClose BandOf(std::uint32_t code) {
  if (code == 1013) return AfterClose::kReconnectLate;
  if (code == 1000 || code == 1002 || code == 1003) return AfterClose::kStop;
  if (code >= 1007 && code <= 1010) return AfterClose::kStop;
  if ((code >= 3500 && code < 4000) || (code >= 4500 && code < 5000)) return AfterClose::kStop;
  return AfterClose::kReconnect;
}

constexpr CodeRow MakeCodeRow(ErrorCode code, std::string_view name, bool temporary,
                              std::string_view text) {
  return {static_cast<std::uint32_t>(code), name, text, temporary};
}
constexpr CodeRow MakeCodeRow(LeftCode code, std::string_view name, std::string_view text) {
  return {static_cast<std::uint32_t>(code), name, text, static_cast<std::uint32_t>(code) >= 2500};
}
constexpr CodeRow MakeCodeRow(DisconnectCode code, std::string_view name, std::string_view text) {
  return {static_cast<std::uint32_t>(code), name, text,
          BandOf(static_cast<std::uint32_t>(code)) != AfterClose::kStop};
}

inline constexpr CodeRow kErrorRows[] = {
    MakeCodeRow(ErrorCode::kInternal, "internal", true, "the hub failed; its log says why"),
    MakeCodeRow(ErrorCode::kUnauthorized, "unauthorized", false,
                "the token is missing or not valid"),
    MakeCodeRow(ErrorCode::kUnknownNamespace, "unknown_namespace", false,
                "no namespace of this name is configured"),
    MakeCodeRow(ErrorCode::kPermissionDenied, "permission_denied", false,
                "the session may not do this"),
    MakeCodeRow(ErrorCode::kUnknownCommand, "unknown_command", false,
                "the message has no body that this hub knows"),
    MakeCodeRow(ErrorCode::kLimitExceeded, "limit_exceeded", false,
                "a count is at its configured maximum"),
    MakeCodeRow(ErrorCode::kBadRequest, "bad_request", false,
                "a field is missing or out of its range"),
    MakeCodeRow(ErrorCode::kNotAvailable, "not_available", false,
                "the room's namespace does not offer this"),
    MakeCodeRow(ErrorCode::kTokenExpired, "token_expired", true, "get a new token and ask again"),
    MakeCodeRow(ErrorCode::kTooManyRequests, "too_many_requests", true,
                "the rate limit is reached"),
    MakeCodeRow(ErrorCode::kUnrecoverablePosition, "unrecoverable_position", false,
                "not everything after the position can come, and the join said to reject that"),
    MakeCodeRow(ErrorCode::kRoomFull, "room_full", true, "the room has as many members as it may"),
    MakeCodeRow(ErrorCode::kOverloaded, "overloaded", true, "a queue inside the hub is full"),
    MakeCodeRow(ErrorCode::kBadRoomName, "bad_room_name", false,
                "1 to 255 bytes of UTF-8 without control characters or spaces at its ends"),
    MakeCodeRow(ErrorCode::kTooLarge, "too_large", false, "a field is longer than its maximum"),
    MakeCodeRow(ErrorCode::kNotJoined, "not_joined", false, "the session is not in the room"),
    MakeCodeRow(ErrorCode::kStalePublishId, "stale_publish_id", false,
                "the publish id is too old to tell whether it took effect"),
};

inline constexpr CodeRow kLeftRows[] = {
    MakeCodeRow(LeftCode::kRemoved, "removed", "a backend or an operator took the session out"),
    MakeCodeRow(LeftCode::kPermissionLost, "permission_lost",
                "the session may not be there any more"),
    MakeCodeRow(LeftCode::kRoomTokenExpired, "room_token_expired", "the room token's time is over"),
    MakeCodeRow(LeftCode::kRejoin, "rejoin",
                "the hub lost the membership; join again from the position"),
};

inline constexpr CodeRow kDisconnectRows[] = {
    MakeCodeRow(DisconnectCode::kNormal, "normal", "the client said Bye or closed"),
    MakeCodeRow(DisconnectCode::kGoingAway, "going_away", "the page is unloaded or frozen"),
    MakeCodeRow(DisconnectCode::kProtocolError, "protocol_error", "RFC 6455 was broken"),
    MakeCodeRow(DisconnectCode::kUnsupportedData, "unsupported_data",
                "a text message; ours are binary"),
    MakeCodeRow(DisconnectCode::kInvalidPayload, "invalid_payload", "text that is not UTF-8"),
    MakeCodeRow(DisconnectCode::kMessageTooBig, "message_too_big", "a message over the limit"),
    MakeCodeRow(DisconnectCode::kTryAgainLater, "try_again_later",
                "the node or the address is at a limit"),
    MakeCodeRow(DisconnectCode::kClosed, "closed",
                "the connection was closed without a particular reason"),
    MakeCodeRow(DisconnectCode::kShutdown, "shutdown", "the hub is stopping"),
    MakeCodeRow(DisconnectCode::kNotAuthenticatedInTime, "not_authenticated_in_time",
                "no Hello in 5 s"),
    MakeCodeRow(DisconnectCode::kHubError, "hub_error", "the hub failed on this connection"),
    MakeCodeRow(DisconnectCode::kTokenExpired, "token_expired", "get a new token and come back"),
    MakeCodeRow(DisconnectCode::kSlow, "slow", "the outbox stayed at its hard limit"),
    MakeCodeRow(DisconnectCode::kNoPong, "no_pong", "nothing was heard for interval + grace"),
    MakeCodeRow(DisconnectCode::kRateLimited, "rate_limited",
                "too many commands after being warned"),
    MakeCodeRow(DisconnectCode::kInvalidToken, "invalid_token", "the token in Hello is not valid"),
    MakeCodeRow(DisconnectCode::kBadRequest, "bad_request", "a frame that does not make sense"),
    MakeCodeRow(DisconnectCode::kByOperator, "by_operator", "a backend or an operator ended it"),
    MakeCodeRow(DisconnectCode::kTooManyConnections, "too_many_connections",
                "the user has as many connections as it may"),
    MakeCodeRow(DisconnectCode::kTakenOver, "taken_over",
                "the session came back on a newer connection"),
    MakeCodeRow(DisconnectCode::kPermissionDenied, "permission_denied", "the user may not connect"),
};

}  // namespace roomcast

#endif  // ROOMCAST_PROTO_PROTOCOL_CODE_TABLE_H_
