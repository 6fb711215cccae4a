// What a stranger may send: too much, too little, or something else altogether.
#include <grpcpp/generic/generic_stub.h>

#include <chrono>
#include <future>
#include <string>
#include <thread>

#include "bridge/hub_status.h"
#include "tests/bridge/bridge_fixture.h"

namespace roomcast::bridge {
namespace {

using Code = grpc::StatusCode;

class LimitsTest : public BridgeTest {
 protected:
  // Bytes of our choice in place of a PublishRequest.
  grpc::Status PublishBytes(const std::string& bytes) {
    grpc::GenericStub stub(Channel());
    grpc::ClientContext context;
    const grpc::Slice slice(bytes);
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    std::promise<grpc::Status> ended;
    stub.UnaryCall(&context, "/roomcast.v1.Bridge/Publish", {}, &request, &response,
                   [&](grpc::Status status) { ended.set_value(std::move(status)); });
    return ended.get_future().get();
  }
};

TEST_F(LimitsTest, WhatIsRequiredIsMissed) {
  Start(OpenConfig());
  v1::PublishRequest without_room = Text("", "hello");
  v1::PublishRequest without_publication;
  without_publication.set_room("news");
  v1::PublishRequest without_content = without_publication;
  without_content.mutable_publication()->set_type("tick");
  const struct {
    v1::PublishRequest request;
    std::string message;
  } rows[] = {
      {{}, "room is missing"},
      {without_room, "room is missing"},
      {without_publication, "publication is missing"},
      {without_content, "publication.content is missing: set data, text or json, even if empty"},
  };
  for (const auto& row : rows) {
    const grpc::Status status = Publish(row.request);
    EXPECT_EQ(status.error_code(), Code::INVALID_ARGUMENT) << row.message;
    EXPECT_EQ(status.error_message(), row.message);
    EXPECT_EQ(FromStatus(status)->code, 107u) << row.message;
  }
  EXPECT_TRUE(gateway_.publishes().empty());
}

TEST_F(LimitsTest, APublicationHoldsSixtyFourKibibytesAndNotOneMore) {
  Start(OpenConfig());
  EXPECT_TRUE(Publish(Text("news", std::string(65536, 'x'))).ok());
  const grpc::Status status = Publish(Text("news", std::string(65537, 'x')));
  EXPECT_EQ(status.error_code(), Code::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "publication.content has 65537 bytes, the most is 65536");
  EXPECT_EQ(FromStatus(status)->code, 116u);
}

TEST_F(LimitsTest, AnIdempotencyKeyHasItsLength) {
  Start(OpenConfig());
  v1::PublishRequest request = Text("news", "hello");
  request.set_idempotency_key(std::string(129, 'k'));
  EXPECT_EQ(Publish(request).error_message(), "idempotency_key has 129 bytes, the most is 128");
}

TEST_F(LimitsTest, AMessageOfFiveMebibytesIsRefusedBeforeItIsRead) {
  Start(OpenConfig());
  EXPECT_EQ(Publish(Text("news", std::string(5 << 20, 'x'))).error_code(),
            Code::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(Publish(Text("news", "next")).ok());
}

TEST_F(LimitsTest, TwentyKilobytesOfMetadataAreRefusedAndTheConnectionStays) {
  Start(OpenConfig());
  const auto stub = Stub();
  for (int i = 0; i < 20; ++i) {
    grpc::ClientContext context;
    context.AddMetadata("x-filler", std::string(20'000, 'x'));
    v1::PublishResponse response;
    const grpc::Status status = stub->Publish(&context, Text("news", "hello"), &response);
    EXPECT_EQ(status.error_code(), Code::RESOURCE_EXHAUSTED);
    EXPECT_EQ(FromStatus(status).value_or(HubError()).code, 106u);

    grpc::ClientContext next;
    EXPECT_TRUE(stub->Publish(&next, Text("news", "next"), &response).ok());
  }
  EXPECT_EQ(gateway_.publishes().size(), 20u);
}

TEST_F(LimitsTest, AHundredKilobytesOfMetadataAreRefusedByGrpcItself) {
  Start(OpenConfig());
  grpc::ClientContext context;
  context.AddMetadata("x-filler", std::string(100'000, 'x'));
  v1::PublishResponse response;
  EXPECT_EQ(Stub()->Publish(&context, Text("news", "hello"), &response).error_code(),
            Code::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(gateway_.publishes().empty());
}

TEST_F(LimitsTest, BytesThatAreNoRequestChangeNothing) {
  Start(OpenConfig());
  const struct {
    std::string name;
    std::string bytes;
  } rows[] = {
      {"a room that is a number", std::string("\x08\x05\x12\x03\x12\x01x", 7)},
      {"a publication that is a number", std::string("\x0a\x04news\x10\x05", 8)},
      {"content that is a number", std::string("\x0a\x04news\x12\x02\x10\x05", 10)},
      {"a text that is not UTF-8", std::string("\x0a\x04news\x12\x03\x12\x01\xff", 11)},
      {"a cut in the middle", std::string("\x0a\x04ne", 4)},
      {"a length beyond the end", std::string("\x0a\xff\xff\xff\xff\x0f", 6)},
      {"nothing", ""},
  };
  for (const auto& row : rows) {
    const grpc::Status status = PublishBytes(row.bytes);
    EXPECT_EQ(status.error_code(), Code::INVALID_ARGUMENT) << row.name;
    EXPECT_EQ(FromStatus(status).value_or(HubError()).code, 107u) << row.name;
  }
  EXPECT_TRUE(gateway_.publishes().empty());
  EXPECT_EQ(observer_.refused(Refusal::kBadRequest), 7);
  observer_.WaitForSettled("Publish INVALID_ARGUMENT", 7);
  EXPECT_EQ(observer_.settled("Publish INVALID_ARGUMENT"), 7);
  EXPECT_TRUE(Publish(Text("news", "next")).ok());
}

TEST_F(LimitsTest, AMethodThatDoesNotExistIsUnimplemented) {
  Start(OpenConfig());
  grpc::GenericStub stub(Channel());
  grpc::ClientContext context;
  const grpc::Slice nothing;
  const grpc::ByteBuffer request(&nothing, 1);
  grpc::ByteBuffer response;
  std::promise<grpc::Status> ended;
  stub.UnaryCall(&context, "/roomcast.v1.Bridge/Shout", {}, &request, &response,
                 [&](grpc::Status status) { ended.set_value(std::move(status)); });
  EXPECT_EQ(ended.get_future().get().error_code(), Code::UNIMPLEMENTED);
}

TEST_F(LimitsTest, OneConnectionCarriesSoManyCallsAndTheNextWaitsForItsTurn) {
  BridgeConfig config = OpenConfig();
  config.streams_max = 1;
  Start(config);
  gateway_.Hold();
  const auto stub = Stub();
  grpc::Status first;
  std::thread held([&] {
    grpc::ClientContext context;
    v1::PublishResponse response;
    first = stub->Publish(&context, Text("news", "first"), &response);
  });
  gateway_.WaitForPublishes(1);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(100));
  v1::PublishResponse response;
  EXPECT_EQ(stub->Publish(&context, Text("news", "second"), &response).error_code(),
            Code::DEADLINE_EXCEEDED);
  gateway_.Release();
  held.join();
  EXPECT_TRUE(first.ok());
  grpc::ClientContext next;
  EXPECT_TRUE(stub->Publish(&next, Text("news", "third"), &response).ok());
  EXPECT_EQ(gateway_.publishes().size(), 2u) << "the second never came";
}

TEST_F(LimitsTest, AFullMailboxSaysWhenToComeBack) {
  Start(OpenConfig());
  gateway_.RefuseRoom("busy", {114, "the room's shard has 65536 commands waiting", true, 100});
  const grpc::Status status = Publish(Text("busy", "hello"));
  EXPECT_EQ(status.error_code(), Code::RESOURCE_EXHAUSTED);
  EXPECT_EQ(FromStatus(status)->retry_after_ms, 100u);
  EXPECT_EQ(observer_.refused(Refusal::kHubOverloaded), 1);
}

}  // namespace
}  // namespace roomcast::bridge
