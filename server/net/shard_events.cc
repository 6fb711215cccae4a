#include "server/net/shard_events.h"

#include <algorithm>

namespace roomcast::net {

using ops::Counter;

// Sessions that are there now are a gauge; how they came is seen in the upgrades.
void ShardEvents::OnSession(bool /*resumed*/) {}

void ShardEvents::OnPublication(Door door, bool duplicate) {
  if (duplicate) {
    metrics_.Count(Counter::kDuplicates);
    return;
  }
  ++publications_;
  metrics_.CountPublications(door == Door::kBridge ? ops::Door::kBridge : ops::Door::kWebSocket);
}

void ShardEvents::OnDeliveries(std::uint64_t count) { metrics_.Count(Counter::kDeliveries, count); }

void ShardEvents::OnError(ErrorCode code) { metrics_.CountError(code); }

void ShardEvents::OnDisconnect(DisconnectCode code) { metrics_.CountDisconnect(code); }

void ShardEvents::OnGap(GapReason reason) {
  switch (reason) {
    case GapReason::kSlow:
      return metrics_.Count(ops::GapLabel::kSlow);
    case GapReason::kEvicted:
      return metrics_.Count(ops::GapLabel::kEvicted);
    case GapReason::kEngine:
    case GapReason::kUnspecified:
      return metrics_.Count(ops::GapLabel::kEngine);
  }
}

void ShardEvents::OnJoined(Verdict verdict) {
  metrics_.CountLabelled(ops::LabelledCounter::kJoins, static_cast<int>(verdict));
}

void ShardEvents::OnLeft(LeftCode code) { metrics_.CountLeft(code); }

void ShardEvents::OnResume(hub::ResumeOutcome outcome) {
  metrics_.Count(static_cast<ops::ResumeLabel>(outcome));
}

void ShardEvents::OnParkedDropped(hub::ParkedDrop reason) {
  metrics_.Count(static_cast<ops::ParkedDropLabel>(reason));
}

void ShardEvents::OnBadMessage(hub::BadMessage reason) {
  metrics_.Count(static_cast<ops::BadMessage>(reason));
}

void ShardEvents::OnBehind() { metrics_.Count(Counter::kMembersBehind); }

void ShardEvents::OnMailboxFull() { metrics_.Count(Counter::kMailboxOverflows); }

void ShardEvents::OnRoundTrip(Duration round_trip) {
  const std::int64_t microseconds = std::max<std::int64_t>(Microseconds(round_trip), 0);
  metrics_.Observe(ops::Histogram::kRoundTrip, static_cast<std::uint64_t>(microseconds));
}

}  // namespace roomcast::net
