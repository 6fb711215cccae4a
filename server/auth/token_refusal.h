#ifndef ROOMCAST_SERVER_AUTH_TOKEN_REFUSAL_H_
#define ROOMCAST_SERVER_AUTH_TOKEN_REFUSAL_H_

#include <array>
#include <cstdint>
#include <string_view>

namespace roomcast::auth {

// Why a token was not believed: a closed set. kExpired alone is mended by a new token; the others
// mean that who made the token, or the hub's config, is wrong.
enum class TokenRefusal : std::uint8_t {
  kTooLong,    // above kTokenBytesMax of proto/protocol/limits.h
  kMalformed,  // not a JWS in compact form with JSON objects in it (RFC 7515, section 7.1)
  kUnsupportedAlgorithm,  // none, unknown, or not the key's own
  kUnsupportedHeader,     // `crit`: the issuer demands something that this hub does not know
  kUnknownKey,            // no key of that `kid`
  kBadSignature,
  kNoExpiry,     // `exp` is missing or not a number
  kExpired,      // `exp` is more than the clock skew ago
  kNotYetValid,  // `nbf` is more than the clock skew ahead
  kBadUser,      // `sub` is missing, empty, above 255 bytes, or has control characters
  kWrongAudience,
  kWrongIssuer,
  kBadClaim,  // another known claim is not of its type, or a name is there twice
};

inline constexpr std::array kTokenRefusals = {
    TokenRefusal::kTooLong,
    TokenRefusal::kMalformed,
    TokenRefusal::kUnsupportedAlgorithm,
    TokenRefusal::kUnsupportedHeader,
    TokenRefusal::kUnknownKey,
    TokenRefusal::kBadSignature,
    TokenRefusal::kNoExpiry,
    TokenRefusal::kExpired,
    TokenRefusal::kNotYetValid,
    TokenRefusal::kBadUser,
    TokenRefusal::kWrongAudience,
    TokenRefusal::kWrongIssuer,
    TokenRefusal::kBadClaim,
};

// A metric's label value, and a word for the log: lower case with underscores.
std::string_view Label(TokenRefusal refusal);

// For a developer's eyes. Holds nothing of the token.
std::string_view Describe(TokenRefusal refusal);

}  // namespace roomcast::auth

#endif  // ROOMCAST_SERVER_AUTH_TOKEN_REFUSAL_H_
