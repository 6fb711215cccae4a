// Writing WebSocket frames (RFC 6455 section 5.2). A server's frame is its header followed by the
// payload as it is, so a payload shared by thousands of connections needs its header once. A
// client's frame is masked; the native SDK and the tests write those.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "server/websocket/mask.h"

namespace roomcast::websocket {

enum class Opcode : std::uint8_t {
  kContinuation = 0x0,
  kText = 0x1,
  kBinary = 0x2,
  kClose = 0x8,
  kPing = 0x9,
  kPong = 0xA,
};

// Two bytes, and eight of length at most.
inline constexpr std::size_t kServerHeaderBytesMax = 10;
// A client's header ends with the masking key.
inline constexpr std::size_t kClientHeaderBytesMax = kServerHeaderBytesMax + 4;

// What the first byte says. A message is one frame with `last`, or one with its opcode and then
// kContinuation frames, of which only the last has `last`.
struct FrameShape {
  Opcode opcode = Opcode::kBinary;
  bool last = true;
  // RSV1 (RFC 7692): the message is deflated. Only on a message's first frame, only when
  // negotiated.
  bool compressed = false;
};

// A header's bytes, by value.
struct FrameHeader {
  std::array<std::byte, kClientHeaderBytesMax> data{};
  std::uint8_t size = 0;

  std::span<const std::byte> bytes() const { return {data.data(), size}; }
};

// `payload_bytes` < 2^63. Lengths are always written in their shortest form.
FrameHeader ServerFrameHeader(FrameShape shape, std::uint64_t payload_bytes);
FrameHeader ClientFrameHeader(FrameShape shape, std::uint64_t payload_bytes, const MaskKey& key);

// A whole frame at the end of `out`, the payload copied and, for a client, masked. For small frames
// and tests; a batch writes its header only.
void AppendServerFrame(std::string& out, FrameShape shape, std::span<const std::byte> payload);
void AppendClientFrame(std::string& out, FrameShape shape, std::span<const std::byte> payload,
                       const MaskKey& key);

}  // namespace roomcast::websocket
