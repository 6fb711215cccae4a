// Who may call changes while calls and streams are under way.
#include <memory>
#include <string>
#include <vector>

#include "bridge/hub_status.h"
#include "bridge/key_ring.h"
#include "tests/bridge/bridge_fixture.h"

namespace roomcast::bridge {
namespace {

using Code = grpc::StatusCode;
using Standing = KeyRing::Standing;
using PublishCall = grpc::ClientReaderWriter<v1::PublishStreamRequest, v1::PublishStreamResponse>;
using WatchCall = grpc::ClientReaderWriter<v1::WatchRequest, v1::WatchResponse>;

constexpr char kSesame[] = "Bearer open sesame";
// SHA-256 of "new".
constexpr char kNewSha256[] = "11507A0E2F5E69D5DFA40A62A1BD7B6EE57E6BCD85C67C9B8431B36FFF21C437";

KeyRing Ring(std::vector<BridgeKey> keys, std::vector<BridgeCertificate> certificates = {}) {
  auto ring = KeyRing::Parse(std::move(keys), std::move(certificates));
  EXPECT_TRUE(ring.ok()) << ring.status();
  return ring.ok() ? *std::move(ring) : KeyRing();
}

TEST(KeyRing, WhatHasBecomeOfOneWhoWasLetIn) {
  const BridgeKey key{"sesame", kSesameSha256, {Role::kPublish, Role::kRead}, {"chat"}};
  const KeyRing before = Ring({key});
  const Caller caller = std::get<Caller>(before.Admit(kSesame));
  BridgeKey slower = key;
  slower.publishes_per_second = 5;
  BridgeKey reader = key;
  reader.roles = {Role::kRead};
  BridgeKey elsewhere = key;
  elsewhere.namespaces = {"game"};
  BridgeKey rotated = key;
  rotated.sha256 = kNewSha256;
  const struct {
    const char* name;
    std::vector<BridgeKey> keys;
    Standing standing;
  } rows[] = {
      {"the same", {key}, Standing::kSame},
      {"another one beside it", {{"new", kNewSha256, {}, {}}, key}, Standing::kSame},
      {"slower", {slower}, Standing::kChanged},
      {"other rooms", {elsewhere}, Standing::kChanged},
      {"without the role", {reader}, Standing::kMayNot},
      {"another key of its name", {rotated}, Standing::kGone},
      {"another key only", {{"new", kNewSha256, {Role::kAdmin}, {}}}, Standing::kGone},
      {"open to all", {}, Standing::kGone},
  };
  for (const auto& row : rows) {
    KeyRing after = Ring(row.keys);
    after.TakeOverFrom(before);
    EXPECT_EQ(after.StandingOf(caller, Role::kPublish), row.standing) << row.name;
  }
  EXPECT_EQ(Ring({}).StandingOf(Caller(), Role::kPublish), Standing::kSame);
  EXPECT_EQ(before.StandingOf(Caller(), Role::kPublish), Standing::kGone) << "it was open";
}

TEST(KeyRing, ACertificateIsTheSameByItsSubjectToo) {
  const BridgeKey rights{"shop", "", {Role::kPublish}, {}};
  const KeyRing before = Ring({}, {{"shop.example", rights}});
  const Caller caller = *before.AdmitCertified({"shop.example"});
  KeyRing same = Ring({}, {{"shop.example", rights}});
  same.TakeOverFrom(before);
  EXPECT_EQ(same.StandingOf(caller, Role::kPublish), Standing::kSame);
  KeyRing moved = Ring({}, {{"shop.example.org", rights}});
  moved.TakeOverFrom(before);
  EXPECT_EQ(moved.StandingOf(caller, Role::kPublish), Standing::kChanged);
}

class KeyChangeTest : public BridgeTest {
 protected:
  void SetUp() override {
    config_ = KeyedConfig({Role::kPublish, Role::kRead});
    Start(config_);
    stub_ = Stub();
  }
  std::unique_ptr<PublishCall> Publisher(grpc::ClientContext& context) {
    context.AddMetadata("authorization", kSesame);
    auto stream = stub_->PublishStream(&context);
    v1::PublishStreamRequest open;
    open.mutable_open();
    stream->Write(open);
    v1::PublishStreamResponse response;
    EXPECT_TRUE(stream->Read(&response));
    return stream;
  }
  std::unique_ptr<WatchCall> Watcher(grpc::ClientContext& context) {
    context.AddMetadata("authorization", kSesame);
    auto stream = stub_->Watch(&context);
    stream->WaitForInitialMetadata();
    return stream;
  }
  static v1::PublishStreamRequest Item(std::uint64_t number) {
    v1::PublishStreamRequest request;
    v1::PublishItem& item = *request.add_items();
    item.set_number(number);
    item.set_room("news");
    item.mutable_publication()->set_text("x");
    return request;
  }
  template <class Stream, class Response>
  static grpc::Status EndOf(Stream& stream, Response response) {
    while (stream.Read(&response)) {
    }
    return stream.Finish();
  }

