// Words that every question of the bridge to the hub uses: plain values, no gRPC, no Protobuf.
#ifndef ROOMCAST_BRIDGE_GATEWAY_WORDS_H_
#define ROOMCAST_BRIDGE_GATEWAY_WORDS_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>

#include "absl/functional/any_invocable.h"

namespace roomcast::bridge {

// Why it did not happen. `code` is one of the error codes of proto/protocol/codes.h, or the
// application's own (400-1999).
struct HubError {
  std::uint32_t code = 0;
  std::string message;
  bool temporary = false;
  std::uint32_t retry_after_ms = 0;
};

template <class Outcome>
using Answer = std::variant<Outcome, HubError>;

template <class Outcome>
using Done = absl::AnyInvocable<void(Answer<Outcome>) &&>;

using Deadline = std::chrono::steady_clock::time_point;
inline constexpr Deadline kNoDeadline = Deadline::max();

struct RoomPosition {
  std::uint64_t epoch = 0;
  std::uint64_t offset = 0;
};

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_GATEWAY_WORDS_H_
