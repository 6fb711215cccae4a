#include "server/websocket/frame_header.h"

#include <cstring>

namespace roomcast::websocket {
namespace {

constexpr std::uint8_t kLastBit = 0x80;
constexpr std::uint8_t kCompressedBit = 0x40;
constexpr std::uint8_t kMaskedBit = 0x80;

// Writes all but the masking key, and answers how many bytes that took.
std::uint8_t WriteHeader(FrameShape shape, std::uint64_t payload_bytes, std::uint8_t masked_bit,
                         std::byte* out) {
  const auto first = static_cast<std::uint8_t>(static_cast<std::uint8_t>(shape.opcode) |
                                               (shape.last ? kLastBit : 0) |
                                               (shape.compressed ? kCompressedBit : 0));
  out[0] = std::byte{first};
  std::uint8_t length_bytes = 0;
  std::uint64_t length = payload_bytes;
  if (payload_bytes > 0xFFFF) {
    length_bytes = 8;
    length = 127;
  } else if (payload_bytes > 125) {
    length_bytes = 2;
    length = 126;
  }
  out[1] = static_cast<std::byte>(masked_bit | length);
  for (std::uint8_t i = 0; i < length_bytes; ++i) {
    out[2 + i] = static_cast<std::byte>((payload_bytes >> (8 * (length_bytes - 1 - i))) & 0xFF);
  }
  return static_cast<std::uint8_t>(2 + length_bytes);
}

void AppendBytes(std::string& out, std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace

FrameHeader ServerFrameHeader(FrameShape shape, std::uint64_t payload_bytes) {
  FrameHeader header;
  header.size = WriteHeader(shape, payload_bytes, 0, header.data.data());
  return header;
}

FrameHeader ClientFrameHeader(FrameShape shape, std::uint64_t payload_bytes, const MaskKey& key) {
  FrameHeader header;
  header.size = WriteHeader(shape, payload_bytes, kMaskedBit, header.data.data());
  std::memcpy(header.data.data() + header.size, key.data(), key.size());
  header.size = static_cast<std::uint8_t>(header.size + key.size());
  return header;
}

void AppendServerFrame(std::string& out, FrameShape shape, std::span<const std::byte> payload) {
  AppendBytes(out, ServerFrameHeader(shape, payload.size()).bytes());
  AppendBytes(out, payload);
}

void AppendClientFrame(std::string& out, FrameShape shape, std::span<const std::byte> payload,
                       const MaskKey& key) {
  AppendBytes(out, ClientFrameHeader(shape, payload.size(), key).bytes());
  const std::size_t start = out.size();
  AppendBytes(out, payload);
  ApplyMask(std::as_writable_bytes(std::span(out).subspan(start)), key, 0);
}

}  // namespace roomcast::websocket
