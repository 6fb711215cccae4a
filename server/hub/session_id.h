#ifndef ROOMCAST_SERVER_HUB_SESSION_ID_H_
#define ROOMCAST_SERVER_HUB_SESSION_ID_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/hub/ids.h"

namespace roomcast::hub {

// A session's id as text is 28 hexadecimal digits: 4 for the shard that made it, which keeps
// account of where the session is, and 24 that are random. Knowing one proves nothing; the
// session's key does.
struct SessionNumber {
  std::uint64_t high = 0;
  std::uint32_t low = 0;
  ShardId home{};
  friend bool operator==(const SessionNumber&, const SessionNumber&) = default;
};

std::string FormatSessionId(const SessionNumber& number);
// nullopt: no hub writes an id like this.
std::optional<SessionNumber> ParseSessionId(std::string_view id);

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_SESSION_ID_H_
