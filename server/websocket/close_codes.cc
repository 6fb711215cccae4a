#include "server/websocket/close_codes.h"

namespace roomcast::websocket {

std::string ClosePayload(std::uint16_t code, std::string_view reason) {
  std::string payload;
  if (code == kCloseNoCode) return payload;
  if (reason.size() > kCloseReasonBytesMax) {
    std::size_t end = kCloseReasonBytesMax;
    // A byte 10xxxxxx continues a character: the cut may not come before it.
    while (end > 0 && (static_cast<unsigned char>(reason[end]) & 0xC0) == 0x80) --end;
    reason = reason.substr(0, end);
  }
  payload.reserve(2 + reason.size());
  payload.push_back(static_cast<char>(code >> 8));
  payload.push_back(static_cast<char>(code & 0xFF));
  payload.append(reason);
  return payload;
}

}  // namespace roomcast::websocket
