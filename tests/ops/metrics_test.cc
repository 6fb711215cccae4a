#include "server/ops/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <thread>

#include "server/ops/metrics_layout.h"
#include "server/ops/metrics_text.h"

namespace roomcast::ops {
namespace {

using testing::HasSubstr;

// Reads an exposition as a scraper does: every line has to be one that the format knows, every
// sample to follow its family's HELP and TYPE, and no series may be there twice.
class Exposition {
 public:
  explicit Exposition(const std::string& text) {
    EXPECT_FALSE(text.empty());
    EXPECT_EQ(text.back(), '\n');
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) Read(line);
  }

  [[nodiscard]] double Value(const std::string& series) const {
    const auto found = samples_.find(series);
    EXPECT_NE(found, samples_.end()) << series;
    return found == samples_.end() ? -1 : found->second;
  }
  [[nodiscard]] const std::map<std::string, double>& samples() const { return samples_; }
  [[nodiscard]] const std::map<std::string, std::string>& types() const { return types_; }

 private:
  static bool IsName(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
      return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '_';
    });
  }

  // `{name="value"}` whole, with only the three escapes that the format has.
  static bool IsLabel(std::string_view text) {
    const std::size_t quote = text.find("=\"");
    if (!text.starts_with('{') || !text.ends_with("\"}") || quote == std::string_view::npos) {
      return false;
    }
    if (!IsName(text.substr(1, quote - 1))) return false;
    const std::string_view value = text.substr(quote + 2, text.size() - quote - 4);
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (value[i] == '"') return false;
      if (value[i] != '\\') continue;
      if (++i == value.size() ||
          std::string_view("\\\"n").find(value[i]) == std::string_view::npos) {
        return false;
      }
    }
    return true;
  }

  void Read(const std::string& line) {
    if (line.starts_with("# HELP ")) {
      const std::string name = line.substr(7, line.find(' ', 7) - 7);
      EXPECT_TRUE(IsName(name) && line.size() > 8 + name.size()) << line;
      EXPECT_TRUE(helped_.insert(name).second) << "HELP twice: " << line;
    } else if (line.starts_with("# TYPE ")) {
      family_ = line.substr(7, line.find(' ', 7) - 7);
      const std::string type = line.substr(std::min(line.size(), 8 + family_.size()));
      EXPECT_TRUE(type == "counter" || type == "gauge" || type == "histogram") << line;
      EXPECT_TRUE(helped_.contains(family_)) << "TYPE before HELP: " << line;
      EXPECT_TRUE(types_.emplace(family_, type).second) << "TYPE twice: " << line;
    } else {
      ReadSample(line);
    }
  }

  void ReadSample(const std::string& line) {
    const std::size_t space = line.rfind(' ');
    ASSERT_NE(space, std::string::npos) << line;
    const std::string series = line.substr(0, space);
    const std::size_t brace = series.find('{');
    const std::string name = series.substr(0, brace);
    EXPECT_TRUE(IsName(name)) << line;
    EXPECT_TRUE(brace == std::string::npos || IsLabel(series.substr(brace))) << line;
    const std::string ending = name.starts_with(family_) ? name.substr(family_.size()) : "?";
    const bool histogram = types_[family_] == "histogram";
    EXPECT_TRUE(histogram ? ending == "_bucket" || ending == "_sum" || ending == "_count"
                          : ending.empty())
        << "outside its family: " << line;
    std::size_t used = 0;
    const std::string number = line.substr(space + 1);
    const double value = std::stod(number, &used);
    EXPECT_EQ(used, number.size()) << line;
    EXPECT_TRUE(samples_.emplace(series, value).second) << "twice: " << line;
  }

  std::set<std::string> helped_;
  std::map<std::string, std::string> types_;
  std::map<std::string, double> samples_;
  std::string family_;
};

TEST(TheExposition, IsValidAndNamesEveryFamilyFromTheStart) {
  const Metrics metrics(2, "0.1.0");
  const Exposition read(metrics.Text());
  EXPECT_EQ(read.Value(R"(roomcast_build_info{version="0.1.0"})"), 1);
  for (std::size_t i = 0; i < kCounters; ++i) {
    EXPECT_EQ(read.Value(std::string(FamilyOf(static_cast<Counter>(i)).name)), 0);
  }
  for (std::size_t i = 0; i < kLabelledCounters; ++i) {
    const Family& family = FamilyOf(static_cast<LabelledCounter>(i));
    for (const std::string& label : family.labels) {
      EXPECT_EQ(read.Value(std::string(family.name) + "{" + std::string(family.label_name) + "=\"" +
                           label + "\"}"),
                0);
    }
  }
  for (const auto& [name, type] : read.types()) {
    EXPECT_EQ(type == "counter", name.ends_with("_total")) << name;
  }
}

TEST(TheExposition, HasNoLabelThatAClientChooses) {
  const Metrics metrics(1, "0.1.0");
  const Exposition read(metrics.Text());
  for (const auto& [series, value] : read.samples()) {
    EXPECT_THAT(series, testing::Not(testing::ContainsRegex("room=|user=|address=|session=")));
  }
  EXPECT_LT(read.samples().size(), 400U);
}

