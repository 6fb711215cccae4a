#ifndef ROOMCAST_PROTO_PROTOCOL_CODES_H_
#define ROOMCAST_PROTO_PROTOCOL_CODES_H_

#include <cstdint>
#include <span>
#include <string_view>

namespace roomcast {

// Every number by which a hub says no or good-bye: closed sets, named once. The tables of
// docs/PROTOCOL.md are generated from the rows below. The bands are those of Centrifugo.

// Error replies: 100-399 are the hub's, 400-1999 the application's.
enum class ErrorCode : std::uint32_t {
  kInternal = 100,
  kUnauthorized = 101,
  kUnknownNamespace = 102,
  kPermissionDenied = 103,
  kUnknownCommand = 104,
  kLimitExceeded = 106,
  kBadRequest = 107,
  kNotAvailable = 108,
  kTokenExpired = 109,
  kTooManyRequests = 111,
  kUnrecoverablePosition = 112,
  kRoomFull = 113,
  kOverloaded = 114,
  kBadRoomName = 115,
  kTooLarge = 116,
  kNotJoined = 117,
  kStalePublishId = 118,
};

// Left: 2000-2499 stay out, 2500-2999 join again.
enum class LeftCode : std::uint32_t {
  kRemoved = 2000,
  kPermissionLost = 2001,
  kRoomTokenExpired = 2002,
  kRejoin = 2500,
};

// Disconnect, and the WebSocket close after it: 3000-3499 and 4000-4499 come back, 3500-3999 and
// 4500-4999 stop. Below 3000 are RFC 6455's own.
enum class DisconnectCode : std::uint16_t {
  kNormal = 1000,
  kGoingAway = 1001,
  kProtocolError = 1002,
  kUnsupportedData = 1003,
  kInvalidPayload = 1007,
  kMessageTooBig = 1009,
  kTryAgainLater = 1013,
  kClosed = 3000,
  kShutdown = 3001,
  kNotAuthenticatedInTime = 3002,
  kHubError = 3004,
  kTokenExpired = 3005,
  kSlow = 3008,
  kNoPong = 3012,
  kRateLimited = 3013,
  kInvalidToken = 3500,
  kBadRequest = 3501,
  kByOperator = 3503,
  kTooManyConnections = 3504,
  kTakenOver = 3505,
  kPermissionDenied = 3507,
};

// A row of the tables: the number, its name in logs, metrics and the SDKs, what it means.
struct CodeRow {
  std::uint32_t code;
  std::string_view name;
  std::string_view meaning;
  bool temporary;  // errors: the same request may succeed later; disconnects: the client comes back
};

std::span<const CodeRow> ErrorRows();
std::span<const CodeRow> LeftRows();
std::span<const CodeRow> DisconnectRows();

// The name of a code; "unknown" for a number that is in no table.
std::string_view NameOf(ErrorCode code);
std::string_view NameOf(DisconnectCode code);
bool IsTemporary(ErrorCode code);

// What a client does when its WebSocket ends with this close code (any number a socket can report).
enum class AfterClose { kReconnect, kReconnectLate, kStop };
AfterClose AfterCloseCode(std::uint32_t code);

}  // namespace roomcast

#endif  // ROOMCAST_PROTO_PROTOCOL_CODES_H_
