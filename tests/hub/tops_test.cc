// "All up to here was queued before this": what a client can prove itself complete with.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/hub_rig.h"

namespace roomcast::test {
namespace {

std::vector<Top> TopsOf(const std::vector<ServerMessage>& messages) {
  std::vector<Top> all;
  for (const ServerMessage& message : messages) {
    if (const auto* tops = std::get_if<Tops>(&message.body)) {
      all.insert(all.end(), tops->tops.begin(), tops->tops.end());
    }
  }
  return all;
}

TEST(Tops, ComeWithThePingForTheRoomsThatMoved) {
  HubRig rig;
  const auto publisher = rig.Greeted();
  const std::uint64_t busy = rig.JoinRoom(publisher, "chat:busy").handle;
  rig.JoinRoom(publisher, "chat:quiet");
  for (int i = 0; i < 3; ++i) rig.Publish(publisher, "chat:busy", "x");
  rig.Settle();
  rig.Pass(25s);
  const auto messages = rig.Take(publisher);
  const std::vector<Top> tops = TopsOf(messages);
  ASSERT_EQ(tops.size(), 1u);
  EXPECT_EQ(tops[0].handle, busy);
  EXPECT_EQ(tops[0].offset, 3u);
  bool seen = false;
  for (const ServerMessage& message : messages) {
    if (std::holds_alternative<RoomBatch>(message.body)) seen = true;
    if (std::holds_alternative<Tops>(message.body)) {
      EXPECT_TRUE(seen) << "in its place";
    }
  }
  rig.Say(publisher, {9, Ping{1}});
  rig.Take(publisher);
  rig.Pass(25s);
  const auto later = rig.Take(publisher);
  EXPECT_EQ(later.size(), 1u) << "a ping, and nothing moved since";
  EXPECT_TRUE(TopsOf(later).empty());
}

TEST(Tops, NameWhatWasQueuedAndNotWhatTheMemberIsStillToGet) {
  HubRig rig({.soft_bytes = 10'000});
  const auto slow = rig.Greeted();
  const std::uint64_t handle = rig.JoinRoom(slow, "chat:a").handle;
  rig.wire(slow).slow = true;
  const auto publisher = rig.Greeted(0, "user:p");
  rig.JoinRoom(publisher, "chat:a");
  for (int i = 0; i < 50; ++i) {
    rig.Publish(publisher, "chat:a", std::string(1000, 'x'));
    rig.Settle();
  }
  rig.Pass(25s);
  EXPECT_TRUE(TopsOf(rig.Take(slow)).empty()) << "its outbox is full: they can wait";
  rig.wire(slow).slow = false;
  rig.Drain(slow);
  rig.Settle();
  rig.Say(slow, {9, Ping{1}});
  rig.Take(slow);
  rig.Pass(25s);
  const std::vector<Top> tops = TopsOf(rig.Take(slow));
  ASSERT_EQ(tops.size(), 1u);
  EXPECT_EQ(tops[0].handle, handle);
  EXPECT_EQ(tops[0].offset, 50u);
}

}  // namespace
}  // namespace roomcast::test
