#include "proto/protocol/clock_sync.h"

#include <algorithm>

namespace roomcast {
namespace {

// Times beyond this are nonsense (146 thousand years), and below it no sum of four overflows.
constexpr std::int64_t kTimeMax = std::int64_t{1} << 60;

bool Plausible(std::int64_t a, std::int64_t b, std::int64_t c, std::int64_t d) {
  const auto ok = [](std::int64_t t) { return -kTimeMax < t && t < kTimeMax; };
  return ok(a) && ok(b) && ok(c) && ok(d);
}

}  // namespace

void ClockSync::OnOurQuestion(std::int64_t sent, std::int64_t hub_received, std::int64_t hub_sent,
                              std::int64_t received) {
  if (!Plausible(sent, hub_received, hub_sent, received)) return;
  Add(hub_received - sent, hub_sent - received, (received - sent) - (hub_sent - hub_received));
}

void ClockSync::OnHubsQuestion(std::int64_t hub_sent, std::int64_t received, std::int64_t sent,
                               std::int64_t hub_received) {
  if (!Plausible(hub_sent, received, sent, hub_received)) return;
  Add(hub_sent - received, hub_received - sent, (hub_received - hub_sent) - (sent - received));
}

void ClockSync::Add(std::int64_t ahead_out, std::int64_t ahead_back, std::int64_t delay) {
  if (delay < 0) return;  // a clock was set in between
  samples_[count_++ % samples_.size()] = {ahead_out / 2 + ahead_back / 2, delay};
}

std::optional<ClockSync::Reading> ClockSync::Read(std::int64_t local_time) const {
  if (count_ == 0) return std::nullopt;
  const auto end = samples_.begin() + std::min<std::size_t>(count_, samples_.size());
  const auto best = std::min_element(
      samples_.begin(), end, [](const Sample& a, const Sample& b) { return a.delay < b.delay; });
  return Reading{local_time + best->ahead, best->delay / 2 + 1};
}

}  // namespace roomcast
