#ifndef ROOMCAST_SERVER_AUTH_TOKEN_CLAIMS_H_
#define ROOMCAST_SERVER_AUTH_TOKEN_CLAIMS_H_

#include <chrono>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "server/auth/token_refusal.h"

namespace roomcast::auth {

// `roomcast.info`, as JSON text without spaces.
inline constexpr std::size_t kInfoBytesMax = 1024;
inline constexpr std::size_t kGrantsMax = 256;

// The hub's wall clock, which its caller reads.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

// What a grant allows in its rooms.
struct Rights {
  bool join = false;
  bool publish = false;
  bool history = false;
  bool presence = false;
  bool manage = false;
};
inline constexpr Rights kAllButManaging{true, true, true, true, false};

// Their names in a token.
inline constexpr std::pair<std::string_view, bool Rights::*> kRightNames[] = {
    {"join", &Rights::join},
    {"publish", &Rights::publish},
    {"history", &Rights::history},
    {"presence", &Rights::presence},
    {"manage", &Rights::manage}};

// One entry of `roomcast.rooms`.
struct RoomGrant {
  // A room's name, or a pattern: the beginning of names, with a `*` at its end.
  std::string room;
  Rights rights;
};

// What a believed token says. Names are those of RFC 7519, and of the object claim `roomcast`:
//   {"sub": "alice", "exp": 1700000000,
//    "roomcast": {"info": {…}, "rooms": [{"room": "chat:42", "rights": ["join", "publish"]}]}}
struct TokenClaims {
  // `sub`: 1 to kUserBytesMax (255) bytes of UTF-8 without control characters.
  std::string user;
  // `exp`, without the skew.
  WallTime expires_at;
  // `iat`.
  std::optional<WallTime> issued_at;
  // `roomcast.info` as JSON text; empty: none.
  std::string info;
  std::vector<RoomGrant> rooms;
};

// What a token is held against.
struct TokenRules {
  // Empty: not asked.
  std::string audience = {};
  std::string issuer = {};
  std::chrono::milliseconds clock_skew = std::chrono::seconds(60);
};

// Reads the payload of a token whose signature is good. Claims that are not named above are
// ignored. Pure; any thread.
std::variant<TokenClaims, TokenRefusal> ReadClaims(const nlohmann::json& payload,
                                                   const TokenRules& rules, WallTime now);

}  // namespace roomcast::auth

#endif  // ROOMCAST_SERVER_AUTH_TOKEN_CLAIMS_H_
