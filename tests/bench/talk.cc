#include "tests/bench/talk.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace roomcast::bench {
namespace {

// Common words of talk; the earlier ones are drawn more often.
constexpr std::array<std::string_view, 64> kWords = {
    "the",    "to",     "and",    "a",      "of",     "is",     "it",     "you",
    "that",   "in",     "we",     "for",    "on",     "this",   "with",   "have",
    "be",     "not",    "are",    "can",    "what",   "will",   "at",     "they",
    "but",    "there",  "when",   "how",    "about",  "just",   "know",   "time",
    "see",    "going",  "think",  "good",   "today",  "would",  "where",  "after",
    "meet",   "server", "ticket", "please", "thanks", "right",  "second", "before",
    "table",  "answer", "paper",  "window", "moment", "market", "score",  "player",
    "bridge", "winter", "music",  "yellow", "river",  "garden", "letter", "number"};

}  // namespace

void WriteTalk(std::string& payload, std::size_t from, std::uint64_t number) {
  std::uint64_t random = number * 0x9E3779B97F4A7C15 + 1;
  const auto draw = [&random](std::uint64_t below) {
    random = random * 6364136223846793005 + 1442695040888963407;
    return (random >> 33) % below;
  };
  std::string text = R"({"user":"u)" + std::to_string(draw(200)) + R"(","at":)" +
                     std::to_string(1'700'000'000'000 + number * 37) + R"(,"text":")";
  while (text.size() < payload.size() - from) {
    text += kWords[std::min(draw(kWords.size()), draw(kWords.size()))];
    text += ' ';
  }
  text.resize(payload.size() - from);
  std::copy(text.begin(), text.end(), payload.begin() + static_cast<std::ptrdiff_t>(from));
}

}  // namespace roomcast::bench
