#ifndef ROOMCAST_TESTS_SIMULATION_CHECKS_CALLS_CHECK_H_
#define ROOMCAST_TESTS_SIMULATION_CHECKS_CALLS_CHECK_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "client-wasm/core/effects.h"
#include "tests/simulation/judge.h"

namespace roomcast::simulation {

// I7: every call settles in exactly one outcome.
class CallsCheck {
 public:
  static constexpr std::uint32_t kNoPublish = 0xffffffff;
  struct Call {
    client::CallId id{};
    std::uint32_t publish = kNoPublish;  // its number, of a publish
  };

  CallsCheck(std::size_t clients, Judge& judge) : judge_(judge), open_(clients) {}

  void OnCall(ClientIndex client, client::CallId call, std::uint32_t publish = kNoPublish) {
    open_[client].push_back({call, publish});
  }
  // Which call it was. A call that is not open settled before, or never was made.
  Call OnSettled(ClientIndex client, client::CallId call) {
    std::vector<Call>& open = open_[client];
    const auto found =
        std::find_if(open.begin(), open.end(), [&](const Call& c) { return c.id == call; });
    if (found == open.end()) {
      judge_.Breach(
          "I7", client,
          "call " + std::to_string(static_cast<std::uint32_t>(call)) + " settled, and is not open");
      return {};
    }
    const Call settled = *found;
    open.erase(found);
    return settled;
  }
  [[nodiscard]] const std::vector<Call>& open(ClientIndex client) const { return open_[client]; }

 private:
  Judge& judge_;
  std::vector<std::vector<Call>> open_;  // by client, the oldest first
};

}  // namespace roomcast::simulation

#endif  // ROOMCAST_TESTS_SIMULATION_CHECKS_CALLS_CHECK_H_