TEST(TheExposition, EscapesWhatALabelMayNotHold) {
  const Metrics metrics(1, "a\"b\\c\nd");
  EXPECT_THAT(metrics.Text(), HasSubstr(R"(roomcast_build_info{version="a\"b\\c\nd"} 1)"));
}

TEST(Shards, AreSummed) {
  Metrics metrics(2, "0.1.0");
  metrics.Shard(0).Count(Counter::kMessagesIn);
  metrics.Shard(1).Count(Counter::kMessagesIn, 41);
  metrics.Shard(0).Set(Gauge::kConnections, 10);
  metrics.Shard(0).Set(Gauge::kConnections, 3);
  metrics.Shard(1).Set(Gauge::kConnections, 4);
  metrics.Shard(0).CountPublications(Door::kWebSocket, 5);
  metrics.Shared().CountPublications(Door::kBridge, 6);
  const Exposition read(metrics.Text());
  EXPECT_EQ(read.Value("roomcast_messages_in_total"), 42);
  EXPECT_EQ(read.Value("roomcast_connections"), 7);
  EXPECT_EQ(read.Value(R"(roomcast_publications_total{door="websocket"})"), 5);
  EXPECT_EQ(read.Value(R"(roomcast_publications_total{door="bridge"})"), 6);
}

TEST(EveryReason, IsCountedUnderItsOwnName) {
  Metrics metrics(1, "0.1.0");
  ShardMetrics& shard = metrics.Shard(0);
  for (const auto reason : websocket::kRefusalReasons) shard.Count(reason);
  for (const auto violation : websocket::kViolations) shard.Count(violation);
  for (const auto refusal : auth::kTokenRefusals) shard.Count(refusal);
  for (const CodeRow& row : ErrorRows()) shard.CountError(static_cast<ErrorCode>(row.code));
  for (const CodeRow& row : LeftRows()) shard.CountLeft(static_cast<LeftCode>(row.code));
  for (const CodeRow& row : DisconnectRows()) {
    shard.CountDisconnect(static_cast<DisconnectCode>(row.code));
  }
  const Exposition read(metrics.Text());
  for (const LabelledCounter counter :
       {LabelledCounter::kUpgradesRefused, LabelledCounter::kFramesRefused,
        LabelledCounter::kTokensRefused, LabelledCounter::kErrors, LabelledCounter::kLefts,
        LabelledCounter::kDisconnects}) {
    const Family& family = FamilyOf(counter);
    for (const std::string& label : family.labels) {
      EXPECT_EQ(read.Value(std::string(family.name) + "{" + std::string(family.label_name) + "=\"" +
                           label + "\"}"),
                1);
    }
  }
}

TEST(TheLastOfEachSet, HasALabel) {
  const auto labels = [](LabelledCounter counter) { return FamilyOf(counter).labels.size(); };
  EXPECT_EQ(labels(LabelledCounter::kMessagesRefused),
            static_cast<std::size_t>(BadMessage::kControlFlood) + 1);
  EXPECT_EQ(labels(LabelledCounter::kGaps), static_cast<std::size_t>(GapLabel::kEngine) + 1);
  EXPECT_EQ(labels(LabelledCounter::kPublications), static_cast<std::size_t>(Door::kBridge) + 1);
  EXPECT_EQ(labels(LabelledCounter::kBridgeAnswers), 17U);
  EXPECT_EQ(labels(LabelledCounter::kTurnedAway),
            static_cast<std::size_t>(TurnedAway::kDescriptors) + 1);
  EXPECT_EQ(labels(LabelledCounter::kTlsFailures),
            static_cast<std::size_t>(TlsFailure::kOther) + 1);
  EXPECT_EQ(labels(LabelledCounter::kCertificates),
            static_cast<std::size_t>(CertificateReload::kRefused) + 1);
  EXPECT_EQ(static_cast<std::size_t>(Counter::kMessagesInflated) + 1, kCounters);
  EXPECT_EQ(static_cast<std::size_t>(LabelledCounter::kCertificates) + 1, kLabelledCounters);
  EXPECT_EQ(static_cast<std::size_t>(Gauge::kBridgeCertificateExpires) + 1, kGauges);
  EXPECT_EQ(static_cast<std::size_t>(Histogram::kLoopTurn) + 1, kHistograms);
}

// What is refused is in the documents under the label that an operator sees.
TEST(Refusals, AreEachInTheDocuments) {
  std::string documents;
  for (const char* path : {"docs/PROTOCOL.md", "docs/OPERATING.md"}) {
    std::ifstream file(path);
    documents.append(std::istreambuf_iterator<char>(file), {});
  }
  // Ours is a server, which no other masks frames for; text is refused before it is read.
  const std::set<std::string> not_of_the_hub = {"masked", "text_not_utf8", "unavailable"};
  for (const LabelledCounter counter :
       {LabelledCounter::kUpgradesRefused, LabelledCounter::kFramesRefused,
        LabelledCounter::kMessagesRefused, LabelledCounter::kTlsFailures,
        LabelledCounter::kTurnedAway}) {
    for (const std::string& label : FamilyOf(counter).labels) {
      if (not_of_the_hub.contains(label)) continue;
      EXPECT_NE(documents.find("`" + label + "`"), std::string::npos)
          << FamilyOf(counter).name << " " << label;
    }
  }
}

