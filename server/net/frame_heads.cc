#include "server/net/frame_heads.h"

#include <cstring>

#include "server/websocket/close_codes.h"
#include "server/websocket/frame_header.h"

namespace roomcast::net {
namespace {

using websocket::Opcode;

static_assert(websocket::kServerHeaderBytesMax <= hub::SharedBytes::kHeadBytesMax);

std::size_t WriteHeadOf(Opcode opcode, std::size_t payload_bytes, char* out,
                        bool compressed = false) {
  const websocket::FrameHeader header =
      websocket::ServerFrameHeader({opcode, /*last=*/true, compressed}, payload_bytes);
  std::memcpy(out, header.data.data(), header.size);
  return header.size;
}

}  // namespace

std::size_t WriteBinaryHead(std::size_t payload_bytes, char* out) {
  return WriteHeadOf(Opcode::kBinary, payload_bytes, out);
}

std::size_t WriteTextHead(std::size_t payload_bytes, char* out) {
  return WriteHeadOf(Opcode::kText, payload_bytes, out);
}

hub::SharedBytes MakeDeflated(const hub::SharedBytes& message, std::string_view deflated) {
  const auto binary = [](std::size_t bytes, char* out) {
    return WriteHeadOf(Opcode::kBinary, bytes, out, /*compressed=*/true);
  };
  const auto text = [](std::size_t bytes, char* out) {
    return WriteHeadOf(Opcode::kText, bytes, out, /*compressed=*/true);
  };
  const bool is_text = (message.framed().front() & 0x0F) == static_cast<char>(Opcode::kText);
  if (is_text) return hub::SharedBytes::Join(text, {deflated});
  return hub::SharedBytes::Join(binary, {deflated});
}

hub::SharedBytes MakePong(std::span<const std::byte> payload) {
  const auto head = [](std::size_t bytes, char* out) {
    return WriteHeadOf(Opcode::kPong, bytes, out);
  };
  return hub::SharedBytes::Join(head,
                                {{reinterpret_cast<const char*>(payload.data()), payload.size()}});
}

hub::SharedBytes MakeClose(std::uint16_t code, std::string_view reason) {
  const auto head = [](std::size_t bytes, char* out) {
    return WriteHeadOf(Opcode::kClose, bytes, out);
  };
  return hub::SharedBytes::Join(head, {websocket::ClosePayload(code, reason)});
}

hub::SharedBytes MakeBare(std::string_view bytes) {
  return hub::SharedBytes::Join([](std::size_t, char*) -> std::size_t { return 0; }, {bytes});
}

}  // namespace roomcast::net
