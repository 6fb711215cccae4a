#ifndef ROOMCAST_TESTS_SIMULATION_CHECKS_PUBLISH_CHECK_H_
#define ROOMCAST_TESTS_SIMULATION_CHECKS_PUBLISH_CHECK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "client-wasm/core/effects.h"
#include "tests/simulation/judge.h"
#include "tests/simulation/streams.h"

namespace roomcast::simulation {

// I3: a publish takes effect at most once; an acknowledged one is in the stream at the told place;
// what was sent to a life of the hub and not acknowledged is never sent to the next; what was never
// sent never appears. Follows every publish from the application's call to its place in a stream.
class PublishCheck {
 public:
  PublishCheck(std::size_t speakers, Judge& judge) : judge_(judge), of_(speakers) {}

  // The next publish of `who`; its number marks the payload.
  std::uint32_t Begin(ClientIndex who, std::size_t room);
  // It left the client on a link to this life of the hub.
  void OnSent(ClientIndex who, std::uint32_t serial, Life life);
  void OnAppended(Life life, std::size_t room, const Position& at, const PayloadMark& mark);
  void OnSettled(ClientIndex who, std::uint32_t serial, const client::Settled& settled);
  // The backend's answer.
  void OnAnswer(ClientIndex who, std::uint32_t serial, const Position& position, bool refused);
  // The client speaks with this life of the hub, and has been told so: what it sent to earlier ones
  // has settled.
  void OnSession(ClientIndex who, Life life);

 private:
  struct Publish {
    std::uint16_t room = 0;
    bool settled = false;
    bool never = false;  // must not be in a stream from now on
    Life sent_to = 0;
    Life took_effect_in = 0;
    Position at;
  };
  struct Speaker {
    std::vector<Publish> publishes;
    std::size_t first_unsettled = 0;
  };
  void CheckDone(ClientIndex who, std::uint32_t serial, const Position& told);
  void Breach(ClientIndex who, std::uint32_t serial, const std::string& what) {
    judge_.Breach("I3", who, "publish " + std::to_string(serial) + " " + what);
  }

  Judge& judge_;
  std::vector<Speaker> of_;
};

}  // namespace roomcast::simulation

#endif  // ROOMCAST_TESTS_SIMULATION_CHECKS_PUBLISH_CHECK_H_
