#include "server/auth/token_refusal.h"

namespace roomcast::auth {
namespace {

struct Words {
  std::string_view label;
  std::string_view description;
};

Words WordsOf(TokenRefusal refusal) {
  switch (refusal) {
    case TokenRefusal::kTooLong:
      return {"too_long", "the token has more than 8192 bytes"};
    case TokenRefusal::kMalformed:
      return {"malformed", "the token is not a signed JWT in compact form"};
    case TokenRefusal::kUnsupportedAlgorithm:
      return {"unsupported_algorithm", "the token's alg is not that of the key"};
    case TokenRefusal::kUnsupportedHeader:
      return {"unsupported_header", "the token's header has crit, which is not supported"};
    case TokenRefusal::kUnknownKey:
      return {"unknown_key", "no key with the token's kid is configured"};
    case TokenRefusal::kBadSignature:
      return {"bad_signature", "the token's signature does not fit the key"};
    case TokenRefusal::kNoExpiry:
      return {"no_expiry", "the token's exp is missing or not a number"};
    case TokenRefusal::kExpired:
      return {"expired", "the token has expired"};
    case TokenRefusal::kNotYetValid:
      return {"not_yet_valid", "the token's nbf lies ahead"};
    case TokenRefusal::kBadUser:
      return {"bad_user", "the token's sub must be 1 to 255 bytes without control characters"};
    case TokenRefusal::kWrongAudience:
      return {"wrong_audience", "the token's aud does not name this hub"};
    case TokenRefusal::kWrongIssuer:
      return {"wrong_issuer", "the token's iss is not the configured one"};
    case TokenRefusal::kBadClaim:
      return {"bad_claim", "a claim of the token is there twice or not of its type"};
  }
  return {};
}

}  // namespace

std::string_view Label(TokenRefusal refusal) { return WordsOf(refusal).label; }

std::string_view Describe(TokenRefusal refusal) { return WordsOf(refusal).description; }

}  // namespace roomcast::auth
