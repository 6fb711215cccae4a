// What both ends agree on about permessage-deflate (RFC 7692 section 7.1), from the server's side.
//
// Both ends compress each message by itself, whatever the client offered: a compressor that is not
// told to forget would be one for each connection, and no batch could be deflated once and shared.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "server/websocket/extension_list.h"

namespace roomcast::websocket {

struct DeflateAgreement {
  // The client's inflater looks back at most 2^this bytes. A message up to that length may be
  // deflated with any window, because nothing in it lies further back.
  std::uint8_t server_window_bits = 15;
  // The client asked for that many, so the answer must say it.
  bool names_window = false;
};

// The first offer that is in order and can be kept is taken; one that is not (an unknown parameter,
// one that is there twice, a value where none belongs, a window of 2^8 bytes, which zlib cannot
// make) is passed over. What a client says of its own window needs no answer: ours is the largest
// there is. Nothing: no offer can be taken, and messages travel as they are.
std::optional<DeflateAgreement> AgreeOnDeflate(std::span<const Extension> offers);

// The value of the response's Sec-WebSocket-Extensions header.
std::string WriteAgreement(const DeflateAgreement& agreement);

}  // namespace roomcast::websocket
