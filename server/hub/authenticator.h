#ifndef ROOMCAST_SERVER_HUB_AUTHENTICATOR_H_
#define ROOMCAST_SERVER_HUB_AUTHENTICATOR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proto/protocol/instant.h"

namespace roomcast::hub {

// The hub's question "whose token is this?". Answered at once: it is arithmetic, not a call
// elsewhere.
class Authenticator {
 public:
  struct Identity {
    std::string user;
    WallTime expires{};  // 0: never
  };
  enum class Refusal { kNone, kInvalid, kExpired };
  struct Answer {
    Refusal refusal = Refusal::kNone;
    Identity identity;   // where not refused
    std::string reason;  // where refused, for a developer's eyes; never any of the token
  };

  virtual ~Authenticator() = default;
  // `token` is not empty and at most kTokenBytesMax long.
  virtual Answer Verify(std::string_view token, WallTime now) const = 0;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_AUTHENTICATOR_H_
