// What is written next, and how full the queue is: lanes, partial writes, limits.
#include "server/net/send_queue.h"

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "proto/protocol/random.h"
#include "server/net/frame_heads.h"

namespace roomcast::net {
namespace {

using Fill = SendQueue::Fill;
using Lane = SendQueue::Lane;

constexpr SendQueue::Limits kWide{1 << 20, 1 << 22};
constexpr std::size_t kOverhead = SendQueue::kMessageOverheadBytes;

std::string NextBytes(const SendQueue& queue) {
  std::array<iovec, 64> pieces{};
  std::string bytes;
  const std::size_t count = queue.Gather(pieces);
  for (std::size_t i = 0; i < count; ++i) {
    bytes.append(static_cast<const char*>(pieces[i].iov_base), pieces[i].iov_len);
  }
  return bytes;
}

void Push(SendQueue& queue, std::string_view text, Lane lane = Lane::kOrdered) {
  ASSERT_EQ(queue.Push(MakeBare(text), lane, kWide), Fill::kFine);
}

TEST(SendQueue, WritesInTheOrderOfPushing) {
  SendQueue queue;
  EXPECT_TRUE(queue.empty());
  for (const char* text : {"one ", "two ", "three"}) Push(queue, text);
  EXPECT_EQ(NextBytes(queue), "one two three");
  EXPECT_EQ(queue.bytes(), 13 + 3 * kOverhead);
  EXPECT_FALSE(queue.Consume(6, kWide));
  EXPECT_EQ(NextBytes(queue), "o three");
  EXPECT_EQ(queue.bytes(), 7 + 2 * kOverhead);
  EXPECT_FALSE(queue.Consume(7, kWide));
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.bytes(), 0u);
}

TEST(SendQueue, TheFastLaneOvertakesButNotInsideOfAMessage) {
  SendQueue queue;
  Push(queue, "[batch 1]");
  Push(queue, "[batch 2]");
  Push(queue, "[ping]", Lane::kFast);
  Push(queue, "[goodbye]", Lane::kFast);
  EXPECT_EQ(NextBytes(queue), "[ping][goodbye][batch 1][batch 2]");

  SendQueue started;
  Push(started, "[batch 1]");
  Push(started, "[batch 2]");
  EXPECT_FALSE(started.Consume(3, kWide));
  EXPECT_TRUE(started.mid_message());
  Push(started, "[ping]", Lane::kFast);
  EXPECT_EQ(NextBytes(started), "tch 1][ping][batch 2]");
}

TEST(SendQueue, ANewerPongTakesTheOlderOnesPlace) {
  SendQueue queue;
  Push(queue, "[batch]");
  queue.PushPong(MakeBare("[pong 1]"));
  queue.PushPong(MakeBare("[pong 22]"));
  EXPECT_EQ(NextBytes(queue), "[pong 22][batch]");
  EXPECT_FALSE(queue.Consume(1, kWide));
  queue.PushPong(MakeBare("[pong 3]"));
  queue.PushPong(MakeBare("[pong 4]"));
  EXPECT_EQ(NextBytes(queue), "pong 22][pong 4][batch]");
  EXPECT_EQ(queue.bytes(), 23 + 3 * kOverhead);
}

TEST(SendQueue, LimitsAreToldAndTheReserveIsForTheFastLane) {
  constexpr SendQueue::Limits kLimits{1000, 4000};
  const std::string text(700, 'x');
  SendQueue queue;
  EXPECT_EQ(queue.Push(MakeBare(text), Lane::kOrdered, kLimits), Fill::kFine);
  EXPECT_EQ(queue.Push(MakeBare(text), Lane::kOrdered, kLimits), Fill::kOverSoft);
  EXPECT_EQ(queue.Push(MakeBare(text), Lane::kOrdered, kLimits), Fill::kOverSoft);
  EXPECT_EQ(queue.Push(MakeBare(text), Lane::kOrdered, kLimits), Fill::kOverSoft);
  EXPECT_EQ(queue.Push(MakeBare(text), Lane::kOrdered, kLimits), Fill::kOverHard);
  EXPECT_EQ(queue.bytes(), 4 * (700 + kOverhead)) << "what is over the limit is not queued";
  EXPECT_EQ(queue.Push(MakeBare(text), Lane::kFast, kLimits), Fill::kOverSoft);
  EXPECT_EQ(queue.Push(MakeBare(text), Lane::kFast, kLimits), Fill::kOverHard);

  // It has drained once it is below half of the soft limit, and says so once.
  EXPECT_FALSE(queue.Consume(4 * 700, kLimits));
  EXPECT_TRUE(queue.Consume(500, kLimits));
  EXPECT_FALSE(queue.Consume(200, kLimits));
  EXPECT_TRUE(queue.empty());
}

TEST(SendQueue, DropsWhatIsNotBegun) {
  SendQueue queue;
  Push(queue, "begun");
  Push(queue, "waits");
  EXPECT_FALSE(queue.Consume(2, kWide));
  queue.DropUnstarted();
  EXPECT_EQ(NextBytes(queue), "gun");
  EXPECT_EQ(queue.bytes(), 3 + kOverhead);
  queue = SendQueue();
  Push(queue, "waits");
  queue.DropUnstarted();
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.bytes(), 0u);
}

// Goal: whatever is pushed and however little is taken at a time, each lane comes out whole and in
// its order, and no message is cut by another. Method: messages say their lane, number and length;
// what comes out is parsed again.
TEST(SendQueue, AnyScheduleKeepsEachLanesOrderAndEachMessageWhole) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    SendQueue queue;
    std::string written;
    int pushed[2] = {0, 0};
    std::size_t overtakes = 0;
    for (int step = 0; step < 400 || !queue.empty(); ++step) {
      if (step < 400 && random.Chance(500)) {
        const bool fast = random.Chance(200);
        overtakes += fast && !queue.empty();
        const std::string text = (fast ? "f" : "o") + std::to_string(pushed[fast]++) +
                                 std::string(random.Below(20), '.') + "\n";
        Push(queue, text, fast ? Lane::kFast : Lane::kOrdered);
      } else {
        const std::string next = NextBytes(queue);
        const std::size_t taken = random.Below(std::min<std::size_t>(next.size(), 30) + 1);
        written += next.substr(0, taken);
        EXPECT_FALSE(queue.Consume(taken, kWide));
      }
    }
    EXPECT_EQ(queue.bytes(), 0u);
    EXPECT_GT(overtakes, 5u);
    int seen[2] = {0, 0};
    for (std::size_t begin = 0; begin < written.size();) {
      const bool fast = written[begin] == 'f';
      ASSERT_TRUE(fast || written[begin] == 'o') << "a message was cut";
      ASSERT_EQ(std::stoi(written.substr(begin + 1)), seen[fast]++);
      begin = written.find('\n', begin) + 1;
    }
    EXPECT_EQ(seen[0], pushed[0]);
    EXPECT_EQ(seen[1], pushed[1]);
  }
}

}  // namespace
}  // namespace roomcast::net
