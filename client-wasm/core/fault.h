#ifndef ROOMCAST_CLIENT_WASM_CORE_FAULT_H_
#define ROOMCAST_CLIENT_WASM_CORE_FAULT_H_

#include <cstdint>
#include <string_view>

#include "proto/protocol/codes.h"
#include "proto/protocol/instant.h"
#include "proto/protocol/room_messages.h"

namespace roomcast::client {

// What the SDK itself says, beside the hub's codes of proto/protocol/codes.h and the WebSocket's.
enum class ClientCode : std::uint32_t {
  kTimeout = 10'001,       // sent, and not answered in time
  kQueueTimeout = 10'002,  // waited too long for a connection and was never sent
  kQueueFull = 10'003,     // too much is waiting to be answered
  kNotConnected = 10'004,  // needs a connection, and there is none
  kDisconnected = 10'005,  // the application disconnected
  kClosed = 10'006,        // the client is closed
  kAborted = 10'007,       // the application took the call back
  kLeft = 10'008,          // the application left the room
  kHubChanged = 10'009,    // the hub that could tell the outcome is gone
  kConnectionLost = 10'010,
  kBadFrame = 10'011,   // the hub sent what is no frame, or makes no sense where it stands
  kBadStream = 10'012,  // the hub left a hole in a stream
  kNoPong = 10'013,     // the hub was silent too long
  kConnectTimeout = 10'014,
  kTokenFailed = 10'015,
  kTokenTimeout = 10'016,
  kParked = 10'017,  // the page is hidden away in the browser's cache
  kMoving = 10'018,  // the hub drains and asked to go
  kNoSuchRoom = 10'019,
};

// Why something is not as one wished. Views: of the frame, of the input, or of constants.
struct Fault {
  std::uint32_t code = 0;  // ErrorCode, LeftCode, a close code or ClientCode; 0: no fault
  std::string_view name;
  std::string_view message;
  bool retryable = false;
  Duration retry_after{};
};

Fault FaultOf(ClientCode code);
// With a message in place of the usual one.
Fault FaultOf(ClientCode code, std::string_view message);
Fault FaultOf(ErrorCode code, std::string_view message);
Fault TooLarge(const char* message);
Fault FaultOf(const Error& error);
// A room that the hub took the session out of.
Fault FaultOfLeft(std::uint32_t code, std::string_view reason);
// The end of a socket, or the Disconnect before it.
Fault FaultOfClose(std::uint32_t code, std::string_view reason);

}  // namespace roomcast::client

#endif  // ROOMCAST_CLIENT_WASM_CORE_FAULT_H_