  BridgeConfig config_;
  std::unique_ptr<v1::Bridge::Stub> stub_;
};

TEST_F(KeyChangeTest, StreamsOfAKeyThatIsGoneEndAndWhatTheyHadTakenIsSettled) {
  gateway_.HoldRoom("news");
  grpc::ClientContext publishing;
  grpc::ClientContext watching;
  const auto publisher = Publisher(publishing);
  const auto watcher = Watcher(watching);
  publisher->Write(Item(1));
  gateway_.WaitForItems(1);

  config_.keys = {{"new", kNewSha256, {Role::kAdmin}, {}}};
  ASSERT_TRUE(server_->UseKeys(config_, /*dry_run=*/false).ok());
  EXPECT_EQ(EndOf(*watcher, v1::WatchResponse()).error_code(), Code::UNAUTHENTICATED);
  gateway_.LetGoRoom("news");
  v1::PublishStreamResponse response;
  ASSERT_TRUE(publisher->Read(&response));
  EXPECT_TRUE(response.acks(0).has_published());
  const grpc::Status status = EndOf(*publisher, v1::PublishStreamResponse());
  EXPECT_EQ(status.error_code(), Code::UNAUTHENTICATED);
  EXPECT_EQ(FromStatus(status)->code, 101u);
  EXPECT_EQ(Publish(Text("news", "x"), nullptr, kSesame).error_code(), Code::UNAUTHENTICATED);
  EXPECT_TRUE(Publish(Text("news", "x"), nullptr, "Bearer new").ok());
}

TEST_F(KeyChangeTest, StreamsOfAKeyThatLostTheirRoleEndAndThoseOfOthersGoOn) {
  grpc::ClientContext publishing;
  grpc::ClientContext watching;
  const auto publisher = Publisher(publishing);
  const auto watcher = Watcher(watching);
  config_.keys[0].roles = {Role::kRead};
  ASSERT_TRUE(server_->UseKeys(config_, /*dry_run=*/false).ok());
  const grpc::Status lost = EndOf(*publisher, v1::PublishStreamResponse());
  EXPECT_EQ(lost.error_code(), Code::PERMISSION_DENIED);
  EXPECT_EQ(lost.error_message(), "this key does not have the role `publish`");
  // It reads still, but by a key that is not what it was.
  const grpc::Status changed = EndOf(*watcher, v1::WatchResponse());
  EXPECT_EQ(changed.error_code(), Code::UNAVAILABLE);
  EXPECT_EQ(changed.error_message(), "the rights of this key have changed");
  EXPECT_TRUE(FromStatus(changed)->temporary);
}

TEST_F(KeyChangeTest, AnotherKeyBesideItChangesNothingForIt) {
  grpc::ClientContext publishing;
  const auto publisher = Publisher(publishing);
  config_.keys.push_back({"new", kNewSha256, {Role::kAdmin}, {}});
  ASSERT_TRUE(server_->UseKeys(config_, /*dry_run=*/false).ok());
  publisher->Write(Item(1));
  v1::PublishStreamResponse response;
  ASSERT_TRUE(publisher->Read(&response));
  EXPECT_TRUE(response.acks(0).has_published());
  publisher->WritesDone();
  EXPECT_TRUE(EndOf(*publisher, v1::PublishStreamResponse()).ok());
  EXPECT_TRUE(Publish(Text("news", "x"), nullptr, "Bearer new").ok());
}

TEST_F(KeyChangeTest, WhatIsUsedOfARateStaysUsed) {
  config_.keys[0].publishes_per_second = 1;
  config_.keys[0].publish_burst = 1;
  ASSERT_TRUE(server_->UseKeys(config_, /*dry_run=*/false).ok());
  EXPECT_TRUE(Publish(Text("news", "x"), nullptr, kSesame).ok());
  ASSERT_TRUE(server_->UseKeys(config_, /*dry_run=*/false).ok());
  EXPECT_EQ(Publish(Text("news", "x"), nullptr, kSesame).error_code(), Code::RESOURCE_EXHAUSTED);
}

TEST_F(KeyChangeTest, KeysThatCannotBeChangeNothing) {
  const BridgeConfig good = config_;
  config_.keys[0].sha256 = "abc";
  EXPECT_EQ(server_->UseKeys(config_, false).code(), absl::StatusCode::kInvalidArgument);
  config_.keys.clear();
  EXPECT_EQ(server_->UseKeys(config_, false).code(), absl::StatusCode::kInvalidArgument)
      << "it would be open to all";
  config_.keys = {{"new", kNewSha256, {Role::kAdmin}, {}}};
  EXPECT_TRUE(server_->UseKeys(config_, /*dry_run=*/true).ok());
  EXPECT_TRUE(Publish(Text("news", "x"), nullptr, kSesame).ok());
}

TEST_F(KeyChangeTest, AHubCarriesSoManyPublishStreamsAndNoMore) {
  config_.publish_streams_max = 2;
  server_.reset();
  Start(config_);
  stub_ = Stub();
  grpc::ClientContext contexts[4];
  const auto first = Publisher(contexts[0]);
  const auto second = Publisher(contexts[1]);
  contexts[2].AddMetadata("authorization", kSesame);
  const auto third = stub_->PublishStream(&contexts[2]);
  const grpc::Status full = EndOf(*third, v1::PublishStreamResponse());
  EXPECT_EQ(full.error_code(), Code::RESOURCE_EXHAUSTED);
  EXPECT_EQ(FromStatus(full)->code, 114u);
  EXPECT_EQ(FromStatus(full)->retry_after_ms, 1000u);
  first->Write(Item(1));
  v1::PublishStreamResponse response;
  ASSERT_TRUE(first->Read(&response));
  EXPECT_TRUE(response.acks(0).has_published());
  second->WritesDone();
  EXPECT_TRUE(EndOf(*second, v1::PublishStreamResponse()).ok());
  // Its place is free once the bridge is done with it, a moment later.
  grpc::Status again(Code::RESOURCE_EXHAUSTED, "");
  while (again.error_code() == Code::RESOURCE_EXHAUSTED) {
    grpc::ClientContext context;
    context.AddMetadata("authorization", kSesame);
    const auto stream = stub_->PublishStream(&context);
    stream->WritesDone();
    again = EndOf(*stream, v1::PublishStreamResponse());
  }
  EXPECT_TRUE(again.ok()) << again.error_message();
  first->WritesDone();
  EXPECT_TRUE(EndOf(*first, v1::PublishStreamResponse()).ok());
}

}  // namespace
}  // namespace roomcast::bridge
