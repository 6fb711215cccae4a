// How fast and how large one caller may publish, and callers that their certificates name.
#include <chrono>
#include <string>

#include "bridge/hub_status.h"
#include "bridge/key_ring.h"
#include "bridge/rate_limit.h"
#include "tests/bridge/bridge_fixture.h"

namespace roomcast::bridge {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Code = grpc::StatusCode;
using CallerTest = BridgeTest;

constexpr char kSesame[] = "Bearer open sesame";

TEST(RateLimit, ABurstIsTakenAtOnceAndThenAsItFills) {
  RateLimit limit(10, 5);
  const RateLimit::Clock::time_point start{seconds(100)};
  for (int i = 0; i < 5; ++i) EXPECT_EQ(limit.Take(1, start).count(), 0) << i;
  EXPECT_EQ(limit.Take(1, start), milliseconds(101));
  EXPECT_EQ(limit.Take(1, start + milliseconds(100)).count(), 0);
  EXPECT_GT(limit.Take(1, start + milliseconds(100)).count(), 0);
  EXPECT_EQ(limit.Take(5, start + seconds(10)).count(), 0) << "full again, and no fuller";
  EXPECT_GT(limit.Take(1, start + seconds(10)).count(), 0);
  EXPECT_EQ(limit.Take(1000, start + seconds(20)).count(), 0) << "more than fits: all of it";
  EXPECT_GT(limit.Take(1, start + seconds(20)).count(), 0);
}

TEST_F(CallerTest, AKeyPublishesAsFastAsItMay) {
  BridgeConfig config = KeyedConfig({Role::kPublish});
  config.keys[0].publishes_per_second = 1;
  config.keys[0].publish_burst = 3;
  Start(config);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(Publish(Text("news", "x"), nullptr, kSesame).ok());
  const grpc::Status status = Publish(Text("news", "x"), nullptr, kSesame);
  EXPECT_EQ(status.error_code(), Code::RESOURCE_EXHAUSTED);
  const auto error = FromStatus(status);
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->code, 111u);
  EXPECT_TRUE(error->temporary);
  EXPECT_GT(error->retry_after_ms, 0u);
  EXPECT_LE(error->retry_after_ms, 1001u);
  EXPECT_EQ(gateway_.publishes().size(), 3u);
}

TEST_F(CallerTest, AnItemOfAStreamIsTooFastByItself) {
  BridgeConfig config = KeyedConfig({Role::kPublish});
  config.keys[0].publishes_per_second = 1;
  config.keys[0].publish_burst = 2;
  Start(config);
  grpc::ClientContext context;
  context.AddMetadata("authorization", kSesame);
  const auto stub = Stub();
  const auto stream = stub->PublishStream(&context);
  v1::PublishStreamRequest request;
  request.mutable_open();
  for (std::uint64_t number = 1; number <= 3; ++number) {
    v1::PublishItem& item = *request.add_items();
    item.set_number(number);
    item.set_room("news");
    item.mutable_publication()->set_text("x");
  }
  stream->Write(request);
  stream->WritesDone();
  int published = 0;
  int refused = 0;
  v1::PublishStreamResponse response;
  while (stream->Read(&response)) {
    for (const v1::PublishAck& ack : response.acks()) {
      published += ack.has_published() ? 1 : 0;
      refused += ack.error().code() == 111 ? 1 : 0;
    }
  }
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(published, 2);
  EXPECT_EQ(refused, 1);
}

TEST_F(CallerTest, AKeyPublishesAsMuchAtOnceAsItMay) {
  BridgeConfig config = KeyedConfig({Role::kPublish});
  config.keys[0].publication_bytes_max = 10;
  Start(config);
  EXPECT_TRUE(Publish(Text("news", std::string(10, 'x')), nullptr, kSesame).ok());
  const grpc::Status status = Publish(Text("news", std::string(11, 'x')), nullptr, kSesame);
  EXPECT_EQ(status.error_message(), "publication.content has 11 bytes, the most is 10");
  EXPECT_EQ(FromStatus(status)->code, 116u);
}

TEST(KeyRing, ACertificateStandsForACaller) {
  BridgeKey rights{"shop", "", {Role::kPublish}, {"shop"}};
  const auto ring =
      KeyRing::Parse({{"sesame", kSesameSha256, {Role::kAdmin}, {}}}, {{"shop.example", rights}});
  ASSERT_TRUE(ring.ok()) << ring.status();
  const auto caller = ring->AdmitCertified({"other.example", "shop.example"});
  ASSERT_TRUE(caller.has_value());
  EXPECT_EQ(caller->name(), "shop");
  EXPECT_TRUE(caller->MayAct(Role::kPublish));
  EXPECT_FALSE(caller->MayAct(Role::kManage));
  EXPECT_FALSE(caller->MayTouchRoom("news"));
  EXPECT_FALSE(ring->AdmitCertified({"shop.example.org", "SHOP.EXAMPLE", ""}).has_value());
  EXPECT_TRUE(std::holds_alternative<Refusal>(ring->Admit(std::nullopt)));
}

TEST(KeyRing, CertificatesAloneCloseTheDoorForOthers) {
  BridgeKey rights{"shop", "", {Role::kPublish}, {}};
  const auto ring = KeyRing::Parse({}, {{"shop.example", rights}});
  ASSERT_TRUE(ring.ok());
  EXPECT_TRUE(std::holds_alternative<Refusal>(ring->Admit("Bearer open sesame")));
  EXPECT_FALSE(KeyRing::Parse({}, {{"", rights}}).ok()) << "no subject";
  EXPECT_FALSE(KeyRing::Parse({{"shop", kSesameSha256, {}, {}}}, {{"a", rights}}).ok())
      << "a name twice";
}

TEST_F(CallerTest, CertificatesTakeABridgeThatAsksForThem) {
  BridgeConfig config = OpenConfig();
  config.certificates = {{"shop.example", {"shop", "", {Role::kPublish}, {}}}};
  EXPECT_FALSE(BridgeServer::Start(config, gateway_, observer_).ok());
}

}  // namespace
}  // namespace roomcast::bridge
