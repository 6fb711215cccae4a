#ifndef ROOMCAST_SERVER_NET_SHARD_EVENTS_H_
#define ROOMCAST_SERVER_NET_SHARD_EVENTS_H_

#include <cstdint>

#include "server/hub/events.h"
#include "server/ops/metrics.h"

namespace roomcast::net {

// What the hub counts, as the operator's metrics. The shard's thread.
class ShardEvents : public hub::Events {
 public:
  explicit ShardEvents(ops::ShardMetrics& metrics) : metrics_(metrics) {}

  void OnSession(bool resumed) override;
  void OnPublication(Door door, bool duplicate) override;
  void OnDeliveries(std::uint64_t count) override;
  void OnError(ErrorCode code) override;
  void OnDisconnect(DisconnectCode code) override;
  void OnGap(GapReason reason) override;
  void OnBehind() override;
  void OnMailboxFull() override;
  void OnJoined(Verdict verdict) override;
  void OnLeft(LeftCode code) override;
  void OnResume(hub::ResumeOutcome outcome) override;
  void OnParkedDropped(hub::ParkedDrop reason) override;
  void OnBadMessage(hub::BadMessage reason) override;
  void OnRoundTrip(Duration round_trip) override;

  // Since the start, for GetInfo.
  [[nodiscard]] std::uint64_t publications() const { return publications_; }

 private:
  ops::ShardMetrics& metrics_;
  std::uint64_t publications_ = 0;
};

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_SHARD_EVENTS_H_