TEST(NumbersFromOutside, NeverMakeALabel) {
  Metrics metrics(1, "0.1.0");
  metrics.Shard(0).CountConnectionEnded(1006);
  metrics.Shard(0).CountConnectionEnded(3012);
  metrics.Shard(0).CountConnectionEnded(4711);
  metrics.Shard(0).CountConnectionEnded(70'000);
  metrics.Shared().CountLabelled(LabelledCounter::kBridgeCalls, BridgeMethodIndex("Publish"));
  metrics.Shared().CountLabelled(LabelledCounter::kBridgeCalls, BridgeMethodIndex("/x\"y"));
  const Exposition read(metrics.Text());
  EXPECT_EQ(read.Value(R"(roomcast_connections_ended_total{code="1006"})"), 1);
  EXPECT_EQ(read.Value(R"(roomcast_connections_ended_total{code="3012"})"), 1);
  EXPECT_EQ(read.Value(R"(roomcast_connections_ended_total{code="other"})"), 2);
  EXPECT_EQ(read.Value(R"(roomcast_bridge_calls_total{method="Publish"})"), 1);
  EXPECT_EQ(read.Value(R"(roomcast_bridge_calls_total{method="other"})"), 1);
}

TEST(AHistogram, CountsInEveryBucketThatIsWideEnough) {
  Metrics metrics(2, "0.1.0");
  metrics.Shard(0).Observe(Histogram::kRoundTrip, 500);
  metrics.Shard(1).Observe(Histogram::kRoundTrip, 501);
  metrics.Shard(1).Observe(Histogram::kRoundTrip, 60'000'000);
  const Exposition read(metrics.Text());
  EXPECT_EQ(read.Value(R"(roomcast_round_trip_seconds_bucket{le="0.0005"})"), 1);
  EXPECT_EQ(read.Value(R"(roomcast_round_trip_seconds_bucket{le="0.001"})"), 2);
  EXPECT_EQ(read.Value(R"(roomcast_round_trip_seconds_bucket{le="10"})"), 2);
  EXPECT_EQ(read.Value(R"(roomcast_round_trip_seconds_bucket{le="+Inf"})"), 3);
  EXPECT_EQ(read.Value("roomcast_round_trip_seconds_count"), 3);
  EXPECT_DOUBLE_EQ(read.Value("roomcast_round_trip_seconds_sum"), 60.001001);
}

TEST(TheProcess, TellsOfItself) {
  const Metrics metrics(1, "0.1.0");
  const Exposition read(metrics.Text());
  EXPECT_GT(read.Value("process_resident_memory_bytes"), 1'000'000);
  EXPECT_GT(read.Value("process_open_fds"), 2);
  EXPECT_GT(read.Value("process_start_time_seconds"), 1'600'000'000);
}

TEST(Seconds, AreExact) {
  EXPECT_EQ(Seconds(0), "0");
  EXPECT_EQ(Seconds(1), "0.000001");
  EXPECT_EQ(Seconds(1'500'000), "1.5");
  EXPECT_EQ(Seconds(10'000'000), "10");
}

// Under TSan this is the proof that a scrape may come at any time; elsewhere, that nothing is lost.
TEST(WritersAndAScraper, DoNotDisturbEachOther) {
  constexpr int kTurns = 20'000;
  Metrics metrics(1, "0.1.0");
  std::thread shard([&] {
    for (int i = 0; i < kTurns; ++i) metrics.Shard(0).Count(Counter::kDeliveries);
  });
  std::thread first([&] {
    for (int i = 0; i < kTurns; ++i) metrics.Shared().Count(Counter::kDeliveries);
  });
  std::thread second([&] {
    for (int i = 0; i < kTurns; ++i) metrics.Shared().Count(Counter::kDeliveries);
  });
  for (int i = 0; i < 10; ++i) EXPECT_THAT(metrics.Text(), HasSubstr("roomcast_deliveries_total"));
  shard.join();
  first.join();
  second.join();
  EXPECT_THAT(metrics.Text(), HasSubstr("\nroomcast_deliveries_total 60000\n"));
}

TEST(AnIndexOutsideItsSet, StopsTheProcess) {
  Metrics metrics(1, "0.1.0");
  EXPECT_DEATH(metrics.Shard(0).CountLabelled(LabelledCounter::kGaps, 3), "");
  EXPECT_DEATH(metrics.Shard(0).CountLabelled(LabelledCounter::kGaps, -1), "");
  EXPECT_DEATH(metrics.Shard(0).CountError(static_cast<ErrorCode>(7)), "has no label 7");
}

}  // namespace
}  // namespace roomcast::ops
