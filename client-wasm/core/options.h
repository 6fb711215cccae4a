#ifndef ROOMCAST_CLIENT_WASM_CORE_OPTIONS_H_
#define ROOMCAST_CLIENT_WASM_CORE_OPTIONS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "proto/protocol/client_messages.h"
#include "proto/protocol/limits.h"

namespace roomcast::client {

// What the application chooses. All are views; what the core keeps, it copies.

struct ClientOptions {
  std::string_view url;   // ws:// or wss://
  std::string_view name;  // for the hub's log; at most 64 bytes each
  std::string_view version;
  std::string_view token;  // may be empty: anonymous, or a provider gives one
  // The application answers NeedToken. Without, `token` is all there is.
  bool token_provider = false;
  // Random, from a cryptographic source: the last 8 bytes are a secret.
  std::array<char, kProducerBytes> producer{};
  // For jitter; any 64 random bits.
  std::uint64_t seed = 0;
};

// Of a room that is joined already, a token and member data, where given, take the place of those
// before, and presence may only become more.
struct JoinOptions {
  std::string_view token;
  std::string_view member_data;
  // Where reading begins, on the first join. None: from now on. Later joins go on from the
  // position.
  std::variant<std::monostate, Position, LastCount, LastMs> since;
  OnLost on_lost = OnLost::kContinue;
  PresenceInterest presence = PresenceInterest::kNone;
  // False: own publications are not delivered.
  bool echo = true;
};

struct PublishOptions {
  std::string_view type;
  Encoding encoding = Encoding::kBytes;
  std::string_view data;
  std::string_view key;
  std::span<const Tag> tags;
  // From its sending; 0: kCallTimeout.
  Duration timeout{};
};

// Which publications a page of history has.
struct HistoryOptions {
  // Reads upwards after this, or with `reverse` downwards before it. None: from that end.
  std::optional<Position> from;
  std::uint32_t limit = 0;  // at most so many; 0: the room's position alone
  bool reverse = false;
};

// What the page or the machine says of itself.
enum class Signal : std::uint8_t {
  kHidden = 1,   // not seen: one attempt a minute
  kVisible = 2,  // seen again
  kOnline = 3,
  kOffline = 4,
  kWake = 5,      // resumed, focused after a while
  kPageHide = 6,  // into the back/forward cache
  kPageShow = 7,
  kUnload = 8,  // for good
};

}  // namespace roomcast::client

#endif  // ROOMCAST_CLIENT_WASM_CORE_OPTIONS_H_
