#ifndef ROOMCAST_CLIENT_WASM_CORE_ROOM_TABLE_H_
#define ROOMCAST_CLIENT_WASM_CORE_ROOM_TABLE_H_

#include <array>
#include <cstdint>
#include <optional>

#include "client-wasm/core/effects.h"

namespace roomcast::client {

// Where the client is on its way into a room. The wish is the phase itself: kOut says that the
// application does not want to be in, every other that it does. An event without a row changes
// nothing.

enum class RoomPhase : std::uint8_t {
  kOut,
  kOffline,  // wanted; Join was not sent on this connection, or there is none
  kAsked,    // Join is under way, by itself or in Hello
  kMember,
  kPause,  // wanted; to be asked again later
};
inline constexpr std::size_t kRoomPhases = 5;

enum class RoomStep : std::uint8_t {
  kWant,      // join()
  kUnwant,    // leave()
  kAsk,       // Join goes out
  kJoined,    // the hub said yes
  kRefused,   // no
  kPutOff,    // not now, or no answer
  kRemoved,   // Left, stay out
  kSentBack,  // Left, join again
  kDown,      // the connection is gone
};
inline constexpr std::size_t kRoomSteps = 9;

inline constexpr std::array<std::array<std::optional<RoomPhase>, kRoomSteps>, kRoomPhases>
    kRoomTable = [] {
      constexpr std::optional<RoomPhase> no;
      using enum RoomPhase;
      return std::array<std::array<std::optional<RoomPhase>, kRoomSteps>, kRoomPhases>{{
          //            kWant     kUnwant kAsk kJoined kRefused kPutOff kRemoved kSentBack kDown
          /* kOut     */ {kOffline, no, no, no, no, no, no, no, no},
          /* kOffline */ {no, kOut, kAsked, no, no, no, no, no, no},
          /* kAsked   */ {no, kOut, no, kMember, kOut, kPause, no, no, kOffline},
          /* kMember  */ {no, kOut, no, no, no, no, kOut, kPause, kOffline},
          /* kPause   */ {no, kOut, kAsked, no, no, no, no, no, kOffline},
      }};
    }();

constexpr std::optional<RoomPhase> Next(RoomPhase phase, RoomStep step) {
  return kRoomTable[static_cast<std::size_t>(phase)][static_cast<std::size_t>(step)];
}

constexpr RoomState StateOf(RoomPhase phase) {
  switch (phase) {
    case RoomPhase::kOut:
      return RoomState::kLeft;
    case RoomPhase::kMember:
      return RoomState::kJoined;
    default:
      return RoomState::kJoining;
  }
}

}  // namespace roomcast::client

#endif  // ROOMCAST_CLIENT_WASM_CORE_ROOM_TABLE_H_
