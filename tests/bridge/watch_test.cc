// One Watch between a gRPC client and a hub of a few lines: what reaches the hub, that its bytes
// come as they are, and how a stream ends.
#include <chrono>
#include <string>
#include <thread>

#include "bridge/hub_status.h"
#include "proto/protocol/codes.h"
#include "tests/bridge/bridge_fixture.h"

namespace roomcast::bridge {
namespace {

using Code = grpc::StatusCode;
using Stream = grpc::ClientReaderWriter<v1::WatchRequest, v1::WatchResponse>;

class WatchTest : public BridgeTest {
 protected:
  void Open(const std::string& authorization = "") {
    stub_ = Stub();
    context_ = std::make_unique<grpc::ClientContext>();
    if (!authorization.empty()) context_->AddMetadata("authorization", authorization);
    stream_ = stub_->Watch(context_.get());
  }
  static v1::WatchRequest AddRoom(std::uint32_t id, const std::string& room) {
    v1::WatchRequest request;
    request.add_add()->set_id(id);
    request.mutable_add(0)->set_room(room);
    return request;
  }
  static std::string Encoded(const std::string& instance) {
    v1::WatchResponse response;
    response.add_events()->mutable_opened()->set_instance(instance);
    return response.SerializeAsString();
  }
  // The instances that `count` opened events name, over as many responses as they come in.
  std::vector<std::string> Read(std::size_t count) {
    std::vector<std::string> names;
    v1::WatchResponse response;
    while (names.size() < count && stream_->Read(&response)) {
      for (const auto& event : response.events()) names.push_back(event.opened().instance());
    }
    return names;
  }

