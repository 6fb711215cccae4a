#include "tests/simulation/checks/presence_check.h"

namespace roomcast::simulation {
namespace {

std::string Counts(std::size_t users, std::uint32_t sessions) {
  return std::to_string(users) + " users with " + std::to_string(sessions) + " sessions";
}

// Above the maximum, or where the namespace shows no more.
bool CountsOnly(const hub::PresenceState& shown) { return shown.users.size() < shown.user_count; }

}  // namespace

void PresenceCheck::Put(View& view, const PresenceUser& user) {
  view.users[std::string(user.user.view)] = {user.sessions, std::string(user.data.view)};
}

void PresenceCheck::OnPresence(ClientIndex client, std::size_t room,
                               const client::RoomPresence& presence) {
  View& view = At(client, room);
  if (presence.first) view.users.clear();
  for (const PresenceUser& user : presence.here) Put(view, user);
  for (const PresenceUser& user : presence.updated) Put(view, user);
  for (const Text& user : presence.gone) view.users.erase(std::string(user.view));
  view.whole = presence.last;
  view.user_count = presence.users;
  view.session_count = presence.sessions;
  if (presence.sessions < presence.users) {
    judge_.Breach("I6", client, "is shown " + Counts(presence.users, presence.sessions));
  }
}

std::string PresenceCheck::Difference(const Present& there, const hub::PresenceState& shown) {
  std::uint32_t sessions = 0;
  for (const auto& [user, count] : there) sessions += count;
  if (shown.user_count != there.size() || shown.session_count != sessions) {
    return "the hub shows " + Counts(shown.user_count, shown.session_count) + ", there are " +
           Counts(there.size(), sessions);
  }
  for (const hub::PresentUser& user : shown.users) {
    const auto found = there.find(user.user);
    if (found == there.end()) return "the hub shows " + user.user + ", who is not there";
    if (found->second != user.sessions) {
      return "the hub shows " + user.user + " with " + std::to_string(user.sessions) +
             " sessions, it has " + std::to_string(found->second);
    }
  }
  return {};
}

std::string PresenceCheck::Difference(ClientIndex client, std::size_t room,
                                      PresenceInterest interest,
                                      const hub::PresenceState& shown) const {
  const View& view = views_[client * rooms_ + room];
  if (interest == PresenceInterest::kNone) return {};
  if (view.user_count != shown.user_count || view.session_count != shown.session_count) {
    return "is shown " + Counts(view.user_count, view.session_count) + ", the hub has " +
           Counts(shown.user_count, shown.session_count);
  }
  if (interest != PresenceInterest::kMembers || CountsOnly(shown)) return {};
  if (!view.whole) return "has not all of the list";
  if (view.users.size() != shown.users.size()) {
    return "lists " + std::to_string(view.users.size()) + " users of " +
           std::to_string(shown.users.size());
  }
  for (const hub::PresentUser& user : shown.users) {
    const auto found = view.users.find(user.user);
    if (found == view.users.end()) return "does not list " + user.user;
    if (found->second.sessions != user.sessions) return "has other sessions of " + user.user;
    if (found->second.data != user.data) return "has other data of " + user.user;
  }
  return {};
}

}  // namespace roomcast::simulation
