#ifndef ROOMCAST_SERVER_NET_FRAME_HEADS_H_
#define ROOMCAST_SERVER_NET_FRAME_HEADS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "server/hub/shared_bytes.h"

namespace roomcast::net {

// How the hub's messages begin on a WebSocket: as one binary message each. A hub::WriteHead.
std::size_t WriteBinaryHead(std::size_t payload_bytes, char* out);

// The other form of a message of the hub's: the same kind of frame, its payload deflated.
hub::SharedBytes MakeDeflated(const hub::SharedBytes& message, std::string_view deflated);

// Text, for applications that speak it.
std::size_t WriteTextHead(std::size_t payload_bytes, char* out);

// Frames of the connection's own.
hub::SharedBytes MakePong(std::span<const std::byte> payload);
hub::SharedBytes MakeClose(std::uint16_t code, std::string_view reason);
// Bytes as they are: an HTTP response.
hub::SharedBytes MakeBare(std::string_view bytes);

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_FRAME_HEADS_H_
