#ifndef ROOMCAST_PROTO_PROTOCOL_CLOCK_SYNC_H_
#define ROOMCAST_PROTO_PROTOCOL_CLOCK_SYNC_H_

#include <array>
#include <cstdint>
#include <optional>

namespace roomcast {

// Knows the hub's clock from four times of a question and its answer (RFC 5905, section 8): keeps
// the last 8 samples and believes the one with the least delay, which bounds the error to half that
// delay while both clocks run at one rate; what they drift apart until newer samples take a
// sample's place is not counted. All times are microseconds; the local clock may have any origin.
// Not thread-safe.
class ClockSync {
 public:
  struct Reading {
    std::int64_t hub_time;  // microseconds since the Unix epoch by the hub's clock
    std::int64_t error;     // the hub's clock is within hub_time ± error
  };

  // We asked: sent and received by our clock, the hub's two in between.
  void OnOurQuestion(std::int64_t sent, std::int64_t hub_received, std::int64_t hub_sent,
                     std::int64_t received);
  // The hub asked: its two times around ours.
  void OnHubsQuestion(std::int64_t hub_sent, std::int64_t received, std::int64_t sent,
                      std::int64_t hub_received);
  // The local clock jumped, or another hub is at the other end.
  void Forget() { count_ = 0; }

  // nullopt until the first sample.
  std::optional<Reading> Read(std::int64_t local_time) const;

 private:
  struct Sample {
    std::int64_t ahead;  // hub's clock less ours
    std::int64_t delay;
  };
  void Add(std::int64_t ahead_out, std::int64_t ahead_back, std::int64_t delay);

  std::array<Sample, 8> samples_{};
  std::uint32_t count_ = 0;
};

}  // namespace roomcast

#endif  // ROOMCAST_PROTO_PROTOCOL_CLOCK_SYNC_H_
