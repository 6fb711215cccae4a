#ifndef ROOMCAST_TESTS_SIMULATION_TOKEN_DESK_H_
#define ROOMCAST_TESTS_SIMULATION_TOKEN_DESK_H_

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/protocol/instant.h"
#include "server/hub/authenticator.h"
#include "tests/simulation/judge.h"

namespace roomcast::simulation {

// Who gives clients their tokens, and who knows them again when a hub asks. A token's text is its
// number. Two clients share a user.
class TokenDesk : public hub::Authenticator {
 public:
  struct Token {
    ClientIndex client = 0;
    WallTime expires{};
    // Until when a hub that believed it may go by it. Its wall clock may jump between two askings:
    // the latest, and the earliest.
    Instant good_until{};
    Instant good_at_least{};
    bool refused = false;
  };

  // `now`: the world's time, which the desk looks at whenever it is asked.
  explicit TokenDesk(const Instant& now) : now_(now) {}

  static std::string UserOf(ClientIndex client) { return "user-" + std::to_string(client / 2); }

  std::string Give(ClientIndex client, WallTime expires) {
    tokens_.push_back({client, expires});
    return std::to_string(tokens_.size());
  }
  // nullptr: it is none of this desk's.
  [[nodiscard]] const Token* Find(std::string_view text) const { return Look(text); }

  Answer Verify(std::string_view text, WallTime now) const override {
    Token* token = Look(text);
    if (token == nullptr) return {Refusal::kInvalid, {}, "the token is nobody's"};
    const Duration left(Microseconds(token->expires) - Microseconds(now));
    if (left <= Duration(0)) {
      token->refused = true;
      return {Refusal::kExpired, {}, "the token is expired"};
    }
    const Instant until = now_ + left;
    token->good_until = std::max(token->good_until, until);
    token->good_at_least =
        token->good_at_least == Instant() ? until : std::min(token->good_at_least, until);
    Answer answer;
    answer.identity.user = UserOf(token->client);
    answer.identity.expires = token->expires;
    return answer;
  }

 private:
  Token* Look(std::string_view text) const {
    std::size_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number == 0 || number > tokens_.size() ? nullptr : &tokens_[number - 1];
  }

  const Instant& now_;
  mutable std::vector<Token> tokens_;
};

}  // namespace roomcast::simulation

#endif  // ROOMCAST_TESTS_SIMULATION_TOKEN_DESK_H_
