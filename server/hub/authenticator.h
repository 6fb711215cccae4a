#ifndef ROOMCAST_SERVER_HUB_AUTHENTICATOR_H_
#define ROOMCAST_SERVER_HUB_AUTHENTICATOR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/protocol/instant.h"
#include "server/hub/rights.h"

namespace roomcast::hub {

// The hub's question "whose token is this?". Answered at once: it is arithmetic, not a call
// elsewhere.
class Authenticator {
 public:
  struct Identity {
    std::string user;
    // When it is believed no more; 0: never.
    WallTime expires{};
    // 0: it does not say.
    WallTime issued{};
    // What the application says of the user, as JSON text: the member data of who gives none.
    std::string info;
    std::vector<Grant> grants;
  };
  enum class Refusal { kNone, kInvalid, kExpired, kRevoked };
  struct Answer {
    Refusal refusal = Refusal::kNone;
    Identity identity;   // where not refused
    std::string reason;  // where refused, for a developer's eyes; never any of the token
  };

  virtual ~Authenticator() = default;
  // Never kRevoked, which the hub finds itself.
  // `token` is not empty and at most kTokenBytesMax long.
  virtual Answer Verify(std::string_view token, WallTime now) const = 0;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_AUTHENTICATOR_H_
