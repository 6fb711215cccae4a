// Codes of the WebSocket close frame (RFC 6455 section 7.4 and the IANA registry).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace roomcast::websocket {

inline constexpr std::uint16_t kCloseNormal = 1000;
inline constexpr std::uint16_t kCloseGoingAway = 1001;
inline constexpr std::uint16_t kCloseProtocolError = 1002;
inline constexpr std::uint16_t kCloseUnsupportedData = 1003;
// Never on the wire: stands for a close frame without a code.
inline constexpr std::uint16_t kCloseNoCode = 1005;
// Never on the wire: stands for a connection that ended without a close frame.
inline constexpr std::uint16_t kCloseAbnormal = 1006;
inline constexpr std::uint16_t kCloseInvalidPayload = 1007;
inline constexpr std::uint16_t kClosePolicyViolation = 1008;
inline constexpr std::uint16_t kCloseMessageTooBig = 1009;
inline constexpr std::uint16_t kCloseInternalError = 1011;
inline constexpr std::uint16_t kCloseTryAgainLater = 1013;

// A control frame's payload, of which two bytes are the code (RFC 6455 section 5.5).
inline constexpr std::size_t kControlPayloadBytesMax = 125;
inline constexpr std::size_t kCloseReasonBytesMax = kControlPayloadBytesMax - 2;

// Whether a close frame may carry `code`: 1000-1003 and 1007-1014 have a meaning, 3000-4999 belong
// to libraries and applications; 1004-1006 and 1015 are reserved, the rest is nobody's.
constexpr bool MayTravelInCloseFrame(std::uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

// A close frame's payload: the code in network order, then the reason, which must be UTF-8 and is
// cut at a character's border to fit. kCloseNoCode gives an empty payload, so that what a Close
// event carried can be echoed as it came.
std::string ClosePayload(std::uint16_t code, std::string_view reason);

}  // namespace roomcast::websocket
