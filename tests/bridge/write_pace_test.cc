// When a Watch writes, told the time.
#include "bridge/write_pace.h"

#include <gtest/gtest.h>

namespace roomcast::bridge {
namespace {

using std::chrono::milliseconds;

// A stream in a room in which something is said `apart` after what was said before.
class Room {
 public:
  explicit Room(milliseconds apart) : apart_(apart) {}

  // For so long. How many writes there were.
  int Talk(milliseconds time) {
    int writes = 0;
    for (const WritePace::Instant end = now_ + time; now_ < end; now_ += milliseconds(1)) {
      if (now_ >= next_) {
        ++pieces_;
        next_ = now_ + apart_;
      }
      if (pieces_ == 0 || !pace_.MayWrite(now_)) continue;
      pace_.OnWrite(now_, pieces_, 100);
      pieces_ = 0;
      ++writes;
    }
    return writes;
  }
  void SetApart(milliseconds apart) { apart_ = apart; }

 private:
  WritePace pace_;
  milliseconds apart_;
  WritePace::Instant now_{std::chrono::seconds(1000)};
  WritePace::Instant next_;
  std::size_t pieces_ = 0;
};

// Reads what is written, and causes the next piece a millisecond later. How many rounds it makes.
int Converse(int others, milliseconds time) {
  WritePace pace;
  WritePace::Instant now{std::chrono::seconds(1000)};
  int rounds = 0;
  WritePace::Instant asks = now;
  std::size_t pieces = 0;
  int at = 0;
  for (const WritePace::Instant end = now + time; now < end; now += milliseconds(1), ++at) {
    if (now == asks) ++pieces;
    if (others > 0 && at % others == 0) ++pieces;
    if (pieces == 0 || !pace.MayWrite(now)) continue;
    pace.OnWrite(now, pieces, 100);
    pieces = 0;
    ++rounds;
    asks = now + milliseconds(1);
  }
  return rounds;
}

TEST(WritePace, TheFirstAfterAPauseGoesAtOnce) {
  WritePace pace;
  WritePace::Instant now{std::chrono::seconds(1000)};
  for (int i = 0; i < 10; ++i, now += WritePace::kApart) {
    EXPECT_TRUE(pace.MayWrite(now));
    pace.OnWrite(now, 1, 100);
    EXPECT_EQ(pace.due(), now + WritePace::kApart);
  }
}

TEST(WritePace, InABusyRoomOneWriteCarriesWhatWasSaidInTwentyMilliseconds) {
  EXPECT_LE(Room(milliseconds(2)).Talk(std::chrono::seconds(10)), 501);
}

TEST(WritePace, WhoWaitsForItsOwnWordsIsNotHeldUp) {
  // Fifty rounds a second if each waited.
  EXPECT_GT(Converse(0, std::chrono::seconds(10)), 7000);
}

TEST(WritePace, InABusyRoomWhoWaitsForItsOwnWordsWaitsLikeTheOthers) {
  EXPECT_LE(Converse(2, std::chrono::seconds(10)), 501);
}

TEST(WritePace, ARoomThatBecomesBusyIsWrittenOneByOneForAWhileOnly) {
  Room room(milliseconds(15));
  EXPECT_GT(room.Talk(std::chrono::seconds(1)), 60);
  room.SetApart(milliseconds(1));
  EXPECT_LE(room.Talk(std::chrono::seconds(10)), 500 + WritePace::kWritesAtOnce);
}

TEST(WritePace, AfterALargeWriteNothingWaits) {
  WritePace pace;
  const WritePace::Instant now{std::chrono::seconds(1000)};
  pace.OnWrite(now, 1, WritePace::kLargeWrite);
  EXPECT_TRUE(pace.MayWrite(now));
}

}  // namespace
}  // namespace roomcast::bridge
