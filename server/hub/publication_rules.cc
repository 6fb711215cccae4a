#include "server/hub/publication_rules.h"

#include <string>

#include "proto/protocol/limits.h"
#include "proto/protocol/room_name.h"
#include "proto/protocol/utf8.h"

namespace roomcast::hub {
namespace {

Failure TooLong(std::string_view what, std::size_t bytes, std::size_t bytes_max) {
  return {ErrorCode::kTooLarge, std::string(what) + " has " + std::to_string(bytes) +
                                    " bytes, the most is " + std::to_string(bytes_max)};
}

}  // namespace

std::optional<Failure> FaultOf(const PublishToRoom& publish) {
  if (publish.data.size() > kPublicationDataBytesMax) {
    return TooLong("data", publish.data.size(), kPublicationDataBytesMax);
  }
  if (publish.type.size() > kTypeBytesMax) {
    return TooLong("type", publish.type.size(), kTypeBytesMax);
  }
  if (publish.key.size() > kKeyBytesMax) return TooLong("key", publish.key.size(), kKeyBytesMax);
  if (publish.publisher_user.size() > kUserBytesMax) {
    return TooLong("user", publish.publisher_user.size(), kUserBytesMax);
  }
  if (publish.tags.size() > kTagsMax) {
    return Failure{ErrorCode::kTooLarge, "there are " + std::to_string(publish.tags.size()) +
                                             " tags, the most is " + std::to_string(kTagsMax)};
  }
  for (const auto& [name, value] : publish.tags) {
    if (name.empty()) return Failure{ErrorCode::kBadRequest, "a tag has no name"};
    const std::size_t longest = std::max(name.size(), value.size());
    if (longest > kTagBytesMax) return TooLong("a tag", longest, kTagBytesMax);
  }
  switch (publish.encoding) {
    case Encoding::kBytes:
      return std::nullopt;
    case Encoding::kText:
    case Encoding::kJson:
      if (IsUtf8(publish.data)) return std::nullopt;
      return Failure{ErrorCode::kBadRequest, "data is said to be text, and is not UTF-8"};
  }
  return Failure{ErrorCode::kBadRequest, "the encoding is none of bytes, text and json"};
}

NamespaceAnswer FindNamespaceOf(const HubConfig& config, std::string_view room) {
  const RoomNameFault fault = CheckRoomName(room);
  if (fault != RoomNameFault::kNone) {
    return {nullptr, {ErrorCode::kBadRoomName, "the room name " + std::string(Describe(fault))}};
  }
  const std::string_view name = NamespaceOf(room);
  const NamespaceConfig* found = config.FindNamespace(name);
  if (found == nullptr) {
    return {nullptr, {ErrorCode::kUnknownNamespace, "there is no namespace " + std::string(name)}};
  }
  return {found, {}};
}

}  // namespace roomcast::hub
