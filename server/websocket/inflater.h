// Inflates the messages of connections that agreed on permessage-deflate (RFC 7692 section 7.2.2).
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <variant>

#include "server/websocket/frame_parser.h"

namespace roomcast::websocket {

// One is enough for all connections of a thread, since no message depends on the one before. Its
// memory (zlib's 40 KB, and as many bytes of output as the largest message had) is made by the
// first message, and is what all of them cost together.
//
// A small message can inflate to a thousand times its length: bytes are counted while they come
// out, and the one over the limit is the last.
class Inflater {
 public:
  Inflater();
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // The message, or why it is refused: kDeflateCorrupt (the number: how much of it was read),
  // kDeflateTruncated, kInflatedTooLong.
  using Answer = std::variant<std::span<std::byte>, FrameError>;

  // `deflated` is a whole message's payload as it travelled, all fragments together, not in this
  // object's own memory. The answer's bytes may be written into, and are valid until the next call.
  //
  // A last block (BFINAL) does not have to be the message's end: what follows it is inflated as if
  // it began anew (RFC 7692 section 7.2.3.4).
  [[nodiscard]] Answer Inflate(std::span<const std::byte> deflated, std::size_t bytes_max);

 private:
  struct Work;
  std::unique_ptr<Work> work_;
};

}  // namespace roomcast::websocket
