// Readers that do not read, publishers that do not stop, shards that do not answer: memory stays
// bounded (I5), what cannot come is named, others do not notice, and all of it is counted.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "proto/protocol/frame.h"
#include "server/hub/home.h"
#include "tests/support/hub_rig.h"

namespace roomcast::test {
namespace {

using hub::ConnectionId;

// What a connection was sent of one room.
struct Heard {
  std::uint64_t publications = 0;
  std::uint64_t position = 0;
  std::uint64_t missing = 0;
  int gaps = 0;
};

// Takes what came since; fails where the stream has a hole that no Gap names.
void Listen(HubRig& rig, ConnectionId connection, std::uint64_t handle, Heard& heard) {
  for (const ServerMessage& message : rig.Take(connection)) {
    if (const auto* gap = std::get_if<Gap>(&message.body); gap && gap->handle == handle) {
      ++heard.gaps;
      ASSERT_EQ(gap->from, heard.position + 1);
      heard.missing += gap->to - heard.position;
      heard.position = gap->to;
    }
    const auto* batch = std::get_if<RoomBatch>(&message.body);
    if (batch == nullptr || batch->handle != handle) continue;
    for (const Publication& one : batch->publications) {
      if (one.offset <= heard.position) continue;
      ASSERT_EQ(one.offset, heard.position + 1);
      heard.position = one.offset;
      ++heard.publications;
    }
  }
}

void Push(HubRig& rig, const std::string& room, std::size_t bytes) {
  hub::PublishToRoom publish;
  publish.origin = {hub::BridgeCall{1}, 0};
  publish.room = room;
  publish.data = std::string(bytes, 'x');
  const auto home = static_cast<std::uint16_t>(hub::HomeShardOf(rig.config(), room));
  rig.shard(home).OnMail(std::move(publish), rig.now());
}

std::string RoomAtHome(const HubRig& rig, std::uint16_t shard) {
  std::string room = "chat:";
  while (hub::HomeShardOf(rig.config(), room) != static_cast<hub::ShardId>(shard)) room += "x";
  return room;
}

TEST(Overload, AReliableRoomWithoutHistoryQueuesToTheHardLimit) {
  const HubRig::Options options{.soft_bytes = 10'000, .hard_bytes = 40'000};
  hub::HubConfig config = HubRig::DefaultConfig(options);
  config.namespaces[1].keep = {0, 0, 300s};
  HubRig rig(options, config);
  const auto slow = rig.Greeted();
  const std::uint64_t handle = rig.JoinRoom(slow, "chat:a").handle;
  rig.wire(slow).slow = true;
  const auto push = [&](int count) {
    for (int i = 0; i < count; ++i) {
      Push(rig, "chat:a", 1000);
      rig.Settle();
    }
  };
  push(30);
  EXPECT_EQ(rig.events().behind, 0u);
  Heard heard;
  Listen(rig, slow, handle, heard);
  EXPECT_EQ(heard.publications, 30u) << "three times the soft limit";
  push(70);
  EXPECT_EQ(rig.events().behind, 1u);
  EXPECT_LE(rig.wire(slow).unread_bytes, 40'000u);
  rig.Drain(slow);
  rig.Settle();
  Listen(rig, slow, handle, heard);
  EXPECT_EQ(heard.gaps, 1);
  EXPECT_EQ(heard.position, 100u);
  EXPECT_EQ(heard.publications + heard.missing, 100u);
}

TEST(Overload, ADroppableRoomHasOneGapForTheHoleAndGoesOnAfterIt) {
  HubRig rig({.soft_bytes = 10'000});
  const auto slow = rig.Greeted();
  const std::uint64_t handle = rig.JoinRoom(slow, "drop:a").handle;
  Heard heard;
  for (const bool reads : {false, true, false, true}) {
    rig.wire(slow).slow = !reads;
    if (reads) rig.Drain(slow);
    for (int i = 0; i < 50; ++i) {
      Push(rig, "drop:a", 1000);
      rig.Settle();
    }
    Listen(rig, slow, handle, heard);
  }
  EXPECT_EQ(heard.gaps, 2);
  EXPECT_EQ(heard.position, 200u);
  EXPECT_EQ(heard.publications + heard.missing, 200u);
  EXPECT_GT(heard.missing, 60u);
  EXPECT_EQ(rig.events().gaps, 2u);
}

// A session in many rooms must not be given a page of each at once: that would be over the hard
// limit.
TEST(Overload, ASlowSessionInManyRoomsIsCaughtUpPageByPage) {
  constexpr std::size_t kSoft = 100'000;
  HubRig rig({.shards = 2, .soft_bytes = kSoft, .hard_bytes = 200'000});
  const auto slow = rig.Greeted();
  std::vector<std::uint64_t> handles;
  handles.reserve(20);
  for (int room = 0; room < 20; ++room) {
    handles.push_back(rig.JoinRoom(slow, "chat:" + std::to_string(room)).handle);
  }
  rig.wire(slow).slow = true;
  for (int i = 0; i < 20; ++i) {
    for (int room = 0; room < 20; ++room) Push(rig, "chat:" + std::to_string(room), 8000);
    rig.Settle();
    EXPECT_LE(rig.wire(slow).unread_bytes, kSoft + 70'000);
  }
  std::vector<Heard> heard(20);
  std::vector<std::set<std::size_t>> rooms_of_round;
  for (int round = 0; round < 60; ++round) {
    std::vector<ServerMessage> messages = rig.Take(slow);
    for (const ServerMessage& message : messages) {
      const auto* batch = std::get_if<RoomBatch>(&message.body);
      if (batch == nullptr) continue;
      const auto room = static_cast<std::size_t>(
          std::find(handles.begin(), handles.end(), batch->handle) - handles.begin());
      for (const Publication& one : batch->publications) {
        if (one.offset <= heard[room].position) continue;
        ASSERT_EQ(one.offset, heard[room].position + 1);
        heard[room].position = one.offset;
      }
    }
    rig.Drain(slow);
    rig.Settle();
    EXPECT_LE(rig.wire(slow).unread_bytes, kSoft + 70'000);
  }
  for (const Heard& one : heard) EXPECT_EQ(one.position, 20u);
  EXPECT_FALSE(rig.wire(slow).closed);
}

TEST(Overload, WhoFloodsRequestsIsNotReadWhileItsRepliesWait) {
  HubRig rig({.soft_bytes = 1000});
  const auto flooder = rig.Greeted();
  rig.wire(flooder).slow = true;
  std::string flood;
  constexpr std::uint32_t kCount = 1000;
  for (std::uint32_t id = 1; id <= kCount; ++id) AppendFrame(flood, {id, Leave{.room = "chat:-"}});
  rig.SayBytes(flooder, flood);
  std::uint32_t answered = 0;
  int rounds = 0;
  while (answered < kCount && ++rounds < 100) {
    EXPECT_LE(rig.wire(flooder).unread_bytes, 1100u);
    for (const ServerMessage& message : rig.Take(flooder)) ASSERT_EQ(message.id, ++answered);
    EXPECT_EQ(rig.wire(flooder).reading, answered == kCount);
    rig.Drain(flooder);
    rig.Settle();
  }
  EXPECT_EQ(answered, kCount);
  EXPECT_GT(rounds, 2);
  EXPECT_TRUE(rig.wire(flooder).reading);
  EXPECT_TRUE(rig.events().disconnects.empty());
}

TEST(Overload, WhoFloodsHistoryHasOnePageUnderWayAtATime) {
  HubRig rig({.shards = 2, .soft_bytes = 100'000, .hard_bytes = 400'000});
  const std::string room = RoomAtHome(rig, 1);
  const auto flooder = rig.Greeted();
  rig.JoinRoom(flooder, room);
  for (int i = 0; i < 60; ++i) Push(rig, room, 1000);
  rig.Settle();
  rig.Take(flooder);
  rig.wire(flooder).slow = true;
  rig.Drain(flooder);
  std::string flood;
  constexpr std::uint32_t kCount = 200;
  for (std::uint32_t id = 1; id <= kCount; ++id) {
    AppendFrame(flood, {id, History{.room = room, .limit = 1000}});
  }
  rig.SayBytes(flooder, flood);
  std::uint32_t answered = 0;
  for (int round = 0; round < 300 && answered < kCount; ++round) {
    rig.Settle();
    EXPECT_LE(rig.wire(flooder).unread_bytes, 100'000u + 70'000);
    for (const ServerMessage& message : rig.Take(flooder)) {
      ASSERT_EQ(message.id, ++answered);
      EXPECT_EQ(std::get<HistoryPage>(message.body).publications.size(), 60u);
    }
    rig.Drain(flooder);
  }
  EXPECT_EQ(answered, kCount);
  EXPECT_TRUE(rig.wire(flooder).reading);
  EXPECT_FALSE(rig.wire(flooder).closed);
}

TEST(Overload, MembersThatNeverReadDoNotMoveOthers) {
  constexpr std::size_t kSoft = 20'000;
  HubRig rig({.soft_bytes = kSoft, .hard_bytes = 60'000});
  std::vector<ConnectionId> stuck;
  for (int i = 0; i < 300; ++i) {
    stuck.push_back(rig.Greeted());
    rig.JoinRoom(stuck.back(), "chat:loud");
    rig.wire(stuck.back()).slow = true;
  }
  const auto other = rig.Greeted();
  const auto neighbour = rig.Greeted();
  const std::uint64_t handle = rig.JoinRoom(other, "chat:loud").handle;
  const std::uint64_t quiet = rig.JoinRoom(neighbour, "chat:quiet").handle;
  Heard loud_heard, quiet_heard;
  for (std::uint64_t i = 1; i <= 100; ++i) {
    Push(rig, "chat:loud", 1000);
    Push(rig, "chat:quiet", 10);
    rig.Settle();
    Listen(rig, other, handle, loud_heard);
    Listen(rig, neighbour, quiet, quiet_heard);
    ASSERT_EQ(loud_heard.publications, i) << "in the same turn";
    ASSERT_EQ(quiet_heard.publications, i);
  }
  for (const ConnectionId one : stuck) EXPECT_LE(rig.wire(one).unread_bytes, kSoft + 2000);
  EXPECT_EQ(rig.events().behind, 300u);
}

TEST(Overload, APublisherFasterThanItsRoomsShardIsToldToWait) {
  HubRig rig({.shards = 2, .mailbox_max = 20});
  const std::string room = RoomAtHome(rig, 1);
  const auto publisher = rig.Greeted(0, "user:p");
  rig.JoinRoom(publisher, room);
  rig.Hold(1, true);
  for (std::uint32_t id = 1; id <= 100; ++id) rig.Publish(publisher, room, "x", id, id);
  std::vector<std::uint32_t> refused;
  for (const ServerMessage& message : rig.Take(publisher)) {
    const auto* error = std::get_if<Error>(&message.body);
    ASSERT_NE(error, nullptr);
    EXPECT_EQ(error->code, static_cast<std::uint32_t>(ErrorCode::kOverloaded));
    EXPECT_TRUE(error->temporary);
    EXPECT_EQ(error->retry_after_ms, 100u);
    refused.push_back(message.id);
  }
  EXPECT_EQ(refused.size(), 80u);
  EXPECT_EQ(rig.events().mailbox_full, 80u);
  EXPECT_EQ(rig.events().errors[ErrorCode::kOverloaded], 80);
  rig.Hold(1, false);
  rig.Settle();
  std::size_t published = 0;
  for (const ServerMessage& message : rig.Take(publisher)) {
    published += std::holds_alternative<Published>(message.body);
  }
  EXPECT_EQ(published, 20u) << "what was taken is done";
}

TEST(Overload, AShardThatIsHeldUpMissesNothingAndHoldsUpNobody) {
  HubRig rig({.shards = 2, .mailbox_max = 20});
  const std::string room = RoomAtHome(rig, 0);
  const auto here = rig.Greeted(0);
  const auto there = rig.Greeted(1);
  const std::uint64_t handle = rig.JoinRoom(here, room).handle;
  rig.JoinRoom(there, room);
  rig.Hold(1, true);
  Heard here_heard, there_heard;
  for (std::uint64_t i = 1; i <= 200; ++i) {
    Push(rig, room, 1000);
    rig.Settle();
    Listen(rig, here, handle, here_heard);
    ASSERT_EQ(here_heard.publications, i);
  }
  EXPECT_GE(rig.events().mailbox_full, 1u);
  rig.Hold(1, false);
  rig.Settle();
  Listen(rig, there, handle, there_heard);
  EXPECT_EQ(there_heard.publications, 200u) << "the rest came from history";
  EXPECT_EQ(there_heard.gaps, 0);
}

}  // namespace
}  // namespace roomcast::test
