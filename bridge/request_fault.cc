#include "bridge/request_fault.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bridge/hub_status.h"
#include "proto/protocol/codes.h"
#include "proto/protocol/limits.h"

namespace roomcast::bridge {

HubError BadRequest(std::string message) {
  return MakeError(ErrorCode::kBadRequest, std::move(message));
}

std::optional<HubError> FaultInRoom(std::string_view field, const std::string& room,
                                    const Caller& caller) {
  if (room.empty()) return BadRequest(absl::StrCat(field.data(), " is missing"));
  if (caller.MayTouchRoom(room)) return std::nullopt;
  return MakeError(ErrorCode::kPermissionDenied,
                   absl::StrCat(field.data(), " is outside this key's namespaces"));
}

std::optional<HubError> FaultInRate(const Caller& caller, std::uint32_t publications) {
  const std::chrono::milliseconds wait = caller.TakeFromRate(publications);
  if (wait.count() == 0) return std::nullopt;
  HubError error = MakeError(ErrorCode::kTooManyRequests, "this key publishes faster than it may");
  error.retry_after_ms = static_cast<std::uint32_t>(wait.count());
  return error;
}

std::optional<HubError> FaultInUser(const std::string& user) {
  if (user.empty()) return BadRequest("user is missing");
  if (user.size() <= kUserBytesMax) return std::nullopt;
  return MakeError(ErrorCode::kTooLarge,
                   absl::StrCat("user has ", user.size(), " bytes, the most is ", kUserBytesMax));
}

}  // namespace roomcast::bridge
