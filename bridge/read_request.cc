#include "bridge/read_request.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "bridge/bridge_config.h"
#include "bridge/hub_status.h"
#include "bridge/request_fault.h"
#include "proto/protocol/codes.h"
#include "proto/protocol/limits.h"

namespace roomcast::bridge {
namespace {

std::optional<RoomPosition> ToPosition(bool there, const v1::Position& position) {
  if (!there) return std::nullopt;
  return RoomPosition{position.epoch(), position.offset()};
}

}  // namespace

std::optional<HubError> FaultIn(const v1::GetHistoryRequest& request, const Caller& caller) {
  if (!request.has_query()) return BadRequest("query is missing");
  return FaultInRoom("query.room", request.query().room(), caller);
}

std::optional<HubError> FaultIn(const v1::GetPresenceRequest& request, const Caller& caller) {
  if (!request.has_query()) return BadRequest("query is missing");
  if (request.query().cursor().size() > kUserBytesMax) return BadRequest("query.cursor is none");
  return FaultInRoom("query.room", request.query().room(), caller);
}

std::optional<HubError> FaultIn(const v1::GetPresenceCountsRequest& request, const Caller& caller) {
  if (request.rooms().empty()) return BadRequest("rooms is empty");
  if (request.rooms_size() > kBroadcastRoomsMax) {
    return MakeError(ErrorCode::kTooLarge,
                     absl::StrCat("rooms has ", request.rooms_size(), " names, the most is ",
                                  kBroadcastRoomsMax));
  }
  for (int i = 0; i < request.rooms_size(); ++i) {
    const std::string field = absl::StrCat("rooms[", i, "]");
    if (auto fault = FaultInRoom(field, request.rooms(i), caller)) return fault;
  }
  return std::nullopt;
}

std::optional<HubError> FaultIn(const v1::ListRoomsRequest& request, const Caller& caller) {
  if (request.name_prefix().size() > kRoomNameBytesMax)
    return BadRequest("name_prefix is too long");
  if (request.page_token().size() > kRoomNameBytesMax) return BadRequest("page_token is none");
  // Half a namespace lists those that the key covers.
  if (request.name_prefix().find(':') == std::string::npos) return std::nullopt;
  return FaultInRoom("name_prefix", request.name_prefix(), caller);
}

std::optional<HubError> FaultIn(const v1::ListSessionsRequest& request, const Caller& caller) {
  if (request.user().size() > kUserBytesMax) return BadRequest("user is too long");
  if (request.page_token().size() > kRoomNameBytesMax) return BadRequest("page_token is none");
  if (!caller.is_limited()) return std::nullopt;
  return FaultInRoom("room", request.room(), caller);
}

std::string KeyOf(const RoomFacts& room) { return room.room; }
std::string KeyOf(const SessionFacts& session) { return session.session; }

void AddItem(const RoomFacts& room, v1::ListRoomsResponse& out) {
  v1::RoomInfo& info = *out.add_rooms();
  info.set_room(room.room);
  info.set_members(room.members);
  info.set_users(room.users);
  info.mutable_position()->set_epoch(room.position.epoch);
  info.mutable_position()->set_offset(room.position.offset);
  info.set_history_count(room.history_count);
  info.set_history_bytes(room.history_bytes);
  info.set_last_publication_at(room.last_publication_at);
  info.set_behind(room.behind);
}

void AddItem(const SessionFacts& session, v1::ListSessionsResponse& out) {
  v1::SessionInfo& info = *out.add_sessions();
  info.set_session(session.session);
  info.set_user(session.user);
  info.set_node(session.node);
  info.set_shard(session.shard);
  info.set_parked(session.parked);
  info.set_opened_at(session.opened_at);
  info.set_connected_at(session.connected_at);
  info.set_address(session.address);
  info.set_client_name(session.client_name);
  info.set_client_version(session.client_version);
  info.set_round_trip_us(session.round_trip_us);
  info.set_outbox_bytes(session.outbox_bytes);
  info.set_room_count(session.room_count);
}

HistoryQuery QueryOf(const v1::GetHistoryRequest& request, Deadline not_after) {
  const v1::History& asked = request.query();
  HistoryQuery query;
  query.room = asked.room();
  query.since = ToPosition(asked.has_since(), asked.since());
  query.before = ToPosition(asked.has_before(), asked.before());
  query.limit = asked.limit();
  query.reverse = asked.reverse();
  query.not_after = not_after;
  return query;
}

PresenceQuery QueryOf(const v1::GetPresenceRequest& request, Deadline not_after) {
  const v1::PresenceGet& asked = request.query();
  return {asked.room(), asked.cursor(), asked.limit(), not_after};
}

void ToProto(const HistoryOutcome& outcome, v1::GetHistoryResponse& out) {
  v1::HistoryPage& page = *out.mutable_page();
  // The hub's own bytes.
  page.ParseFromString(outcome.publications);
  page.mutable_position()->set_epoch(outcome.top.epoch);
  page.mutable_position()->set_offset(outcome.top.offset);
  page.set_more(outcome.more);
  page.set_lost(outcome.lost);
}

void ToProto(const PresenceOutcome& outcome, v1::GetPresenceResponse& out) {
  v1::PresencePage& page = *out.mutable_page();
  v1::PresenceSnapshot& snapshot = *page.mutable_snapshot();
  snapshot.set_version(outcome.version);
  snapshot.set_user_count(outcome.user_count);
  snapshot.set_session_count(outcome.session_count);
  for (const PresenceOutcome::User& one : outcome.users) {
    v1::PresenceUser& user = *snapshot.add_users();
    user.set_user(one.user);
    user.set_sessions(one.sessions);
    user.set_data(one.data);
  }
  if (outcome.more && !outcome.users.empty()) page.set_cursor(outcome.users.back().user);
}

void ToProto(const PresenceCounts& counts, v1::GetPresenceCountsResponse& out) {
  for (const Answer<PresenceCount>& answer : counts) {
    v1::PresenceCountResult& result = *out.add_results();
    if (const auto* error = std::get_if<HubError>(&answer)) {
      ToProto(*error, *result.mutable_error());
    } else {
      const auto& count = std::get<PresenceCount>(answer);
      result.mutable_count()->set_users(count.users);
      result.mutable_count()->set_sessions(count.sessions);
    }
  }
}

}  // namespace roomcast::bridge
