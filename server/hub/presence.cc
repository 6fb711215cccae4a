#include "server/hub/presence.h"

#include <algorithm>
#include <utility>

namespace roomcast::hub {
namespace {

// Of a user on the wire, besides name and data.
constexpr std::size_t kAroundUser = 16;

}  // namespace

void RoomPresence::Note(const std::string& user, Mark mark) {
  changed_ = true;
  unmarked_ = unmarked_ || counts_only() || marked_bytes_ > kChangeBytesMax;
  if (unmarked_) return;
  const auto [at, is_new] = marks_.try_emplace(user, mark);
  const auto found = users_.find(user);
  marked_bytes_ += kAroundUser + user.size();
  if (found != users_.end()) marked_bytes_ += found->second.data.size();
  if (is_new) return;
  if (mark == Mark::kLeft) {
    // Also one that has only just come: a list that was read since may show it.
    at->second = Mark::kLeft;
  } else if (at->second == Mark::kLeft) {
    at->second = Mark::kUpdated;
  }
}

void RoomPresence::Join(std::string_view user, std::string_view data) {
  const auto [at, is_new] = users_.try_emplace(std::string(user));
  User& there = at->second;
  const bool came_back = !is_new && there.sessions == 0;
  ++there.sessions;
  there.gone_at = kNever;
  const bool new_data = !data.empty() && there.data != data;
  if (new_data) there.data = data;
  if (!came_back) ++sessions_shown_;
  if (is_new) {
    Note(at->first, Mark::kJoined);
  } else if (new_data || !came_back) {
    Note(at->first, Mark::kUpdated);
  }
}

void RoomPresence::Leave(std::string_view user, bool for_good, Now now) {
  const auto at = users_.find(user);
  if (at == users_.end() || at->second.sessions == 0) return;
  User& there = at->second;
  if (--there.sessions > 0) {
    --sessions_shown_;
    return Note(at->first, Mark::kUpdated);
  }
  if (for_good || config_.grace == Duration(0)) return Remove(at);
  there.gone_at = now.instant + config_.grace;
  departures_.push_back({there.gone_at, at->first});
}

void RoomPresence::Remove(Users::iterator user) {
  const std::string name = user->first;
  --sessions_shown_;
  users_.erase(user);
  Note(name, Mark::kLeft);
}

bool RoomPresence::Update(std::string_view user, std::string_view data) {
  const auto at = users_.find(user);
  if (at == users_.end()) return false;
  if (at->second.data == data) return true;
  at->second.data = data;
  Note(at->first, Mark::kUpdated);
  return true;
}

PresenceState RoomPresence::Read(std::string_view after, std::size_t users_max,
                                 std::size_t bytes_max) const {
  PresenceState state;
  state.version = version_;
  state.user_count = static_cast<std::uint32_t>(users_.size());
  state.session_count = sessions_shown_;
  if (counts_only()) return state;
  std::size_t bytes = 0;
  for (auto at = users_.upper_bound(after); at != users_.end(); ++at) {
    bytes += kAroundUser + at->first.size() + at->second.data.size();
    state.more = state.users.size() == users_max || bytes > bytes_max;
    if (state.more) break;
    state.users.push_back({at->first, at->second.shown(), at->second.data});
  }
  return state;
}

Instant RoomPresence::NextDeadline() const {
  const Instant grace = departures_.empty() ? kNever : departures_.front().at;
  return changed_ ? std::min(grace, not_before_) : grace;
}

std::optional<PresenceChange> RoomPresence::OnTime(Now now) {
  while (!departures_.empty() && departures_.front().at <= now.instant) {
    const Departure departure = std::move(departures_.front());
    departures_.pop_front();
    const auto at = users_.find(departure.user);
    if (at != users_.end() && at->second.gone_at == departure.at) Remove(at);
  }
  if (!changed_ || now.instant < not_before_) return std::nullopt;
  not_before_ = now.instant + kInterval;
  return MakeChange();
}

PresenceChange RoomPresence::MakeChange() {
  PresenceChange change;
  // Whoever has followed until now must ask anew where not all of the change can be said.
  const bool jump = counts_only() != told_counts_only_ ||
                    (!counts_only() && (unmarked_ || marked_bytes_ > kChangeBytesMax));
  version_ += jump ? 2 : 1;
  told_counts_only_ = counts_only();
  change.version = version_;
  change.user_count = static_cast<std::uint32_t>(users_.size());
  change.session_count = sessions_shown_;
  changed_ = unmarked_ = false;
  marked_bytes_ = 0;
  const auto marks = std::exchange(marks_, {});
  if (jump || counts_only()) return change;
  for (const auto& [name, mark] : marks) {
    const auto at = users_.find(name);
    if (mark == Mark::kLeft || at == users_.end()) {
      change.leaves.push_back(name);
      continue;
    }
    auto& list = mark == Mark::kJoined ? change.joins : change.updates;
    list.push_back({name, at->second.shown(), at->second.data});
  }
  return change;
}

}  // namespace roomcast::hub
