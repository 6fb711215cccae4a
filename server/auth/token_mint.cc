#include "server/auth/token_mint.h"

#include <nlohmann/json.hpp>

#include "server/auth/compact_jws.h"
#include "server/auth/token_key.h"
#include "server/auth/token_verifier.h"

namespace roomcast::auth {

std::optional<std::string> MintDevelopmentToken(std::string_view secret, std::string_view user,
                                                WallTime now, std::chrono::seconds lifetime,
                                                const TokenRules& rules,
                                                const std::vector<RoomGrant>& rooms) {
  using nlohmann::json;
  const auto key = TokenKey::Hs256("", secret);
  if (!key) return std::nullopt;
  const auto issued_at = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch();
  json payload = {
      {"sub", user}, {"iat", issued_at.count()}, {"exp", (issued_at + lifetime).count()}};
  if (!rules.audience.empty()) payload["aud"] = rules.audience;
  if (!rules.issuer.empty()) payload["iss"] = rules.issuer;
  for (const auto& [room, rights] : rooms) {
    json names = json::array();
    for (const auto& [name, right] : kRightNames) {
      if (rights.*right) names.push_back(name);
    }
    payload["roomcast"]["rooms"].push_back({{"room", room}, {"rights", names}});
  }
  const json header = {{"alg", NameOf(key->algorithm())}, {"typ", "JWT"}};
  // A user that is not UTF-8 becomes another one here, and is refused below.
  const std::string text = payload.dump(-1, ' ', false, json::error_handler_t::replace);
  std::string token = Base64Url(header.dump()) + "." + Base64Url(text);
  token += "." + Base64Url(key->Sign(token));
  // One judge of what a token may say.
  const TokenVerdict verdict = DevelopmentVerifier(secret, rules).Verify(token, now);
  const auto* claims = std::get_if<TokenClaims>(&verdict);
  if (claims == nullptr || claims->user != user) return std::nullopt;
  if (claims->rooms.size() != rooms.size()) return std::nullopt;
  return token;
}

}  // namespace roomcast::auth
