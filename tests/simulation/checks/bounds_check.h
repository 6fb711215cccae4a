#ifndef ROOMCAST_TESTS_SIMULATION_CHECKS_BOUNDS_CHECK_H_
#define ROOMCAST_TESTS_SIMULATION_CHECKS_BOUNDS_CHECK_H_

#include <cstddef>
#include <string>

#include "client-wasm/core/stats.h"
#include "proto/protocol/limits.h"
#include "tests/simulation/judge.h"

namespace roomcast::simulation {

// I5: no queue holds more than its configured bytes, whatever happens around it.
class BoundsCheck {
 public:
  // What one control message may take beyond the hard limit.
  static constexpr std::size_t kControlBytes = 256;

  BoundsCheck(std::size_t hard_bytes, std::size_t mailbox_letters, Judge& judge)
      : hard_bytes_(hard_bytes), mailbox_letters_(mailbox_letters), judge_(judge) {}

  void OnOutbox(ClientIndex client, std::size_t bytes) {
    if (bytes <= hard_bytes_ + kControlBytes) return;
    judge_.Breach("I5", client, Over("the outbox", bytes, hard_bytes_));
  }
  void OnMailbox(std::size_t letters) {
    if (letters <= mailbox_letters_) return;
    judge_.Breach("I5", kNobody, Over("a mailbox", letters, mailbox_letters_));
  }
  void OnHistory(std::size_t bytes, std::size_t most) {
    if (bytes <= most) return;
    judge_.Breach("I5", kNobody, Over("history", bytes, most));
  }
  void OnParked(std::size_t sessions, std::size_t most) {
    if (sessions <= most) return;
    judge_.Breach("I5", kNobody, Over("parked sessions", sessions, most));
  }
  void OnClient(ClientIndex client, const client::Stats& stats) {
    if (stats.queued > kQueueMessages) {
      judge_.Breach("I5", client, Over("the publish queue", stats.queued, kQueueMessages));
    }
    if (stats.queued_bytes > kQueueBytes) {
      judge_.Breach("I5", client, Over("the publish queue", stats.queued_bytes, kQueueBytes));
    }
  }

 private:
  static std::string Over(const char* what, std::size_t is, std::size_t most) {
    return std::string(what) + " holds " + std::to_string(is) + ", the most is " +
           std::to_string(most);
  }
  std::size_t hard_bytes_;
  std::size_t mailbox_letters_;
  Judge& judge_;
};

}  // namespace roomcast::simulation

#endif  // ROOMCAST_TESTS_SIMULATION_CHECKS_BOUNDS_CHECK_H_
