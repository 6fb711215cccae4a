#ifndef ROOMCAST_SERVER_TOKEN_AUTHENTICATOR_H_
#define ROOMCAST_SERVER_TOKEN_AUTHENTICATOR_H_

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "server/auth/token_refusal.h"
#include "server/auth/token_verifier.h"
#include "server/hub/authenticator.h"
#include "server/ops/metrics.h"

namespace roomcast {

// The hub's question about a token, answered by server/auth, and each refusal counted. Any thread.
class TokenAuthenticator : public hub::Authenticator {
 public:
  // `metrics` outlives this.
  TokenAuthenticator(auth::TokenVerifier verifier, ops::SharedMetrics& metrics)
      : verifier_(std::move(verifier)), metrics_(metrics) {}

  Answer Verify(std::string_view token, WallTime now) const override {
    const auth::WallTime at(std::chrono::floor<std::chrono::milliseconds>(
        std::chrono::microseconds(Microseconds(now))));
    const auth::TokenVerdict verdict = verifier_.Verify(token, at);
    if (const auto* claims = std::get_if<auth::TokenClaims>(&verdict)) {
      const auto expires = std::chrono::microseconds(claims->expires_at.time_since_epoch());
      return {Refusal::kNone, {claims->user, WallTime{expires.count()}}, {}};
    }
    const auth::TokenRefusal refusal = std::get<auth::TokenRefusal>(verdict);
    metrics_.Count(refusal);
    return {refusal == auth::TokenRefusal::kExpired ? Refusal::kExpired : Refusal::kInvalid,
            {},
            std::string(auth::Describe(refusal))};
  }

 private:
  const auth::TokenVerifier verifier_;
  ops::SharedMetrics& metrics_;
};

}  // namespace roomcast

#endif  // ROOMCAST_SERVER_TOKEN_AUTHENTICATOR_H_
