#include "proto/protocol/room_name.h"

#include "proto/protocol/limits.h"
#include "proto/protocol/utf8.h"

namespace roomcast {
namespace {

// `text` is well-formed UTF-8. C1 controls are U+0080 to U+009F: 0xc2 0x80 to 0xc2 0x9f.
bool HasControlCharacter(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7f) return true;
    if (byte == 0xc2 && static_cast<unsigned char>(text[i + 1]) < 0xa0) return true;
  }
  return false;
}

}  // namespace

RoomNameFault CheckRoomName(std::string_view name) {
  if (name.empty()) return RoomNameFault::kEmpty;
  if (name.size() > kRoomNameBytesMax) return RoomNameFault::kTooLong;
  if (!IsUtf8(name)) return RoomNameFault::kNotUtf8;
  if (HasControlCharacter(name)) return RoomNameFault::kControlCharacter;
  if (name.front() == ' ' || name.back() == ' ') return RoomNameFault::kSpaceAtEnds;
  return RoomNameFault::kNone;
}

std::string_view Describe(RoomNameFault fault) {
  switch (fault) {
    case RoomNameFault::kNone:
      return "is well formed";
    case RoomNameFault::kEmpty:
      return "is empty";
    case RoomNameFault::kTooLong:
      return "is longer than 255 bytes";
    case RoomNameFault::kNotUtf8:
      return "is not UTF-8";
    case RoomNameFault::kControlCharacter:
      return "has a control character";
    case RoomNameFault::kSpaceAtEnds:
      return "begins or ends with a space";
  }
  return "is not well formed";
}

std::string_view NamespaceOf(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? std::string_view("default") : name.substr(0, colon);
}

}  // namespace roomcast
