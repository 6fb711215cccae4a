#include "server/hub/drain.h"

#include <algorithm>
#include <utility>

#include "proto/protocol/random.h"

namespace roomcast::hub {

void Drain::Begin(const DrainPlan& plan, Now now) {
  if (std::exchange(has_begun_, true)) return;
  sessions_.ForEach([&](const Session& session) { ends_.push_back({{}, session.ref}); });
  Random random(plan.seed);
  for (std::size_t i = ends_.size(); i > 1; --i) std::swap(ends_[i - 1], ends_[random.Below(i)]);

  const Duration part = std::min(plan.spread, kPart);
  const auto count = static_cast<std::int64_t>(ends_.size());
  for (std::int64_t i = 0; i < count; ++i) {
    End& end = ends_[static_cast<std::size_t>(i)];
    const Duration begins =
        plan.notice + (plan.spread - part) * i / std::max<std::int64_t>(count, 1);
    end.at = now.instant + begins + part;
    Session& session = *sessions_.Find(end.session);
    // Before Welcome a client takes nothing else; it is closed when its part is over.
    if (session.state != Session::State::kOpen) continue;
    GoAway go_away;
    go_away.retry_after_ms = Milliseconds(begins);
    // The rest is for the way, so that who goes at the last moment is not cut off.
    go_away.spread_ms = Milliseconds(part - part / 5);
    go_away.deadline_ms = Milliseconds(begins + part);
    speaker_.Push(session, go_away);
  }
}

std::vector<SessionRef> Drain::OnTime(Now now) {
  std::vector<SessionRef> closed;
  for (; NextDeadline() <= now.instant; ++next_) {
    Session* session = sessions_.Find(ends_[next_].session);
    if (session == nullptr) continue;
    speaker_.Disconnect(*session, DisconnectCode::kShutdown, "the hub is stopping");
    closed.push_back(session->ref);
  }
  return closed;
}

}  // namespace roomcast::hub
