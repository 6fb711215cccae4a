#ifndef ROOMCAST_SERVER_AUTH_TOKEN_MINT_H_
#define ROOMCAST_SERVER_AUTH_TOKEN_MINT_H_

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/auth/token_claims.h"

namespace roomcast::auth {

// Makes a token that DevelopmentVerifier(secret, rules) believes from `now` on: HS256, with `sub`,
// `iat` and `exp`, and the audience and issuer that the rules ask for. For trying things; in
// production the application's own backend makes them. nullopt: the secret is empty, or the user or
// a room is not one that a token may name.
std::optional<std::string> MintDevelopmentToken(std::string_view secret, std::string_view user,
                                                WallTime now, std::chrono::seconds lifetime,
                                                const TokenRules& rules = {},
                                                const std::vector<RoomGrant>& rooms = {});

}  // namespace roomcast::auth

#endif  // ROOMCAST_SERVER_AUTH_TOKEN_MINT_H_