  std::unique_ptr<v1::Bridge::Stub> stub_;
  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<Stream> stream_;
};

TEST_F(WatchTest, OrdersReachTheHubInTheirOrderAndItsBytesComeBack) {
  Start(OpenConfig());
  Open();
  const auto feed = gateway_.WaitForFeed();
  v1::WatchRequest first = AddRoom(1, "chat:1");
  first.mutable_add(0)->mutable_position()->set_epoch(5);
  first.mutable_add(0)->mutable_position()->set_offset(6);
  first.mutable_add(0)->set_presence(v1::PRESENCE_INTEREST_MEMBERS);
  first.set_credit_bytes(1000);
  v1::WatchAdd& prefix = *first.add_add();
  prefix.set_id(2);
  prefix.set_prefix("shop:");
  prefix.set_lifecycle(true);
  prefix.set_without_publications(true);
  ASSERT_TRUE(stream_->Write(first));
  v1::WatchRequest second;
  second.add_remove(1);
  ASSERT_TRUE(stream_->Write(second));

  const std::vector<WatchOrder> orders = feed->WaitForOrders(2);
  ASSERT_EQ(orders[0].add.size(), 2u);
  const auto& room = std::get<WatchCommand>(orders[0].add[0]);
  EXPECT_EQ(room.id, 1u);
  EXPECT_FALSE(room.by_prefix);
  EXPECT_EQ(room.name, "chat:1");
  EXPECT_EQ(std::get<RoomPosition>(room.since).offset, 6u);
  EXPECT_EQ(room.presence, 2u);
  const auto& all = std::get<WatchCommand>(orders[0].add[1]);
  EXPECT_TRUE(all.by_prefix && all.lifecycle && all.without_publications);
  EXPECT_EQ(all.name, "shop:");
  EXPECT_EQ(orders[0].credit_bytes, 1000u);
  EXPECT_EQ(orders[1].remove, (std::vector<std::uint32_t>{1}));

  feed->Say(Encoded("a"));
  feed->Say(Encoded("b"));
  // One that is large goes by reference.
  feed->Say(Encoded(std::string(100'000, 'c')));
  EXPECT_EQ(Read(3), (std::vector<std::string>{"a", "b", std::string(100'000, 'c')}));
}

TEST_F(WatchTest, ARequestThatAsksForTooMuchEndsTheStreamBeforeTheHubHearsOfIt) {
  Start(OpenConfig());
  Open();
  const auto feed = gateway_.WaitForFeed();
  v1::WatchRequest request;
  for (std::uint32_t id = 0; id < 2049; ++id) request.add_add()->set_id(id);
  for (std::uint32_t id = 0; id < 2048; ++id) request.add_remove(id);
  stream_->Write(request);
  EXPECT_TRUE(Read(1).empty());
  const grpc::Status status = stream_->Finish();
  EXPECT_EQ(status.error_code(), Code::INVALID_ARGUMENT);
  EXPECT_EQ(FromStatus(status)->code, 116u);
}

TEST_F(WatchTest, AFaultyAddIsRefusedInItsPlaceAndTheOthersGoOn) {
  Start(KeyedConfig({Role::kRead}, {"chat"}));
  Open("Bearer open sesame");
  const auto feed = gateway_.WaitForFeed();
  v1::WatchRequest request = AddRoom(1, "shop:1");
  request.add_add()->set_id(2);
  request.add_add()->set_id(3);
  request.mutable_add(2)->set_prefix("shop:");
  request.add_add()->set_id(4);
  request.mutable_add(3)->set_prefix("chat:");
  request.mutable_add(3)->set_last_count(1);
  request.add_add()->set_id(5);
  request.mutable_add(4)->set_room("chat:1");
  request.mutable_add(4)->set_presence(static_cast<v1::PresenceInterest>(99));
  request.add_add()->set_id(6);
  request.mutable_add(5)->set_room("chat:1");
  ASSERT_TRUE(stream_->Write(request));
  const std::vector<WatchOrder> orders = feed->WaitForOrders(1);
  std::vector<std::uint32_t> codes;
  for (const auto& add : orders[0].add) {
    const auto* refused = std::get_if<std::pair<std::uint32_t, HubError>>(&add);
    codes.push_back(refused == nullptr ? 0 : refused->second.code);
  }
  EXPECT_EQ(codes, (std::vector<std::uint32_t>{103, 107, 103, 107, 107, 0}));
}

TEST_F(WatchTest, NeedsTheRoleRead) {
  Start(KeyedConfig({Role::kPublish, Role::kManage}));
  Open("Bearer open sesame");
  v1::WatchResponse response;
  EXPECT_FALSE(stream_->Read(&response));
  const grpc::Status status = stream_->Finish();
  EXPECT_EQ(status.error_code(), Code::PERMISSION_DENIED);
  EXPECT_EQ(FromStatus(status)->code, 103u);
  observer_.WaitForSettled("Watch PERMISSION_DENIED", 1);
}

TEST_F(WatchTest, WhereTheHubEndsItWhatItSaidBeforeComesFirst) {
  Start(OpenConfig());
  Open();
  const auto feed = gateway_.WaitForFeed();
  feed->Say(Encoded("last words"));
  feed->End(MakeError(ErrorCode::kOverloaded, "the stream was not read"));
  EXPECT_EQ(Read(2), (std::vector<std::string>{"last words"}));
  const grpc::Status status = stream_->Finish();
  EXPECT_EQ(status.error_code(), Code::RESOURCE_EXHAUSTED);
  EXPECT_EQ(FromStatus(status)->code, 114u);
  feed->WaitForClose();
}

TEST_F(WatchTest, ACallerThatGoesIsForgotten) {
  Start(OpenConfig());
  Open();
  const auto feed = gateway_.WaitForFeed();
  feed->Say(Encoded("a"));
  Read(1);
  context_->TryCancel();
  EXPECT_EQ(stream_->Finish().error_code(), Code::CANCELLED);
  feed->WaitForClose();
  observer_.WaitForSettled("Watch CANCELLED", 1);
}

TEST_F(WatchTest, WhatComesWhileItEndsAsksNothingMoreOfTheHub) {
  Start(OpenConfig());
  Open();
  const auto feed = gateway_.WaitForFeed();
  feed->CutWhenClosed();
  context_->TryCancel();
  stream_->Finish();
  feed->WaitForClose();
  // What another stream is told is told behind it.
  Open();
  gateway_.WaitForFeed()->Say(Encoded("a"));
  EXPECT_EQ(Read(1), (std::vector<std::string>{"a"}));
  EXPECT_FALSE(feed->was_used_after_close());
}

TEST_F(WatchTest, ADeadlineEndsIt) {
  Start(OpenConfig());
  stub_ = Stub();
  context_ = std::make_unique<grpc::ClientContext>();
  context_->set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(200));
  stream_ = stub_->Watch(context_.get());
  const auto feed = gateway_.WaitForFeed();
  EXPECT_EQ(Read(1).size(), 0u);
  EXPECT_EQ(stream_->Finish().error_code(), Code::DEADLINE_EXCEEDED);
  feed->WaitForClose();
}

TEST_F(WatchTest, GoesOnWhenNothingMoreIsAskedFor) {
  Start(OpenConfig());
  Open();
  const auto feed = gateway_.WaitForFeed();
  stream_->Write(AddRoom(1, "chat:1"));
  stream_->WritesDone();
  feed->WaitForOrders(1);
  feed->Say(Encoded("still here"));
  EXPECT_EQ(Read(1), (std::vector<std::string>{"still here"}));
}

TEST_F(WatchTest, WhenTheBridgeStopsTheStreamIsUnavailableAtOnce) {
  Start(OpenConfig());
  Open();
  const auto feed = gateway_.WaitForFeed();
  const auto began = std::chrono::steady_clock::now();
  std::thread stops([this] { server_->Shutdown(std::chrono::seconds(20)); });
  EXPECT_EQ(Read(1).size(), 0u);
  EXPECT_EQ(stream_->Finish().error_code(), Code::UNAVAILABLE);
  stops.join();
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(15));
  feed->WaitForClose();
}

TEST_F(WatchTest, NoMoreIsReadThanTheHubTakes) {
  Start(OpenConfig());
  Open();
  const auto feed = gateway_.WaitForFeed();
  feed->HoldBackAfter(2);
  for (std::uint32_t id = 1; id <= 4; ++id) ASSERT_TRUE(stream_->Write(AddRoom(id, "chat:1")));
  EXPECT_EQ(feed->WaitForOrders(2).size(), 2u);
  feed->GoOn();
  EXPECT_EQ(feed->WaitForOrders(4).size(), 4u);
}

}  // namespace
}  // namespace roomcast::bridge
