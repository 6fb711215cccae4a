#ifndef ROOMCAST_CLIENT_WASM_CORE_CONNECTION_TABLE_H_
#define ROOMCAST_CLIENT_WASM_CORE_CONNECTION_TABLE_H_

#include <array>
#include <cstdint>
#include <optional>

#include "client-wasm/core/effects.h"

namespace roomcast::client {

// Where the client is on its way to a connection. One table says every step; what is not in it
// cannot happen, and an event that has no row changes nothing.

enum class Phase : std::uint8_t {
  kIdle,      // the application does not want a connection, or a code said stop
  kToken,     // waiting for the application's token
  kOpening,   // a socket was asked for
  kGreeting,  // it is open; Hello was sent
  kLive,      // Welcome came
  kWaiting,   // until the next attempt
  kParked,    // the page is put away; no attempts until it is shown
  kClosed,    // for good
};
inline constexpr std::size_t kPhases = 8;

enum class Step : std::uint8_t {
  kAskToken,  // an attempt begins, and needs a token first
  kOpen,      // an attempt begins with a socket
  kGreet,     // the socket is open
  kWelcome,
  kWait,  // the attempt or the connection failed; try again later
  kStop,  // disconnect(), or a code that says stop
  kPark,
  kClose,
};
inline constexpr std::size_t kSteps = 8;

inline constexpr std::array<std::array<std::optional<Phase>, kSteps>, kPhases> kPhaseTable = [] {
  constexpr std::optional<Phase> no;
  using enum Phase;
  return std::array<std::array<std::optional<Phase>, kSteps>, kPhases>{{
      //              kAskToken kOpen   kGreet     kWelcome kWait    kStop  kPark    kClose
      /* kIdle     */ {kToken, kOpening, no, no, no, no, no, kClosed},
      /* kToken    */ {no, kOpening, no, no, kWaiting, kIdle, kParked, kClosed},
      /* kOpening  */ {no, no, kGreeting, no, kWaiting, kIdle, kParked, kClosed},
      /* kGreeting */ {no, no, no, kLive, kWaiting, kIdle, kParked, kClosed},
      /* kLive     */ {no, no, no, no, kWaiting, kIdle, kParked, kClosed},
      /* kWaiting  */ {kToken, kOpening, no, no, no, kIdle, kParked, kClosed},
      /* kParked   */ {kToken, kOpening, no, no, no, kIdle, no, kClosed},
      /* kClosed   */ {no, no, no, no, no, no, no, no},
  }};
}();

constexpr std::optional<Phase> Next(Phase phase, Step step) {
  return kPhaseTable[static_cast<std::size_t>(phase)][static_cast<std::size_t>(step)];
}

// There is a socket: asked for, open or live.
constexpr bool HasSocket(Phase phase) {
  return phase == Phase::kOpening || phase == Phase::kGreeting || phase == Phase::kLive;
}

// What the application is told. `was_connected`: since it last asked for a connection.
constexpr ConnectionState StateOf(Phase phase, bool was_connected) {
  switch (phase) {
    case Phase::kIdle:
      return ConnectionState::kDisconnected;
    case Phase::kClosed:
      return ConnectionState::kClosed;
    case Phase::kLive:
      return ConnectionState::kConnected;
    default:
      return was_connected ? ConnectionState::kReconnecting : ConnectionState::kConnecting;
  }
}

}  // namespace roomcast::client

#endif  // ROOMCAST_CLIENT_WASM_CORE_CONNECTION_TABLE_H_
