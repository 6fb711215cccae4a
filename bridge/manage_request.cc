#include "bridge/manage_request.h"

#include "absl/strings/str_cat.h"
#include "bridge/hub_status.h"
#include "bridge/request_fault.h"
#include "proto/protocol/codes.h"

namespace roomcast::bridge {
namespace {

using Who = v1::DisconnectRequest::WhoCase;
using How = v1::TrimHistoryRequest::HowCase;

template <class Request>
std::optional<HubError> FaultInUserAndRoom(const Request& request, const Caller& caller) {
  if (auto fault = FaultInUser(request.user())) return fault;
  return FaultInRoom("room", request.room(), caller);
}

std::optional<HubError> FaultInCode(std::uint32_t code, std::uint32_t first, std::uint32_t last) {
  if (code == 0 || (code >= first && code <= last)) return std::nullopt;
  return BadRequest(absl::StrCat("code is ", code, ", must be ", first, " to ", last));
}

std::optional<HubError> FaultInWho(const v1::DisconnectRequest& request, const Caller& caller) {
  switch (request.who_case()) {
    case Who::kRoom:
      return FaultInRoom("room", request.room(), caller);
    case Who::kUser:
      if (auto fault = FaultInUser(request.user())) return fault;
      break;
    case Who::kSession:
      if (request.session().empty()) return BadRequest("session is missing");
      break;
    case Who::WHO_NOT_SET:
      return BadRequest("who is missing: set user, session or room");
  }
  if (!caller.is_limited()) return std::nullopt;
  return MakeError(ErrorCode::kPermissionDenied,
                   "users and sessions are in no namespace, and this key is limited to some");
}

// The hub is everybody's.
std::optional<HubError> FaultOfLimited(const Caller& caller) {
  if (!caller.is_limited()) return std::nullopt;
  return MakeError(ErrorCode::kPermissionDenied,
                   "the hub is in no namespace, and this key is limited to some");
}

}  // namespace

std::optional<HubError> FaultIn(const v1::JoinUserRequest& request, const Caller& caller) {
  return FaultInUserAndRoom(request, caller);
}

std::optional<HubError> FaultIn(const v1::LeaveUserRequest& request, const Caller& caller) {
  if (auto fault = FaultInUserAndRoom(request, caller)) return fault;
  return FaultInCode(request.code(), 2000, 2999);
}

std::optional<HubError> FaultIn(const v1::DisconnectRequest& request, const Caller& caller) {
  if (auto fault = FaultInWho(request, caller)) return fault;
  return FaultInCode(request.code(), 3000, 4999);
}

std::optional<HubError> FaultIn(const v1::TrimHistoryRequest& request, const Caller& caller) {
  if (auto fault = FaultInRoom("room", request.room(), caller)) return fault;
  const bool says_nothing = request.how_case() == How::HOW_NOT_SET ||
                            (request.how_case() == How::kRestart && !request.restart());
  if (says_nothing) return BadRequest("how is missing: set up_to, keep_last or restart");
  return std::nullopt;
}

std::optional<HubError> FaultIn(const v1::DrainRequest& /*request*/, const Caller& caller) {
  return FaultOfLimited(caller);
}

std::optional<HubError> FaultIn(const v1::ReloadConfigRequest& /*request*/, const Caller& caller) {
  return FaultOfLimited(caller);
}

std::optional<HubError> FaultIn(const v1::MintTokenRequest& request, const Caller& caller) {
  if (auto fault = FaultInUser(request.user())) return fault;
  if (!caller.is_limited()) return std::nullopt;
  return MakeError(ErrorCode::kPermissionDenied,
                   "a token is in no namespace, and this key is limited to some");
}

JoinUserCommand CommandOf(const v1::JoinUserRequest& request, Deadline not_after) {
  return {request.user(), request.room(), request.member_data(), request.keep(), not_after};
}

LeaveUserCommand CommandOf(const v1::LeaveUserRequest& request, Deadline not_after) {
  LeaveUserCommand command;
  command.user = request.user();
  command.room = request.room();
  if (request.code() != 0) command.code = request.code();
  command.reason = request.reason();
  command.not_after = not_after;
  return command;
}

DisconnectCommand CommandOf(const v1::DisconnectRequest& request, Deadline not_after) {
  DisconnectCommand command;
  if (request.who_case() == Who::kSession) {
    command.who = DisconnectCommand::Who::kSession;
    command.name = request.session();
  } else if (request.who_case() == Who::kRoom) {
    command.who = DisconnectCommand::Who::kRoom;
    command.name = request.room();
  } else {
    command.name = request.user();
  }
  if (request.code() != 0) command.code = static_cast<std::uint16_t>(request.code());
  command.reason = request.reason();
  command.retry_after_ms = request.retry_after_ms();
  command.not_after = not_after;
  return command;
}

TrimHistoryCommand CommandOf(const v1::TrimHistoryRequest& request, Deadline not_after) {
  TrimHistoryCommand command;
  command.room = request.room();
  if (request.has_up_to()) command.up_to = {request.up_to().epoch(), request.up_to().offset()};
  if (request.how_case() == How::kKeepLast) command.keep_last = request.keep_last();
  command.restart = request.restart();
  command.not_after = not_after;
  return command;
}

DrainCommand CommandOf(const v1::DrainRequest& request) {
  DrainCommand command;
  if (request.notice_ms() != 0) command.notice_ms = request.notice_ms();
  if (request.spread_ms() != 0) command.spread_ms = request.spread_ms();
  return command;
}

MintTokenCommand CommandOf(const v1::MintTokenRequest& request) {
  return {request.user(), request.lifetime_s(), {request.rooms().begin(), request.rooms().end()}};
}

void ToProto(const TrimOutcome& outcome, v1::TrimHistoryResponse& out) {
  out.mutable_position()->set_epoch(outcome.top.epoch);
  out.mutable_position()->set_offset(outcome.top.offset);
  out.set_removed(outcome.removed);
}

void ToProto(const DrainOutcome& outcome, v1::DrainResponse& out) {
  out.set_deadline_ms(outcome.deadline_ms);
}

void ToProto(const ReloadOutcome& outcome, v1::ReloadConfigResponse& out) {
  out.mutable_changed()->Assign(outcome.changed.begin(), outcome.changed.end());
  out.mutable_needs_restart()->Assign(outcome.needs_restart.begin(), outcome.needs_restart.end());
}

void ToProto(const MintedToken& outcome, v1::MintTokenResponse& out) {
  out.set_token(outcome.token);
  out.set_expires_at(outcome.expires_at);
}

}  // namespace roomcast::bridge
