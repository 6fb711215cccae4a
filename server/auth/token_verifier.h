#ifndef ROOMCAST_SERVER_AUTH_TOKEN_VERIFIER_H_
#define ROOMCAST_SERVER_AUTH_TOKEN_VERIFIER_H_

#include <string_view>
#include <variant>
#include <vector>

#include "server/auth/token_claims.h"
#include "server/auth/token_key.h"
#include "server/auth/token_refusal.h"

namespace roomcast::auth {

using TokenVerdict = std::variant<TokenClaims, TokenRefusal>;

// Decides whether a token is believed, and what it says (RFC 7519; the advice of RFC 8725). Reads
// no clock and keeps nothing of a token. Immutable: any thread; new keys are a new verifier.
class TokenVerifier {
 public:
  // No keys: no token is believed. No two keys have the same id.
  TokenVerifier(std::vector<TokenKey> keys, TokenRules rules);

  // At most kTokenBytesMax bytes. The signature is checked before anything in the payload is looked
  // at.
  [[nodiscard]] TokenVerdict Verify(std::string_view token, WallTime now) const;

  [[nodiscard]] const TokenRules& rules() const { return rules_; }

 private:
  [[nodiscard]] const TokenKey* FindKey(std::string_view key_id) const;

  std::vector<TokenKey> keys_;
  TokenRules rules_;
};

// A verifier with the development secret alone: HS256, tokens without `kid`. Empty: no key.
TokenVerifier DevelopmentVerifier(std::string_view secret, TokenRules rules);

}  // namespace roomcast::auth

#endif  // ROOMCAST_SERVER_AUTH_TOKEN_VERIFIER_H_
