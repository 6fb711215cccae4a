// The only door between threads: bounded, in order for each writer, and never asleep on a letter.
// With the label `tsan` it runs under ThreadSanitizer too.
#include "server/net/mail_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "server/hub/shared_bytes.h"

namespace roomcast::net {
namespace {

struct Numbered {
  int writer = 0;
  std::uint64_t number = 0;
};

TEST(MailQueue, GivesLettersInOrderAndSaysWhenItIsEmpty) {
  MailQueue<Numbered> queue({10, 1000});
  for (std::uint64_t i = 1; i <= 3; ++i) {
    Numbered letter{0, i};
    const auto posted = queue.Post(letter, 1);
    EXPECT_EQ(posted,
              i == 1 ? MailQueue<Numbered>::Posted::kWakeUp : MailQueue<Numbered>::Posted::kQueued);
  }
  queue.BeginLooking();
  Numbered letter;
  for (std::uint64_t i = 1; i <= 3; ++i) {
    ASSERT_TRUE(queue.Take(letter));
    EXPECT_EQ(letter.number, i);
  }
  EXPECT_FALSE(queue.Take(letter));
  EXPECT_EQ(queue.Post(letter, 1), MailQueue<Numbered>::Posted::kWakeUp)
      << "the reader looked away";
}

TEST(MailQueue, IsBoundedByCountAndByBytesAndALetterThatIsRefusedIsAsItWas) {
  MailQueue<std::string> few({2, 1000});
  std::string letter = "kept";
  EXPECT_NE(few.Post(letter, 1), MailQueue<std::string>::Posted::kFull);
  letter = "kept";
  EXPECT_NE(few.Post(letter, 1), MailQueue<std::string>::Posted::kFull);
  letter = "kept";
  EXPECT_EQ(few.Post(letter, 1), MailQueue<std::string>::Posted::kFull);
  EXPECT_EQ(letter, "kept");

  MailQueue<std::string> small({100, 10});
  EXPECT_NE(small.Post(letter, 8), MailQueue<std::string>::Posted::kFull);
  letter = "kept";
  EXPECT_EQ(small.Post(letter, 8), MailQueue<std::string>::Posted::kFull);
  ASSERT_TRUE(small.Take(letter));
  letter = "large";
  EXPECT_NE(small.Post(letter, 50), MailQueue<std::string>::Posted::kFull)
      << "an empty queue takes a letter that is larger than the bound";
}

TEST(MailQueue, ManyWritersOneReaderNothingLostNothingTurnedRound) {
  constexpr int kWriters = 4;
  constexpr std::uint64_t kLetters = 20'000;
  MailQueue<Numbered> queue({256, 1 << 20});
  std::counting_semaphore<> wake_ups(0);
  std::vector<std::thread> writers;
  writers.reserve(kWriters);
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&queue, &wake_ups, writer] {
      for (std::uint64_t number = 1; number <= kLetters;) {
        Numbered letter{writer, number};
        const auto posted = queue.Post(letter, sizeof letter);
        if (posted == MailQueue<Numbered>::Posted::kFull) {
          std::this_thread::yield();
          continue;
        }
        if (posted == MailQueue<Numbered>::Posted::kWakeUp) wake_ups.release();
        ++number;
      }
    });
  }
  std::vector<std::uint64_t> last(kWriters);
  std::uint64_t taken = 0;
  while (taken < kWriters * kLetters) {
    wake_ups.acquire();
    queue.BeginLooking();
    for (Numbered letter; queue.Take(letter); ++taken) {
      ASSERT_EQ(letter.number, last[static_cast<std::size_t>(letter.writer)] + 1);
      last[static_cast<std::size_t>(letter.writer)] = letter.number;
    }
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(queue.size(), 0u);
}

TEST(SharedBytes, AreHeldAndDroppedByManyThreads) {
  const auto head = [](std::size_t, char* out) -> std::size_t {
    out[0] = 'h';
    return 1;
  };
  hub::SharedBytes bytes = hub::SharedBytes::Join(head, {"pay", "load"});
  std::vector<std::thread> holders(4);
  for (std::thread& holder : holders) {
    holder = std::thread([copy = bytes] {
      hub::SharedBytes another;
      for (int round = 0; round < 10'000; ++round) {
        another = copy;
        ASSERT_EQ(another.framed(), "hpayload");
        another = {};
      }
    });
  }
  bytes = {};
  for (std::thread& holder : holders) holder.join();
}

TEST(SharedBytes, HaveOneOtherFormHoweverManyThreadsMakeItAtOnce) {
  constexpr int kThreads = 4;
  const auto head = [](std::size_t, char*) -> std::size_t { return 0; };
  for (int round = 0; round < 500; ++round) {
    hub::SharedBytes bytes = hub::SharedBytes::Join(head, {"plain"});
    std::vector<const char*> seen(kThreads);
    std::vector<std::thread> makers;
    makers.reserve(kThreads);
    for (int i = 0; i < kThreads; ++i) {
      makers.emplace_back([copy = bytes, head, i, &seen] {
        if (copy.form() == hub::SharedBytes::Form::kNotMade) {
          copy.SetOtherForm(hub::SharedBytes::Join(head, {"other", std::to_string(i)}));
        }
        const hub::SharedBytes other = copy.other_form();
        ASSERT_TRUE(other.framed().starts_with("other"));
        seen[static_cast<std::size_t>(i)] = other.framed().data();
      });
    }
    bytes = {};
    for (std::thread& maker : makers) maker.join();
    EXPECT_EQ(std::count(seen.begin(), seen.end(), seen[0]), kThreads);
  }
}

TEST(SharedBytes, MayHaveNoOtherForm) {
  const auto head = [](std::size_t, char*) -> std::size_t { return 0; };
  const hub::SharedBytes bytes = hub::SharedBytes::Join(head, {"plain"});
  EXPECT_EQ(bytes.form(), hub::SharedBytes::Form::kNotMade);
  bytes.SetOtherForm({});
  EXPECT_EQ(bytes.form(), hub::SharedBytes::Form::kNoGain);
  bytes.SetOtherForm(hub::SharedBytes::Join(head, {"too late"}));
  EXPECT_EQ(bytes.form(), hub::SharedBytes::Form::kNoGain);
}

}  // namespace
}  // namespace roomcast::net
