#include "client-wasm/core/fault.h"

#include <chrono>

#include "client-wasm/core/packed_codes.h"
#include "proto/protocol/code_table.h"

namespace roomcast::client {
namespace {

constexpr CodeRow Row(ClientCode code, std::string_view name, bool temporary,
                      std::string_view text) {
  return {static_cast<std::uint32_t>(code), name, text, temporary};
}

constexpr CodeRow kClientRows[] = {
    Row(ClientCode::kTimeout, "timeout", true, "no answer in time"),
    Row(ClientCode::kQueueTimeout, "queue_timeout", true, "no connection in time; never sent"),
    Row(ClientCode::kQueueFull, "queue_full", true, "too many calls wait for answers"),
    Row(ClientCode::kNotConnected, "not_connected", true, "no connection"),
    Row(ClientCode::kDisconnected, "disconnected", false, "the application disconnected"),
    Row(ClientCode::kClosed, "closed", false, "the client is closed"),
    Row(ClientCode::kAborted, "aborted", false, "the call was taken back"),
    Row(ClientCode::kLeft, "left", false, "the room was left"),
    Row(ClientCode::kHubChanged, "hub_changed", false, "sent, and the hub that could tell is gone"),
    Row(ClientCode::kConnectionLost, "connection_lost", true, "the connection was lost"),
    Row(ClientCode::kBadFrame, "bad_frame", true, "the hub sent what makes no sense"),
    Row(ClientCode::kBadStream, "bad_stream", true, "the hub left a hole in a room's stream"),
    Row(ClientCode::kNoPong, "no_pong", true, "the hub was silent too long"),
    Row(ClientCode::kConnectTimeout, "connect_timeout", true, "no connection in time"),
    Row(ClientCode::kTokenFailed, "token_failed", false, "no token was given"),
    Row(ClientCode::kTokenTimeout, "token_timeout", true, "no token was given in time"),
    Row(ClientCode::kParked, "parked", true, "the page is in the back/forward cache"),
    Row(ClientCode::kMoving, "moving", true, "the hub drains"),
    Row(ClientCode::kNoSuchRoom, "no_such_room", false, "the room is not open"),
};

// Of the hub's own codes the names will do: it says why in its own words.
constexpr const PackedCodes& kClient = kPackedCodes<kClientRows, true>;
constexpr const PackedCodes& kErrors = kPackedCodes<kErrorRows, false>;
constexpr const PackedCodes& kLefts = kPackedCodes<kLeftRows, false>;
constexpr const PackedCodes& kDisconnects = kPackedCodes<kDisconnectRows, false>;

Fault Make(const PackedCodes& codes, std::uint32_t code, std::string_view message) {
  const PackedCodes::Row row = codes.Find(code);
  Fault fault{code, row.name, message, row.temporary};
  if (row.name.empty()) fault.name = "unknown";
  if (message.empty()) fault.message = row.meaning;
  return fault;
}

}  // namespace

Fault FaultOf(ClientCode code) { return FaultOf(code, {}); }

Fault FaultOf(ClientCode code, std::string_view message) {
  return Make(kClient, static_cast<std::uint32_t>(code), message);
}

Fault FaultOf(ErrorCode code, std::string_view message) {
  return Make(kErrors, static_cast<std::uint32_t>(code), message);
}

Fault TooLarge(const char* message) { return FaultOf(ErrorCode::kTooLarge, message); }

Fault FaultOf(const Error& error) {
  Fault fault = Make(kErrors, error.code, error.message.view);
  fault.retryable = error.temporary;
  fault.retry_after = std::chrono::milliseconds(error.retry_after_ms);
  return fault;
}

Fault FaultOfLeft(std::uint32_t code, std::string_view reason) {
  return Make(kLefts, code, reason);
}

Fault FaultOfClose(std::uint32_t code, std::string_view reason) {
  // What a browser reports when there was no close handshake; it never crosses a wire.
  if (code == 1005 || code == 1006) return Fault{code, "connection_lost", reason, true};
  Fault fault = Make(kDisconnects, code, reason);
  fault.retryable = AfterCloseCode(code) != AfterClose::kStop;
  return fault;
}

}  // namespace roomcast::client
