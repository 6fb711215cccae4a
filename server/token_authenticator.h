#ifndef ROOMCAST_SERVER_TOKEN_AUTHENTICATOR_H_
#define ROOMCAST_SERVER_TOKEN_AUTHENTICATOR_H_

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "server/auth/token_refusal.h"
#include "server/auth/token_verifier.h"
#include "server/hub/authenticator.h"
#include "server/ops/metrics.h"

namespace roomcast {

// The hub's question about a token, answered by server/auth, and each refusal counted. The keys can
// be exchanged while questions are answered. Any thread.
class TokenAuthenticator : public hub::Authenticator {
 public:
  // `metrics` outlives this.
  TokenAuthenticator(std::shared_ptr<const auth::TokenVerifier> verifier,
                     ops::SharedMetrics& metrics)
      : verifier_(std::move(verifier)), metrics_(metrics) {}

  // From the next question on.
  void Use(std::shared_ptr<const auth::TokenVerifier> verifier) {
    verifier_.store(std::move(verifier));
  }

  Answer Verify(std::string_view token, WallTime now) const override {
    const auth::WallTime at(std::chrono::floor<std::chrono::milliseconds>(
        std::chrono::microseconds(Microseconds(now))));
    const std::shared_ptr<const auth::TokenVerifier> verifier = verifier_.load();
    const auth::TokenVerdict verdict = verifier->Verify(token, at);
    if (const auto* claims = std::get_if<auth::TokenClaims>(&verdict)) {
      return {Refusal::kNone, IdentityOf(*claims, verifier->rules().clock_skew), {}};
    }
    const auth::TokenRefusal refusal = std::get<auth::TokenRefusal>(verdict);
    metrics_.Count(refusal);
    return {refusal == auth::TokenRefusal::kExpired ? Refusal::kExpired : Refusal::kInvalid,
            {},
            std::string(auth::Describe(refusal))};
  }

 private:
  static Identity IdentityOf(const auth::TokenClaims& claims, std::chrono::milliseconds skew) {
    // As long as a Hello with it would be believed.
    const std::chrono::microseconds until = claims.expires_at.time_since_epoch() + skew;
    const std::chrono::microseconds issued =
        claims.issued_at ? claims.issued_at->time_since_epoch() : std::chrono::microseconds(0);
    Identity identity{
        claims.user, WallTime{until.count()}, WallTime{issued.count()}, claims.info, {}};
    for (const auth::RoomGrant& grant : claims.rooms) {
      const auth::Rights& from = grant.rights;
      identity.grants.push_back(
          {grant.room, {from.join, from.publish, from.history, from.presence, from.manage}});
    }
    return identity;
  }

  std::atomic<std::shared_ptr<const auth::TokenVerifier>> verifier_;
  ops::SharedMetrics& metrics_;
};

}  // namespace roomcast

#endif  // ROOMCAST_SERVER_TOKEN_AUTHENTICATOR_H_
