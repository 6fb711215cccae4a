#include "bridge/publish_request.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bridge/bridge_config.h"
#include "bridge/hub_status.h"
#include "bridge/message_bytes.h"
#include "bridge/request_fault.h"
#include "proto/protocol/codes.h"
#include "proto/protocol/limits.h"

namespace roomcast::bridge {
namespace {

using Content = v1::NewPublication::ContentCase;

// Of a publication that may be changed, so may be this.
const std::string& DataOf(const v1::NewPublication& publication) {
  switch (publication.content_case()) {
    case Content::kText:
      return publication.text();
    case Content::kJson:
      return publication.json();
    case Content::kData:
    case Content::CONTENT_NOT_SET:
      return publication.data();
  }
  return publication.data();
}

Encoding EncodingOf(const v1::NewPublication& publication) {
  switch (publication.content_case()) {
    case Content::kText:
      return Encoding::kText;
    case Content::kJson:
      return Encoding::kJson;
    case Content::kData:
    case Content::CONTENT_NOT_SET:
      return Encoding::kBytes;
  }
  return Encoding::kBytes;
}

std::optional<HubError> FaultInContent(const v1::NewPublication& publication,
                                       const Caller& caller) {
  if (publication.content_case() == Content::CONTENT_NOT_SET) {
    return BadRequest("publication.content is missing: set data, text or json, even if empty");
  }
  const std::size_t bytes = DataOf(publication).size();
  const std::size_t most = std::min(kPublicationDataBytesMax, caller.publication_bytes_max());
  if (bytes <= most) return std::nullopt;
  return MakeError(ErrorCode::kTooLarge,
                   absl::StrCat("publication.content has ", bytes, " bytes, the most is ", most));
}

std::optional<HubError> FaultInIdempotencyKey(const std::string& key) {
  if (key.size() <= kIdempotencyKeyBytesMax) return std::nullopt;
  return MakeError(ErrorCode::kTooLarge,
                   absl::StrCat("idempotency_key has ", key.size(), " bytes, the most is ",
                                kIdempotencyKeyBytesMax));
}

template <class Request>
std::optional<HubError> FaultInWhatIsCommon(const Request& request, const Caller& caller) {
  if (!request.has_publication()) return BadRequest("publication is missing");
  if (auto fault = FaultInContent(request.publication(), caller)) return fault;
  return FaultInIdempotencyKey(request.idempotency_key());
}

// A room twice would be published twice, or be its own duplicate: neither is what anybody means.
std::optional<HubError> FaultInRepetition(const v1::BroadcastRequest& request) {
  std::vector<std::string_view> rooms(request.rooms().begin(), request.rooms().end());
  std::sort(rooms.begin(), rooms.end());
  if (std::adjacent_find(rooms.begin(), rooms.end()) == rooms.end()) return std::nullopt;
  return BadRequest("rooms has a room twice");
}

}  // namespace

std::optional<HubError> FaultIn(const v1::PublishRequest& request, const Caller& caller) {
  if (auto fault = FaultInRoom("room", request.room(), caller)) return fault;
  if (auto fault = FaultInWhatIsCommon(request, caller)) return fault;
  return FaultInRate(caller, 1);
}

std::optional<HubError> FaultIn(const v1::BroadcastRequest& request, const Caller& caller) {
  if (request.rooms().empty()) return BadRequest("rooms is empty");
  if (request.rooms_size() > kBroadcastRoomsMax) {
    return MakeError(ErrorCode::kTooLarge,
                     absl::StrCat("rooms has ", request.rooms_size(), " names, the most is ",
                                  kBroadcastRoomsMax));
  }
  if (auto fault = FaultInWhatIsCommon(request, caller)) return fault;
  for (int i = 0; i < request.rooms_size(); ++i) {
    const std::string field = absl::StrCat("rooms[", i, "]");
    if (auto fault = FaultInRoom(field, request.rooms(i), caller)) return fault;
  }
  if (auto fault = FaultInRepetition(request)) return fault;
  return FaultInRate(caller, static_cast<std::uint32_t>(request.rooms_size()));
}

std::optional<HubError> FaultIn(const v1::PublishItem& item, const Caller& caller) {
  if (auto fault = FaultInRoom("room", item.room(), caller)) return fault;
  if (!item.has_publication()) return BadRequest("publication is missing");
  if (auto fault = FaultInContent(item.publication(), caller)) return fault;
  return FaultInRate(caller, 1);
}

PublicationContent TakeContent(v1::NewPublication& publication) {
  PublicationContent content;
  content.type = std::move(*publication.mutable_type());
  content.encoding = EncodingOf(publication);
  content.data = std::move(const_cast<std::string&>(DataOf(publication)));
  content.key = std::move(*publication.mutable_key());
  content.tags.reserve(static_cast<std::size_t>(publication.tags().size()));
  for (v1::Tag& tag : *publication.mutable_tags()) {
    content.tags.emplace_back(std::move(*tag.mutable_name()), std::move(*tag.mutable_value()));
  }
  content.user = std::move(*publication.mutable_user());
  content.ephemeral = publication.ephemeral();
  return content;
}

SharedContent ContentOf(const v1::NewPublication& publication) {
  auto content = std::make_shared<PublicationContent>();
  content->type = publication.type();
  content->encoding = EncodingOf(publication);
  content->data = DataOf(publication);
  content->key = publication.key();
  content->tags.reserve(publication.tags().size());
  for (const v1::Tag& tag : publication.tags()) content->tags.emplace_back(tag.name(), tag.value());
  content->user = publication.user();
  content->ephemeral = publication.ephemeral();
  return content;
}

void ToProto(const PublishOutcome& outcome, v1::PublishResponse& out) {
  out.mutable_position()->set_epoch(outcome.position.epoch);
  out.mutable_position()->set_offset(outcome.position.offset);
  out.set_duplicate(outcome.duplicate);
}

void ToProto(const PublishOutcome& outcome, grpc::ByteBuffer& out) {
  v1::PublishResponse response;
  ToProto(outcome, response);
  WriteTo(out, response);
}

void ToProto(const HubInfo& info, v1::GetInfoResponse& out) {
  out.set_instance(info.instance);
  out.set_node(info.node);
  out.set_version(info.version);
  out.set_uptime_ms(info.uptime_ms);
  out.set_now_at(info.now_at);
  out.set_shards(info.shards);
  out.set_connections(info.connections);
  out.set_sessions(info.sessions);
  out.set_parked_sessions(info.parked_sessions);
  out.set_users(info.users);
  out.set_rooms(info.rooms);
  out.set_publications(info.publications);
  out.set_draining(info.draining);
  out.set_development(info.development);
}

}  // namespace roomcast::bridge
