// The closed set of ways in which a peer's bytes can break the WebSocket frame protocol. Each ends
// the connection with one close code (RFC 6455 section 7.4.1) and is counted under one label.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace roomcast::websocket {

enum class Violation : std::uint8_t {
  kReservedBit,            // 1002: RSV1-3 where nothing negotiated gives it a meaning
  kReservedOpcode,         // 1002: 3-7 or 11-15
  kUnmasked,               // 1002: from a client
  kMasked,                 // 1002: from a server
  kLengthNotMinimal,       // 1002: written in more bytes than it needs
  kLengthTopBit,           // 1002: 2^63 or more
  kControlTooLong,         // 1002: more than 125 bytes
  kControlFragmented,      // 1002
  kContinuationOfNothing,  // 1002: a continuation without a message under way
  kMessageInsideMessage,   // 1002: a new message before the last fragment of the one under way
  kCloseOneByte,           // 1002: half a close code
  kCloseCode,              // 1002: a code that may not travel
  kCloseReasonNotUtf8,     // 1007
  kTextNotUtf8,            // 1007
  kTextRefused,            // 1003: this end takes binary messages only
  kMessageTooLong,         // 1009: by declared lengths, before any of it is kept
  kTooManyFragments,       // 1009
  // permessage-deflate (RFC 7692).
  kDeflateCorrupt,    // 1007: what no deflater writes
  kDeflateTruncated,  // 1007: it ends inside of a block
  kInflatedTooLong,   // 1009: at the first byte too many that comes out
};

inline constexpr std::array kViolations = {
    Violation::kReservedBit,
    Violation::kReservedOpcode,
    Violation::kUnmasked,
    Violation::kMasked,
    Violation::kLengthNotMinimal,
    Violation::kLengthTopBit,
    Violation::kControlTooLong,
    Violation::kControlFragmented,
    Violation::kContinuationOfNothing,
    Violation::kMessageInsideMessage,
    Violation::kCloseOneByte,
    Violation::kCloseCode,
    Violation::kCloseReasonNotUtf8,
    Violation::kTextNotUtf8,
    Violation::kTextRefused,
    Violation::kMessageTooLong,
    Violation::kTooManyFragments,
    Violation::kDeflateCorrupt,
    Violation::kDeflateTruncated,
    Violation::kInflatedTooLong,
};

// A metric's label value: lower case with underscores.
std::string_view Label(Violation violation);

// The code of the close frame that answers it.
std::uint16_t CloseCode(Violation violation);

// For the close frame's reason and the log; at most 123 bytes, and of the peer's bytes it holds
// only the number. What `number` and `limit` mean: see FrameError.
std::string Describe(Violation violation, std::uint64_t number, std::uint64_t limit);

}  // namespace roomcast::websocket
