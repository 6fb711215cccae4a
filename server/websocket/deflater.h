// Deflates messages for connections that agreed on permessage-deflate (RFC 7692 section 7.2.1).
#pragma once

#include <memory>
#include <optional>
#include <string_view>

namespace roomcast::websocket {

// One is enough for all connections of a thread, since each message is deflated by itself. Its
// memory (zlib's 260 KB, and the longest message's length) is made by the first message.
class Deflater {
 public:
  // `level`: zlib's, 1 (quick) to 9 (small).
  explicit Deflater(int level);
  ~Deflater();
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  // The payload of a message with RSV1 set. It looks back at most as far as `payload` is long, and
  // never over 2^15 bytes. Nothing: it would not be shorter. Valid until the next call.
  [[nodiscard]] std::optional<std::string_view> Deflate(std::string_view payload);

 private:
  struct Stream;
  const int level_;
  std::unique_ptr<Stream> stream_;
};

}  // namespace roomcast::websocket
