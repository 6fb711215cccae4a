// The benchmarks themselves: the load notices what a server gets wrong, and the program prints a
// figure for each of its names.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "proto/protocol/frame.h"
#include "tests/bench/benchmark.h"
#include "tests/bench/contestant.h"
#include "tests/bench/failure.h"
#include "tests/bench/figures.h"
#include "tests/bench/load.h"

namespace roomcast::bench {
namespace {

// The small protocol, of which the third delivery of all is lost or comes once more.
class Faulty : public Words {
 public:
  enum class Fault { kNone, kLoses, kRepeats };
  explicit Faulty(Fault fault) : fault_(fault) {}

  [[nodiscard]] std::string_view path() const override { return PlainWords().path(); }
  [[nodiscard]] std::string_view subprotocol() const override { return {}; }
  [[nodiscard]] std::vector<std::string> Greeting(std::string_view room) const override {
    return PlainWords().Greeting(room);
  }
  [[nodiscard]] std::string Publish(std::string_view room,
                                    std::string_view payload) const override {
    return PlainWords().Publish(room, payload);
  }
  void Read(std::string_view message, std::vector<Heard>& heard) const override {
    PlainWords().Read(message, heard);
    if (heard.back().count == 0 || ++deliveries_ != 3 || fault_ == Fault::kNone) return;
    const Heard third = heard.back();
    fault_ == Fault::kLoses ? heard.pop_back() : heard.push_back(third);
  }

 private:
  Fault fault_;
  mutable int deliveries_ = 0;
};

// What the load says to ten publications for one member.
std::string Verdict(Faulty::Fault fault) {
  const Faulty words(fault);
  const Contestant server = StartFloor(words, UsableCores());
  try {
    Load load(server.port, words, {.members = 1});
    load.Open();
    load.Pace(1000, 1, 0.01);
    return std::to_string(load.deliveries()) + " in order";
  } catch (const Failure& failure) {
    return failure.what();
  }
}

TEST(Load, NoticesWhatIsMissingAndWhatIsOutOfOrder) {
  EXPECT_EQ(Verdict(Faulty::Fault::kNone), "10 in order");
  EXPECT_EQ(Verdict(Faulty::Fault::kLoses),
            "member 0 got number 4 after 2: deliveries are missing");
  EXPECT_EQ(Verdict(Faulty::Fault::kRepeats), "member 0 got number 3 after 3: the order is broken");
}

// A batch with publications at `offsets`, each marked as the number that it has in its room.
std::string BatchOf(const std::vector<std::uint64_t>& offsets, std::uint64_t wrong_by = 0) {
  std::vector<std::string> payloads(offsets.size(), std::string(kMarkBytes, ' '));
  std::vector<Publication> publications(offsets.size());
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    WriteMark(payloads[i], {offsets[i] + wrong_by, 1});
    publications[i].offset = offsets[i];
    publications[i].data = Bytes(payloads[i]);
  }
  RoomBatch batch;
  batch.handle = 7;
  batch.publications = publications;
  std::string bytes;
  AppendFrame(bytes, ServerMessage{0, batch});
  return bytes;
}

TEST(RoomcastWords, TellsEachUnbrokenRowOfABatch) {
  std::vector<Heard> heard;
  RoomcastWords().Read(BatchOf({5, 6, 7, 9}), heard);
  ASSERT_EQ(heard.size(), 2u);
  EXPECT_EQ(heard[0].first, 5u);
  EXPECT_EQ(heard[0].count, 3u);
  EXPECT_EQ(heard[1].first, 9u);
  EXPECT_EQ(heard[1].count, 1u);
}

TEST(RoomcastWords, DoesNotTakeOnePublicationForAnother) {
  std::vector<Heard> heard;
  EXPECT_THROW(RoomcastWords().Read(BatchOf({5}, 1), heard), Failure);
  EXPECT_THROW(RoomcastWords().Read("\x0a\x05nonsense", heard), Failure);
}

TEST(Figures, RatiosAreTakenWithinARound) {
  EXPECT_EQ(Median({9, 1, 5}), 5);
  EXPECT_EQ(Quantile({1, 2, 3, 4, 5}, 1), 5);
  // The machine was ten times slower in the second round, for both.
  EXPECT_EQ(MedianRatio({2, 20, 2}, {1, 10, 1}), 2);
}

TEST(Bench, PrintsAFigureForEachName) {
  FILE* output = popen(ROOMCAST_BENCH_PROGRAM " --quick --json 2>&1", "r");
  ASSERT_NE(output, nullptr);
  std::vector<std::string> printed;
  std::string said;
  for (char line[1024]; std::fgets(line, sizeof(line), output) != nullptr;) {
    said += line;
    if (line[0] != '{') continue;
    const auto object = nlohmann::json::parse(line);
    EXPECT_TRUE(object.at("value").is_number() && object.at("unit").is_string()) << line;
    printed.push_back(object.at("name"));
  }
  EXPECT_EQ(pclose(output), 0) << said;
  std::vector<std::string> names;
  for (const Benchmark& benchmark : Benchmarks()) {
    names.insert(names.end(), benchmark.names.begin(), benchmark.names.end());
  }
  EXPECT_EQ(printed, names) << said;
}

TEST(Bench, RefusesANameThatItDoesNotKnow) {
  EXPECT_EQ(WEXITSTATUS(std::system(ROOMCAST_BENCH_PROGRAM " no_such_name 2>/dev/null")), 2);
}

}  // namespace
}  // namespace roomcast::bench
