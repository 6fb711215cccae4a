#ifndef ROOMCAST_TESTS_SIMULATION_CHECKS_TOKEN_CHECK_H_
#define ROOMCAST_TESTS_SIMULATION_CHECKS_TOKEN_CHECK_H_

#include <algorithm>
#include <string>
#include <string_view>

#include "proto/protocol/codes.h"
#include "tests/simulation/judge.h"
#include "tests/simulation/link.h"
#include "tests/simulation/token_desk.h"

namespace roomcast::simulation {

// A session is who its token says, lasts no longer than its tokens, and is not ended for one that
// is still good.
class TokenCheck {
 public:
  // A turn that is late.
  static constexpr Duration kSlack = 1s;

  TokenCheck(const TokenDesk& desk, Judge& judge) : desk_(desk), judge_(judge) {}

  void OnSession(ClientIndex client, bool has_token, std::string_view session,
                 std::string_view user) {
    const std::string whose = has_token ? TokenDesk::UserOf(client) : std::string(session);
    if (user != whose) {
      judge_.Breach("token", client, "is user " + std::string(user) + " and not " + whose);
    }
  }
  // Now and then, of each link that the hub holds a session for.
  void OnPatrol(const Link& link, Instant now) {
    if (link.tokens.empty() || !link.welcomed) return;
    Instant until{};
    for (const std::string& text : link.tokens) {
      until = std::max(until, desk_.Find(text)->good_until);
    }
    if (now <= until + kSlack) return;
    judge_.Breach(
        "token", link.client,
        "has a session, and its token expired " + std::to_string((now - until) / 1ms) + " ms ago");
  }
  void OnHubCloses(const Link& link, DisconnectCode code, Instant now) {
    if (code != DisconnectCode::kTokenExpired) return;
    const bool one_is_not_good =
        std::any_of(link.tokens.begin(), link.tokens.end(), [&](const std::string& text) {
          const TokenDesk::Token& token = *desk_.Find(text);
          return token.refused || token.good_at_least <= now;
        });
    if (!one_is_not_good) judge_.Breach("token", link.client, "was ended for a token that is good");
  }

 private:
  const TokenDesk& desk_;
  Judge& judge_;
};

}  // namespace roomcast::simulation

#endif  // ROOMCAST_TESTS_SIMULATION_CHECKS_TOKEN_CHECK_H_
