// Reads WebSocket frames (RFC 6455 section 5) out of bytes that arrive in pieces, and answers with
// messages, control frames, or the one violation that ends the connection.
//
// The bytes lie in a buffer that the caller lends and may reuse for every connection. They are
// unmasked where they lie. A message or control frame that lies whole in the buffer comes out as a
// view of it; only what is cut by the buffer's end, or fragmented, is copied into memory that the
// parser owns, grows as bytes arrive (never by what a length merely declares), and gives back once
// delivered. So an idle connection holds no buffer, and a busy one at most kControlPayloadBytesMax
// and the longest message (and for the moment of growing, half as much again).
//
// What comes out does not depend on how the bytes were cut. Every check is made at the first byte
// that can decide it: a too long message is refused by its header, bad UTF-8 at the bad byte.
//
// One thread at a time. Reads no clock; deadlines and rates of control frames are the caller's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/websocket/close_codes.h"
#include "server/websocket/frame_header.h"
#include "server/websocket/utf8.h"
#include "server/websocket/violation.h"

namespace roomcast::websocket {

// Which end this is: a server takes masked frames only, a client unmasked ones only.
enum class Role : std::uint8_t { kServer, kClient };

struct FrameParserConfig {
  Role role = Role::kServer;
  // permessage-deflate is negotiated: RSV1 is allowed on a message's first frame.
  bool compression = false;
  // False: a text message is refused with 1003 at its first byte.
  bool text = true;
  // A message's payload, all fragments together. A deflated one may travel in an eighth more: what
  // cannot be deflated becomes a little longer. Headers are not counted, but fragments are: a
  // message costs the peer at most that and fragments_max * kClientHeaderBytesMax bytes, and empty
  // fragments end as well.
  std::uint32_t message_bytes_max = 64 * 1024;
  std::uint32_t fragments_max = 64;
};

// The lent bytes are used up; come back with more.
struct NeedMore {};

struct Message {
  bool text =
      false;  // and then `bytes` are UTF-8, checked (unless compressed: check after inflating)
  bool compressed = false;
  std::span<std::byte> bytes;  // the caller may write into them, to inflate or decode in place
};

struct Ping {
  std::span<const std::byte> payload;  // to be sent back in a pong
};

struct Pong {
  std::span<const std::byte> payload;
};

// The peer closes. Whatever follows it is ignored, as RFC 6455 section 5.5.1 wants.
struct Close {
  std::uint16_t code = 0;   // kCloseNoCode when there was none; otherwise one that may travel
  std::string_view reason;  // UTF-8, at most 123 bytes
};

// The peer broke the protocol. Whatever follows is ignored. Answers that were already owed to it
// should be flushed before the close frame.
struct FrameError {
  Violation violation = Violation::kReservedBit;
  // The length, opcode, code, byte or count that was wrong, and the most that was allowed; 0 where
  // the violation has none.
  std::uint64_t number = 0;
  std::uint64_t limit = 0;

  std::uint16_t CloseCode() const { return websocket::CloseCode(violation); }
  std::string Text() const { return Describe(violation, number, limit); }
};

using FrameEvent = std::variant<NeedMore, Message, Ping, Pong, Close, FrameError>;

class FrameParser {
 public:
  // message_bytes_max and fragments_max at least 1, at most 2^30.
  explicit FrameParser(const FrameParserConfig& config);

  // Takes bytes off the front of `input` up to the end of the next event, and returns that. Call it
  // until it says NeedMore: then `input` is empty, and what earlier events needed is freed. Views
  // in an event are valid until the next call, and while the lent buffer is.
  [[nodiscard]] FrameEvent Next(std::span<std::byte>& input);

  // permessage-deflate was agreed on. Before the first byte.
  void AllowCompression() { config_.compression = true; }
  // Instead of the config's message_bytes_max; 0 lets empty messages through. Not lowered in the
  // middle of a message.
  void LimitMessages(std::uint32_t message_bytes_max) {
    config_.message_bytes_max = message_bytes_max;
  }

  // A Close or FrameError came out: no more events will.
  bool Ended() const { return stage_ == Stage::kEnded; }
  // In the middle of a frame or a message: an end of the byte stream here is a cut.
  bool MidMessage() const { return message_open_ || header_size_ > 0; }
  // Bytes of memory owned besides the object itself.
  std::size_t HeldBytes() const;

 private:
  enum class Stage : std::uint8_t { kHeader, kPayload, kEnded };

  // Each takes what it can of `input`. Nothing: a stage ended without an event, go on.
  std::optional<FrameEvent> ReadHeader(std::span<std::byte>& input);
  std::optional<FrameEvent> ReadControl(std::span<std::byte>& input);
  std::optional<FrameEvent> ReadData(std::span<std::byte>& input);

  // The checks that the header's bytes so far allow; each runs once, at the byte that completes it.
  std::optional<FrameError> CheckHeaderSoFar() const;
  std::optional<FrameError> CheckFirstByte() const;
  std::optional<FrameError> CheckLength() const;

  std::size_t LengthFieldBytes() const;
  std::size_t HeaderBytesNeeded() const;
  std::uint64_t DeclaredLength() const;
  Opcode FrameOpcode() const;
  bool LastFragment() const;
  bool Compressed() const;
  // Of the message under way or beginning, as it travels.
  std::uint64_t MessageBytesMax() const;

  void BeginFrame();
  // Takes the next piece of the frame's payload off `input`, unmasked.
  std::span<std::byte> TakePayload(std::span<std::byte>& input);
  // A piece of the message that must outlive the lent buffer.
  void Keep(std::span<const std::byte> piece);
  FrameEvent ControlEvent(std::span<const std::byte> payload);
  FrameEvent CloseEvent(std::span<const std::byte> payload);
  FrameEvent End(FrameEvent last);
  void FreeDelivered();

  FrameParserConfig config_;

  Stage stage_ = Stage::kHeader;
  // The frame under way.
  std::uint8_t header_size_ = 0;
  std::array<std::byte, kClientHeaderBytesMax> header_{};
  std::uint32_t payload_left_ = 0;
  std::uint32_t payload_taken_ = 0;

  // The message under way: from its first frame's header to its last byte.
  bool message_open_ = false;
  bool message_text_ = false;
  bool message_compressed_ = false;
  Utf8Check utf8_;
  std::uint32_t message_bytes_ = 0;  // declared so far
  std::uint32_t fragments_ = 0;
  std::vector<std::byte> message_;
  std::unique_ptr<std::array<std::byte, kControlPayloadBytesMax>> control_;
};

// Part of the 3 KiB that an idle connection may cost in all.
static_assert(sizeof(FrameParser) <= 104);

}  // namespace roomcast::websocket
