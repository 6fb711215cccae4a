// What a bad frame does on a real connection: what was owed comes before the close, and strangers
// are held to less than others.
#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "server/hub/home.h"
#include "server/websocket/close_codes.h"
#include "tests/net/loop_rig.h"

namespace roomcast::net {
namespace {

std::string ReservedOpcode() { return TestPeer::Frame(static_cast<websocket::Opcode>(3), ""); }

// A room whose home is a shard that nobody runs but the test.
std::string RoomAtHomeElsewhere() {
  const hub::HubConfig config = test::HubRig::DefaultConfig({.shards = 2});
  std::string room = "chat:";
  while (hub::HomeShardOf(config, room) != hub::ShardId{1}) room += "x";
  return room;
}

TEST(BadFrame, AnAnswerThatAnotherShardOwesComesBeforeTheClose) {
  LoopRig rig({.shards = 2, .connection = {.last_answers = 10s}});
  TestPeer peer(rig);
  ASSERT_TRUE(peer.Greet());
  peer.Send(TestPeer::Frame({JoinOf(2, RoomAtHomeElsewhere())}));
  Letter letter;
  ASSERT_TRUE(rig.Until([&] { return rig.mailboxes[1]->Take(letter); }));
  peer.Send(ReservedOpcode() + TestPeer::Frame({LeaveOf(3, "chat:-")}));
  for (int turn = 0; turn < 50; ++turn) rig.Turn();
  const auto& asked = std::get<hub::JoinRoom>(std::get<hub::Mail>(letter));
  hub::JoinAnswer refusal;
  refusal.session = asked.session;
  refusal.request = asked.request;
  refusal.room = asked.room;
  refusal.refused = true;
  refusal.failure = {ErrorCode::kPermissionDenied, "no"};
  Letter answer(hub::Mail{refusal});
  ASSERT_TRUE(rig.mailboxes[0]->Post(answer));
  ASSERT_TRUE(peer.Next());
  EXPECT_EQ(peer.message.id, 2u);
  // And then the end: what followed the bad frame was not run.
  EXPECT_FALSE(peer.Next());
  EXPECT_EQ(peer.closed, websocket::kCloseProtocolError);
}

TEST(BadFrame, DoesNotWaitForAnAnswerThatDoesNotCome) {
  LoopRig rig({.shards = 2, .connection = {.last_answers = 1ms}});
  TestPeer peer(rig);
  ASSERT_TRUE(peer.Greet());
  peer.Send(TestPeer::Frame({JoinOf(2, RoomAtHomeElsewhere())}) + ReservedOpcode());
  EXPECT_FALSE(peer.Next());
  EXPECT_EQ(peer.closed, websocket::kCloseProtocolError);
}

TEST(BadFrame, WaitsForNothingWhereNothingIsOwed) {
  LoopRig rig({.connection = {.last_answers = 1h}});
  TestPeer peer(rig);
  ASSERT_TRUE(peer.Greet());
  peer.Send(TestPeer::Frame({LeaveOf(2, "chat:-")}) + ReservedOpcode());
  ASSERT_TRUE(peer.Next());
  EXPECT_EQ(peer.message.id, 2u);
  EXPECT_FALSE(peer.Next());
  EXPECT_EQ(peer.closed, websocket::kCloseProtocolError);
}

// A message of so many bytes that means nothing: a field that nobody knows.
std::string Filler(std::size_t bytes) {
  std::string payload = "\x7A";
  const std::size_t content = bytes - 4;
  payload += {static_cast<char>((content & 0x7F) | 0x80),
              static_cast<char>((content >> 7 & 0x7F) | 0x80), static_cast<char>(content >> 14)};
  payload.resize(bytes, 'x');
  return TestPeer::Frame(websocket::Opcode::kBinary, payload);
}

std::uint64_t Refused(LoopRig& rig, ops::BadMessage reason) {
  const std::string text = rig.metrics.Text();
  const std::string name =
      reason == ops::BadMessage::kBeforeWelcomeBytes ? "before_welcome_bytes" : "control_flood";
  const std::string series = "roomcast_messages_refused_total{reason=\"" + name + "\"} ";
  return std::stoull(text.substr(text.find(series) + series.size()));
}

TEST(BeforeWelcome, AllMessagesTogetherHaveTheStrangersLimit) {
  LoopRig rig;
  TestPeer peer(rig);
  peer.Send(TestPeer::UpgradeRequest() + Filler(10'000) + Filler(6'384) +
            TestPeer::Frame(websocket::Opcode::kBinary, ""));
  for (int turn = 0; turn < 20; ++turn) rig.Turn();
  EXPECT_EQ(peer.closed, 0);
  peer.Send(TestPeer::Frame(websocket::Opcode::kBinary, "x"));
  EXPECT_FALSE(peer.Next());
  EXPECT_EQ(peer.closed, websocket::kCloseMessageTooBig);
  EXPECT_EQ(Refused(rig, ops::BadMessage::kBeforeWelcomeBytes), 1u);
}

TEST(BeforeWelcome, TheLimitIsGoneWithWelcome) {
  LoopRig rig;
  TestPeer peer(rig);
  ASSERT_TRUE(peer.Greet());
  peer.Send(Filler(60'000) + Filler(60'000) + TestPeer::Frame({LeaveOf(2, "chat:-")}));
  ASSERT_TRUE(peer.Next());
  EXPECT_EQ(peer.message.id, 2u);
}

TEST(BeforeWelcome, ALimitAboveThatOfAMessageIsNone) {
  LoopRig rig({.connection = {.before_welcome_bytes = 1 << 20}});
  TestPeer peer(rig);
  peer.Send(TestPeer::UpgradeRequest() + Filler(60'000) +
            TestPeer::Frame(websocket::Opcode::kBinary, std::string(80'000, 'x')));
  EXPECT_FALSE(peer.Next());
  EXPECT_EQ(peer.closed, websocket::kCloseMessageTooBig);
  EXPECT_EQ(Refused(rig, ops::BadMessage::kBeforeWelcomeBytes), 0u);
}

}  // namespace
}  // namespace roomcast::net
