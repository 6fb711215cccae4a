#include <string>

#include "bridge/hub_status.h"
#include "bridge/key_ring.h"
#include "tests/bridge/bridge_fixture.h"

namespace roomcast::bridge {
namespace {

using Code = grpc::StatusCode;
using AccessTest = BridgeTest;

constexpr char kSesame[] = "Bearer open sesame";

TEST_F(AccessTest, TheRightKeyOpensAndItsNameGoesToTheHub) {
  Start(KeyedConfig({Role::kPublish}));
  EXPECT_TRUE(Publish(Text("news", "hello"), nullptr, kSesame).ok());
  EXPECT_TRUE(Publish(Text("news", "hello"), nullptr, "bearer open sesame").ok());
  EXPECT_EQ(gateway_.publishes().at(0).caller, "sesame");
}

TEST_F(AccessTest, WithoutTheRightKeyNothingReachesTheHub) {
  Start(KeyedConfig({Role::kAdmin}));
  const struct {
    std::string authorization;
    Refusal refusal;
  } rows[] = {
      {"", Refusal::kNoKey},
      {"Bearer", Refusal::kNoKey},
      {"Basic b3Blbg==", Refusal::kNoKey},
      {"open sesame", Refusal::kNoKey},
      {"Bearer open barley", Refusal::kWrongKey},
      {"Bearer open sesame ", Refusal::kWrongKey},
      {std::string("Bearer ") + kSesameSha256, Refusal::kWrongKey},
  };
  for (const auto& row : rows) {
    const int before = observer_.refused(row.refusal);
    const grpc::Status status = Publish(Text("news", "hello"), nullptr, row.authorization);
    EXPECT_EQ(status.error_code(), Code::UNAUTHENTICATED) << row.authorization;
    EXPECT_EQ(FromStatus(status)->code, 101u) << row.authorization;
    EXPECT_EQ(status.error_message().find("sesame"), std::string::npos);
    EXPECT_EQ(observer_.refused(row.refusal), before + 1) << row.authorization;
  }
  EXPECT_TRUE(gateway_.publishes().empty());
}

TEST_F(AccessTest, AKeyDoesWhatItsRolesSay) {
  Start(KeyedConfig({Role::kRead}));
  const grpc::Status status = Publish(Text("news", "hello"), nullptr, kSesame);
  EXPECT_EQ(status.error_code(), Code::PERMISSION_DENIED);
  EXPECT_EQ(status.error_message(), "this key does not have the role `publish`");
  EXPECT_EQ(observer_.refused(Refusal::kNotAllowed), 1);

  grpc::ClientContext context;
  context.AddMetadata("authorization", kSesame);
  v1::GetInfoResponse info;
  EXPECT_TRUE(Stub()->GetInfo(&context, {}, &info).ok());
}

TEST_F(AccessTest, AKeyStaysInItsNamespaces) {
  Start(KeyedConfig({Role::kPublish}, {"chat", "default"}));
  EXPECT_TRUE(Publish(Text("chat:1", "hello"), nullptr, kSesame).ok());
  EXPECT_TRUE(Publish(Text("lobby", "hello"), nullptr, kSesame).ok());
  for (const std::string room : {"game:1", "chatter:1", "$user:ada", " chat:1"}) {
    const grpc::Status status = Publish(Text(room, "hello"), nullptr, kSesame);
    EXPECT_EQ(status.error_code(), Code::PERMISSION_DENIED) << room;
    EXPECT_EQ(status.error_message(), "room is outside this key's namespaces");
  }
  EXPECT_EQ(observer_.refused(Refusal::kNotAllowed), 4);
}

TEST_F(AccessTest, ABroadcastWithOneRoomOutsideIsRefusedAsAWhole) {
  Start(KeyedConfig({Role::kPublish}, {"chat"}));
  v1::BroadcastRequest request;
  request.add_rooms("chat:1");
  request.add_rooms("game:1");
  request.mutable_publication()->set_text("hello");
  grpc::ClientContext context;
  context.AddMetadata("authorization", kSesame);
  v1::BroadcastResponse response;
  const grpc::Status status = Stub()->Broadcast(&context, request, &response);
  EXPECT_EQ(status.error_code(), Code::PERMISSION_DENIED);
  EXPECT_EQ(status.error_message(), "rooms[1] is outside this key's namespaces");
  EXPECT_TRUE(gateway_.publishes().empty());
}

TEST(KeyRing, TwoKeysMayBeActiveForRotation) {
  // SHA-256 of "open sesame" and of "new".
  const auto ring = KeyRing::Parse(
      {{"old", kSesameSha256, {Role::kPublish}, {}},
       {"new", "11507A0E2F5E69D5DFA40A62A1BD7B6EE57E6BCD85C67C9B8431B36FFF21C437", {}, {}}});
  ASSERT_TRUE(ring.ok()) << ring.status();
  EXPECT_EQ(std::get<Caller>(ring->Admit("Bearer open sesame")).name(), "old");
  EXPECT_EQ(std::get<Caller>(ring->Admit("Bearer new")).name(), "new");
}

TEST(KeyRing, AKeyWithoutRolesMayDoNothing) {
  const auto ring = KeyRing::Parse({{"idle", kSesameSha256, {}, {}}});
  ASSERT_TRUE(ring.ok());
  const Caller caller = std::get<Caller>(ring->Admit("Bearer open sesame"));
  for (const Role role : {Role::kPublish, Role::kRead, Role::kManage, Role::kAdmin}) {
    EXPECT_FALSE(caller.MayAct(role));
  }
}

TEST(KeyRing, AdminIncludesEveryRole) {
  const auto ring = KeyRing::Parse({{"root", kSesameSha256, {Role::kAdmin}, {}}});
  ASSERT_TRUE(ring.ok());
  const Caller caller = std::get<Caller>(ring->Admit("Bearer open sesame"));
  for (const Role role : {Role::kPublish, Role::kRead, Role::kManage, Role::kAdmin}) {
    EXPECT_TRUE(caller.MayAct(role));
  }
}

TEST(KeyRing, BadKeysAreRefusedByName) {
  const std::vector<std::vector<BridgeKey>> rows = {
      {{"short", "abc", {}, {}}},
      {{"odd", std::string(64, 'g'), {}, {}}},
      {{"", kSesameSha256, {}, {}}},
      {{"twice", kSesameSha256, {}, {}}, {"twice", kSesameSha256, {}, {}}},
  };
  for (const std::vector<BridgeKey>& keys : rows) {
    const auto ring = KeyRing::Parse(keys);
    EXPECT_EQ(ring.status().code(), absl::StatusCode::kInvalidArgument) << keys[0].name;
    EXPECT_NE(ring.status().message().find("\"" + keys[0].name + "\""), std::string::npos);
  }
}

}  // namespace
}  // namespace roomcast::bridge
