// Many sends in one system call: each ends as it would have alone, and a hub that may not have the
// ring does the same without it.
#include "server/net/send_ring.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cerrno>
#include <deque>
#include <string>
#include <string_view>
#include <variant>

#include "tests/net/loop_rig.h"

namespace roomcast::net {
namespace {

// Two ends of a connection.
struct Pair {
  Pair() {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    here = FileDescriptor(ends[0]);
    there = FileDescriptor(ends[1]);
  }
  // Until it takes nothing more.
  void Fill() {
    const std::string much(65536, 'x');
    while (send(here.get(), much.data(), much.size(), MSG_DONTWAIT) > 0) {
    }
  }
  std::string Take() {
    std::string taken(65536, '\0');
    const ssize_t got = recv(there.get(), taken.data(), taken.size(), MSG_DONTWAIT);
    taken.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return taken;
  }
  FileDescriptor here;
  FileDescriptor there;
};

void Add(SendRing& ring, const Pair& pair, std::initializer_list<std::string_view> pieces) {
  std::size_t count = 0;
  for (const std::string_view piece : pieces) {
    ring.pieces()[count++] = {const_cast<char*>(piece.data()), piece.size()};
  }
  ring.Add(pair.here.get(), count);
}

TEST(SendRing, EachSendOfARunEndsAsItWouldHaveAlone) {
  SendRing ring;
  if (!ring.IsThere()) GTEST_SKIP() << "this system has no io_uring for us";
  const std::string large(8 << 20, 'y');
  // The queues of the ring come round several times.
  for (int run = 0; run < 50; ++run) {
    Pair one, many, full, gone, partly;
    full.Fill();
    gone.there.Reset();
    Add(ring, one, {"hello"});
    Add(ring, many, {"a", "bc", "def"});
    Add(ring, full, {"no room"});
    Add(ring, gone, {"nobody"});
    Add(ring, partly, {large});
    const auto done = ring.Run();
    ASSERT_EQ(done.size(), 5u);
    EXPECT_EQ(done[0].result, 5);
    EXPECT_EQ(one.Take(), "hello");
    EXPECT_EQ(done[1].result, 6);
    EXPECT_EQ(done[1].offered, 6u);
    EXPECT_EQ(many.Take(), "abcdef");
    EXPECT_EQ(done[2].result, -EAGAIN);
    EXPECT_EQ(done[3].result, -EPIPE);
    EXPECT_GT(done[4].result, 0);
    EXPECT_LT(static_cast<std::size_t>(done[4].result), done[4].offered);
  }
}

TEST(SendRing, IsFullAtItsMostAndEmptyAfterARun) {
  SendRing ring;
  if (!ring.IsThere()) GTEST_SKIP() << "this system has no io_uring for us";
  Pair pair;
  for (int run = 0; run < 3; ++run) {
    for (std::size_t i = 0; i < SendRing::kSendsMax; ++i) {
      EXPECT_FALSE(ring.full());
      Add(ring, pair, {"x"});
    }
    EXPECT_TRUE(ring.full());
    EXPECT_EQ(ring.Run().size(), SendRing::kSendsMax);
    EXPECT_EQ(pair.Take(), std::string(SendRing::kSendsMax, 'x'));
  }
}

// What the members of a room hear and what the hub counts, with one of them that does not read and
// one that is cut off in the middle.
void TellARoom(bool together) {
  LoopRig::Options options;
  options.connection.writes_together = together;
  LoopRig rig(options);
  constexpr std::size_t kMembers = 80;
  constexpr std::size_t kPublications = 30;
  std::deque<TestPeer> members;
  for (std::size_t i = 0; i < kMembers; ++i) {
    TestPeer& member = members.emplace_back(rig);
    ASSERT_TRUE(member.Greet() && member.Join("chat:1"));
  }
  TestPeer stuck(rig, /*receive_buffer=*/4096), cut(rig);
  ASSERT_TRUE(stuck.Greet() && stuck.Join("chat:1"));
  ASSERT_TRUE(cut.Greet() && cut.Join("chat:1"));
  const std::uint64_t before = rig.Count(ops::Counter::kWrites);
  for (std::size_t i = 0; i < kPublications; ++i) {
    rig.Publish("chat:1", std::string(20'000, 'x'));
    if (i == kPublications / 2) cut.Cut();
    for (TestPeer& member : members) {
      do {
        ASSERT_TRUE(member.Next());
      } while (!std::holds_alternative<RoomBatch>(member.message.body));
      const auto& publications = std::get<RoomBatch>(member.message.body).publications;
      ASSERT_EQ(publications.size(), 1u);
      ASSERT_EQ(publications[0].offset, i + 1);
    }
  }
  EXPECT_EQ(rig.loop->connections(), kMembers + 1);
  EXPECT_GE(rig.Count(ops::Counter::kMembersBehind), 1u);
  // One a member and publication; a socket that is full for a moment takes another.
  const std::uint64_t writes = rig.Count(ops::Counter::kWrites) - before;
  EXPECT_GE(writes, kMembers * kPublications);
  EXPECT_LE(writes, (kMembers + 8) * kPublications);
  SendRing ring;
  const bool was_together = rig.Count(ops::Counter::kWritesTogether) >= kMembers * kPublications;
  EXPECT_EQ(was_together, together && ring.IsThere());
}

TEST(SendRing, ARoomIsToldInOneSystemCall) { TellARoom(/*together=*/true); }

TEST(SendRing, ARoomIsToldTheSameWithoutIt) { TellARoom(/*together=*/false); }

}  // namespace
}  // namespace roomcast::net
