#ifndef ROOMCAST_TESTS_SIMULATION_JUDGE_H_
#define ROOMCAST_TESTS_SIMULATION_JUDGE_H_

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>

#include "proto/protocol/instant.h"

namespace roomcast::simulation {

// A client of the simulation: 0 to clients - 1. The backend speaks as the number after the last.
using ClientIndex = std::uint32_t;
inline constexpr ClientIndex kNobody = 0xffffffff;

// Hears every check's finding. The first breach ends the run; what follows from it is noise.
class Judge {
 public:
  explicit Judge(std::uint64_t seed) : seed_(seed) {}

  void SetTime(Duration since_start) { time_ = since_start; }
  [[nodiscard]] bool failed() const { return !verdict_.empty(); }
  // Empty: nothing was breached.
  [[nodiscard]] const std::string& verdict() const { return verdict_; }

  // `promise` is the invariant's name in the design, as I1.
  void Breach(const char* promise, ClientIndex client, std::string_view what) {
    if (failed()) return;
    verdict_ = "seed " + std::to_string(seed_) + ", " + Clock(time_) + ", " +
               (client == kNobody ? std::string("hub") : "client " + std::to_string(client)) +
               ": " + promise + ": " + std::string(what);
    Note(client, std::string("BREACH ") + promise + ": " + std::string(what));
  }

  // A readable line of the run, where somebody reads.
  void SetTrace(std::function<void(const std::string&)> trace) { trace_ = std::move(trace); }
  [[nodiscard]] bool tracing() const { return static_cast<bool>(trace_); }
  void Note(ClientIndex client, std::string_view what) {
    if (!trace_) return;
    trace_(Clock(time_) + (client == kNobody ? "  hub        " : "  client " + Padded(client)) +
           std::string(what));
  }

 private:
  static std::string Padded(ClientIndex client) {
    std::string text = std::to_string(client);
    text.resize(4, ' ');
    return text;
  }
  static std::string Clock(Duration time) {
    char text[40];
    const std::int64_t us = time.count();
    std::snprintf(text, sizeof text, "%02" PRId64 ":%02" PRId64 ".%06" PRId64, us / 60'000'000,
                  us / 1'000'000 % 60, us % 1'000'000);
    return text;
  }

  std::uint64_t seed_;
  Duration time_{};
  std::string verdict_;
  std::function<void(const std::string&)> trace_;
};

}  // namespace roomcast::simulation

#endif  // ROOMCAST_TESTS_SIMULATION_JUDGE_H_
