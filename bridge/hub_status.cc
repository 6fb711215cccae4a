#include "bridge/hub_status.h"

#include <google/rpc/status.pb.h>

#include <utility>

namespace roomcast::bridge {
namespace {

// Twice in the trailers, once percent-encoded: with this it stays within a client's default of 8
// KiB.
constexpr std::size_t kMessageBytesMax = 1024;

struct StatusRow {
  grpc::StatusCode code;
  std::string_view name;
};

constexpr StatusRow kStatuses[] = {
    {grpc::StatusCode::OK, "OK"},
    {grpc::StatusCode::CANCELLED, "CANCELLED"},
    {grpc::StatusCode::UNKNOWN, "UNKNOWN"},
    {grpc::StatusCode::INVALID_ARGUMENT, "INVALID_ARGUMENT"},
    {grpc::StatusCode::DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED"},
    {grpc::StatusCode::NOT_FOUND, "NOT_FOUND"},
    {grpc::StatusCode::ALREADY_EXISTS, "ALREADY_EXISTS"},
    {grpc::StatusCode::PERMISSION_DENIED, "PERMISSION_DENIED"},
    {grpc::StatusCode::RESOURCE_EXHAUSTED, "RESOURCE_EXHAUSTED"},
    {grpc::StatusCode::FAILED_PRECONDITION, "FAILED_PRECONDITION"},
    {grpc::StatusCode::ABORTED, "ABORTED"},
    {grpc::StatusCode::OUT_OF_RANGE, "OUT_OF_RANGE"},
    {grpc::StatusCode::UNIMPLEMENTED, "UNIMPLEMENTED"},
    {grpc::StatusCode::INTERNAL, "INTERNAL"},
    {grpc::StatusCode::UNAVAILABLE, "UNAVAILABLE"},
    {grpc::StatusCode::DATA_LOSS, "DATA_LOSS"},
    {grpc::StatusCode::UNAUTHENTICATED, "UNAUTHENTICATED"},
};

}  // namespace

HubError MakeError(ErrorCode code, std::string message) {
  return {static_cast<std::uint32_t>(code), std::move(message), IsTemporary(code), 0};
}

grpc::StatusCode StatusCodeOf(const HubError& error) {
  switch (static_cast<ErrorCode>(error.code)) {
    case ErrorCode::kInternal:
      return grpc::StatusCode::INTERNAL;
    case ErrorCode::kUnauthorized:
    case ErrorCode::kTokenExpired:
      return grpc::StatusCode::UNAUTHENTICATED;
    case ErrorCode::kUnknownNamespace:
      return grpc::StatusCode::NOT_FOUND;
    case ErrorCode::kPermissionDenied:
      return grpc::StatusCode::PERMISSION_DENIED;
    case ErrorCode::kUnknownCommand:
      return grpc::StatusCode::UNIMPLEMENTED;
    case ErrorCode::kBadRequest:
    case ErrorCode::kBadRoomName:
    case ErrorCode::kTooLarge:
      return grpc::StatusCode::INVALID_ARGUMENT;
    case ErrorCode::kLimitExceeded:
    case ErrorCode::kTooManyRequests:
    case ErrorCode::kRoomFull:
    case ErrorCode::kOverloaded:
      return grpc::StatusCode::RESOURCE_EXHAUSTED;
    case ErrorCode::kUnrecoverablePosition:
    case ErrorCode::kStalePublishId:
      return grpc::StatusCode::OUT_OF_RANGE;
    case ErrorCode::kNotAvailable:
    case ErrorCode::kNotJoined:
      return grpc::StatusCode::FAILED_PRECONDITION;
  }
  return error.temporary ? grpc::StatusCode::UNAVAILABLE : grpc::StatusCode::FAILED_PRECONDITION;
}

void ToProto(const HubError& error, v1::HubError& out) {
  out.set_code(error.code);
  out.set_message(error.message);
  out.set_temporary(error.temporary);
  out.set_retry_after_ms(error.retry_after_ms);
}

namespace {

grpc::Status StatusOf(const HubError& error, grpc::StatusCode code) {
  HubError bounded = error;
  if (bounded.message.size() > kMessageBytesMax) bounded.message = NameOf(ErrorCode{error.code});
  v1::HubError detail;
  ToProto(bounded, detail);
  google::rpc::Status details;
  details.set_code(code);
  details.set_message(bounded.message);
  details.add_details()->PackFrom(detail);
  return {code, bounded.message, details.SerializeAsString()};
}

}  // namespace

grpc::Status ToStatus(const HubError& error) { return StatusOf(error, StatusCodeOf(error)); }

grpc::Status HubStops() {
  HubError stops = MakeError(ErrorCode::kOverloaded, "the hub stops");
  stops.retry_after_ms = 1000;
  return StatusOf(stops, grpc::StatusCode::UNAVAILABLE);
}

grpc::Status ComeAgain(const std::string& why) {
  return StatusOf(MakeError(ErrorCode::kOverloaded, why), grpc::StatusCode::UNAVAILABLE);
}

std::optional<HubError> FromStatus(const grpc::Status& status) {
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return std::nullopt;
  for (const google::protobuf::Any& any : details.details()) {
    v1::HubError detail;
    if (!any.UnpackTo(&detail)) continue;
    return HubError{detail.code(), detail.message(), detail.temporary(), detail.retry_after_ms()};
  }
  return std::nullopt;
}

std::string_view StatusName(grpc::StatusCode code) {
  for (const StatusRow& row : kStatuses) {
    if (row.code == code) return row.name;
  }
  return "UNKNOWN";
}

}  // namespace roomcast::bridge
