// Why an HTTP request was refused, and the response that says so. After a refusal the connection is
// closed: nothing that follows the request is run, since its borders can no longer be trusted.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace roomcast::websocket {

// A closed set. The status stands beside each.
enum class RefusalReason : std::uint8_t {
  // The bytes are not HTTP/1.1 as RFC 9112 has it.
  kTlsHello,            // 400: TLS on the plain port
  kPlainHttp,           // 400: HTTP on the TLS port
  kBadByte,             // 400: NUL or another control character
  kBareCarriageReturn,  // 400
  kBareLineFeed,        // 400
  kBadRequestLine,      // 400
  kBadHeader,           // 400: no colon, or a name that is no token
  kFoldedHeader,        // 400: a header line that begins with a space (obs-fold)
  kSpaceBeforeColon,    // 400
  kHost,                // 400: none, two, or one that is no host
  kBody,                // 400: a body, or headers that disagree about one
  kMethod,              // 405: other than GET
  kUriTooLong,          // 414
  kHeadTooLong,         // 431
  kTooManyHeaders,      // 431
  kHttpVersion,         // 505: other than HTTP/1.1
  // It is HTTP, and asks for a WebSocket in a wrong way (RFC 6455 section 4.2.1).
  kNoUpgrade,         // 426: the headers Upgrade or Connection are missing
  kWebSocketVersion,  // 426: other than 13
  kWebSocketKey,      // 400: none, two, or not 16 bytes in Base64
  kSubprotocol,       // 400: none in common, or a malformed list
  kOriginHeader,      // 400: two of them
  kExtensions,        // 400: Sec-WebSocket-Extensions is no list of extensions
  kForwarded,         // 400: a proxy's account of the client that cannot be read
  // It is in order; the hub will not have it. Decided outside this folder.
  kOrigin,           // 403
  kNotFound,         // 404
  kTimeout,          // 408
  kTooManyRequests,  // 429
  kUnavailable,      // 503
};

inline constexpr std::array kRefusalReasons = {
    RefusalReason::kTlsHello,
    RefusalReason::kPlainHttp,
    RefusalReason::kBadByte,
    RefusalReason::kBareCarriageReturn,
    RefusalReason::kBareLineFeed,
    RefusalReason::kBadRequestLine,
    RefusalReason::kBadHeader,
    RefusalReason::kFoldedHeader,
    RefusalReason::kSpaceBeforeColon,
    RefusalReason::kHost,
    RefusalReason::kBody,
    RefusalReason::kMethod,
    RefusalReason::kUriTooLong,
    RefusalReason::kHeadTooLong,
    RefusalReason::kTooManyHeaders,
    RefusalReason::kHttpVersion,
    RefusalReason::kNoUpgrade,
    RefusalReason::kWebSocketVersion,
    RefusalReason::kWebSocketKey,
    RefusalReason::kSubprotocol,
    RefusalReason::kOriginHeader,
    RefusalReason::kExtensions,
    RefusalReason::kForwarded,
    RefusalReason::kOrigin,
    RefusalReason::kNotFound,
    RefusalReason::kTimeout,
    RefusalReason::kTooManyRequests,
    RefusalReason::kUnavailable,
};

struct Refusal {
  RefusalReason reason = RefusalReason::kBadByte;
  // For a developer's eyes, with the numbers that matter; goes out as the body. Never holds the
  // peer's own bytes.
  std::string text;
  // Above 0: the header Retry-After.
  std::uint32_t retry_after_s = 0;
};

// A metric's label value: lower case with underscores.
std::string_view Label(RefusalReason reason);
int Status(RefusalReason reason);
// The status' own words (RFC 9110 section 15), for the status line. Knows those in use here, and
// 200.
std::string_view StatusText(int status);

// The whole response, "Connection: close" included, with what each status demands: Allow for 405,
// Upgrade and Sec-WebSocket-Version for 426.
std::string WriteRefusal(const Refusal& refusal);

}  // namespace roomcast::websocket
