#ifndef ROOMCAST_TESTS_SIMULATION_CHECKS_LIVENESS_CHECK_H_
#define ROOMCAST_TESTS_SIMULATION_CHECKS_LIVENESS_CHECK_H_

#include <algorithm>
#include <string>

#include "proto/protocol/limits.h"
#include "tests/simulation/judge.h"
#include "tests/simulation/link.h"

namespace roomcast::simulation {

// I4: a dead peer is noticed within interval + grace; a peer that takes bytes or sends them is
// never declared dead. Knows what really went over each link.
class LivenessCheck {
 public:
  // A turn that is late, a timer's grain, the way of an acknowledgement.
  static constexpr Duration kSlack = 2s;

  LivenessCheck(Duration interval, Duration grace, Judge& judge)
      : silence_(interval + grace), judge_(judge) {}

  // An end says that the other is dead.
  void OnHubGaveUp(const Link& link, Instant now) {
    const Duration silent = now - std::max(link.hub_sign_at, link.opened_at);
    if (silent >= silence_ - kSlack) return;
    Breach(link, "the hub declared a peer dead that gave a sign " + Seconds(silent) + " ago");
  }
  void OnClientGaveUp(const Link& link, Instant now, bool hub_reads) {
    const Duration silent = now - std::max(link.client_heard_at, link.opened_at);
    // Asked after early, it has at least the probe's deadline to answer.
    const bool nudged = link.nudged_at > link.opened_at;
    if (silent < (nudged ? kProbeDeadline : silence_)) {
      Breach(link, "the client declared a hub dead that it heard " + Seconds(silent) + " ago");
    }
    // A hub that is too busy to read leaves a probe unanswered, too.
    if (hub_reads && link.WellSince(now - silence_ - kSlack)) {
      Breach(link, "the client declared a hub dead on a link that was well");
    }
  }

  // Now and then: does an end still believe in a link that has been silent for too long?
  void OnPatrol(const Link& link, Instant now, bool hub_open, bool client_live, Instant awake_at) {
    if (hub_open && now - std::max(link.hub_told_at, link.opened_at) > silence_ + kSlack) {
      Breach(link, "the hub believes in a peer that has been silent for " +
                       Seconds(now - std::max(link.hub_told_at, link.opened_at)));
    }
    const Instant heard = std::max({link.client_heard_at, link.opened_at, awake_at});
    if (client_live && now - heard > silence_ + kSlack) {
      Breach(link, "the client believes in a hub that has been silent for " + Seconds(now - heard));
    }
  }

 private:
  static std::string Seconds(Duration time) { return std::to_string(time.count() / 1000) + " ms"; }
  void Breach(const Link& link, const std::string& what) { judge_.Breach("I4", link.client, what); }

  Duration silence_;
  Judge& judge_;
};

}  // namespace roomcast::simulation

#endif  // ROOMCAST_TESTS_SIMULATION_CHECKS_LIVENESS_CHECK_H_
