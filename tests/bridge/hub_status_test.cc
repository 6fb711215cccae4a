#include "bridge/hub_status.h"

#include <google/rpc/status.pb.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace roomcast::bridge {
namespace {

TEST(HubStatus, EveryCodeOfTheHubHasAStatusThatFitsIt) {
  using Code = grpc::StatusCode;
  struct Row {
    ErrorCode error;
    Code status;
  };
  const Row rows[] = {
      {ErrorCode::kInternal, Code::INTERNAL},
      {ErrorCode::kUnauthorized, Code::UNAUTHENTICATED},
      {ErrorCode::kUnknownNamespace, Code::NOT_FOUND},
      {ErrorCode::kPermissionDenied, Code::PERMISSION_DENIED},
      {ErrorCode::kUnknownCommand, Code::UNIMPLEMENTED},
      {ErrorCode::kLimitExceeded, Code::RESOURCE_EXHAUSTED},
      {ErrorCode::kBadRequest, Code::INVALID_ARGUMENT},
      {ErrorCode::kNotAvailable, Code::FAILED_PRECONDITION},
      {ErrorCode::kTokenExpired, Code::UNAUTHENTICATED},
      {ErrorCode::kTooManyRequests, Code::RESOURCE_EXHAUSTED},
      {ErrorCode::kUnrecoverablePosition, Code::OUT_OF_RANGE},
      {ErrorCode::kRoomFull, Code::RESOURCE_EXHAUSTED},
      {ErrorCode::kOverloaded, Code::RESOURCE_EXHAUSTED},
      {ErrorCode::kBadRoomName, Code::INVALID_ARGUMENT},
      {ErrorCode::kTooLarge, Code::INVALID_ARGUMENT},
      {ErrorCode::kNotJoined, Code::FAILED_PRECONDITION},
      {ErrorCode::kStalePublishId, Code::OUT_OF_RANGE},
  };
  EXPECT_EQ(std::size(rows), ErrorRows().size());
  for (const Row& row : rows) {
    const HubError error = MakeError(row.error, "why");
    EXPECT_EQ(StatusCodeOf(error), row.status) << NameOf(row.error);
    EXPECT_EQ(error.temporary, IsTemporary(row.error)) << NameOf(row.error);
  }
}

TEST(HubStatus, TheTableInTheDocsIsTheTableInTheCode) {
  std::ifstream file("docs/BRIDGE.md");
  const std::string docs((std::istreambuf_iterator<char>(file)), {});
  for (const CodeRow& row : ErrorRows()) {
    const HubError error = {row.code, "", row.temporary, 0};
    const std::string line = "\n| " + std::to_string(row.code) + " " + std::string(row.name) +
                             " | " + std::string(StatusName(StatusCodeOf(error))) + " | ";
    EXPECT_NE(docs.find(line), std::string::npos) << line;
  }
}

TEST(HubStatus, TheApplicationsCodesSayOnlyWhetherTheyPass) {
  EXPECT_EQ(StatusCodeOf({1000, "", true, 0}), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(StatusCodeOf({1000, "", false, 0}), grpc::StatusCode::FAILED_PRECONDITION);
}

TEST(HubStatus, WhatIsWrittenIsRead) {
  const grpc::Status status = ToStatus({114, "a queue is full", true, 250});
  EXPECT_EQ(status.error_message(), "a queue is full");
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  EXPECT_EQ(details.code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(details.details(0).type_url(), "type.googleapis.com/roomcast.v1.HubError");

  const std::optional<HubError> read = FromStatus(status);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->code, 114u);
  EXPECT_EQ(read->message, "a queue is full");
  EXPECT_TRUE(read->temporary);
  EXPECT_EQ(read->retry_after_ms, 250u);
}

TEST(HubStatus, AMessageTooLongForTrailersIsReplacedByTheCodesName) {
  EXPECT_EQ(ToStatus({107, std::string(5000, 'x'), false, 0}).error_message(), "bad_request");
}

TEST(HubStatus, AStatusWithoutOurDetailsHasNoHubError) {
  EXPECT_FALSE(FromStatus(grpc::Status(grpc::StatusCode::UNAVAILABLE, "no route")).has_value());
  EXPECT_FALSE(FromStatus({grpc::StatusCode::INTERNAL, "odd", "\xff\xff"}).has_value());
}

}  // namespace
}  // namespace roomcast::bridge
