#ifndef ROOMCAST_CLIENT_WASM_CORE_IDS_H_
#define ROOMCAST_CLIENT_WASM_CORE_IDS_H_

#include <algorithm>
#include <cstdint>

#include "proto/protocol/instant.h"

namespace roomcast::client {

// Numbers by which the core and its caller name things to each other. 0 is nothing.

// A call of the application that settles exactly once. Also the id of its command on the wire.
enum class CallId : std::uint32_t {};
// A room that the application has opened. Never used again in one client.
enum class RoomId : std::uint32_t {};
// One attempt at a connection and its socket. Rises by one with each.
enum class Generation : std::uint32_t {};

inline constexpr CallId kNoCall{};
inline constexpr RoomId kNoRoom{};
inline constexpr Generation kNoGeneration{};

// How long ago `since` was. A machine that slept may have stopped either clock: the longer counts.
inline Duration Elapsed(const Now& since, const Now& now) {
  return std::max(now.instant - since.instant,
                  Duration(Microseconds(now.wall) - Microseconds(since.wall)));
}

}  // namespace roomcast::client

#endif  // ROOMCAST_CLIENT_WASM_CORE_IDS_H_
