#include "server/hub/inspector.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "proto/protocol/limits.h"
#include "proto/protocol/room_name.h"
#include "server/hub/publication_rules.h"

namespace roomcast::hub {

Inspector::Answer<PresenceState> Inspector::PresenceOf(std::string_view room,
                                                       std::string_view after,
                                                       std::size_t users_max) const {
  NamespaceAnswer found = FindNamespaceOf(config_, room);
  if (found.config == nullptr) return std::move(found.failure);
  if (found.config->may_see_presence == Who::kNobody) {
    return Failure{ErrorCode::kPermissionDenied, "nobody may see who is in this room"};
  }
  if (found.config->presence.mode == PresenceInterest::kNone) {
    return Failure{ErrorCode::kNotAvailable, "the room's namespace shows no presence"};
  }
  const HomeRoom* at = home_.Look(room);
  if (at == nullptr || !at->presence) return PresenceState{};
  return at->presence->Read(after, std::min(users_max, kPresencePageUsers), kPresencePageBytes);
}

RoomsPage Inspector::Rooms(const RoomsAsk& ask) const {
  RoomsPage page;
  std::size_t looked_at = 0;
  // From the first name that is both after the one and begins as the other.
  const bool goes_on = !ask.after.empty() && ask.after >= ask.name_prefix;
  const std::string from = goes_on ? ask.after + '\0' : ask.name_prefix;
  home_.VisitFrom(from, [&](const HomeRoom& room) {
    if (!room.name.starts_with(ask.name_prefix)) return false;
    if (looked_at++ == kRoomsMax) {
      page.more = true;
      return false;
    }
    page.reached = room.name;
    if (!room.opened || (room.members == 0 && room.top.offset == 0)) return true;
    if (room.members < ask.members_min) return true;
    const std::string_view space = NamespaceOf(room.name);
    if (!ask.namespaces.empty() &&
        std::find(ask.namespaces.begin(), ask.namespaces.end(), space) == ask.namespaces.end()) {
      return true;
    }
    RoomFacts facts;
    facts.room = room.name;
    facts.handle = room.handle;
    facts.members = room.members;
    if (room.presence) facts.users = room.presence->Read({}, 0, 0).user_count;
    facts.position = room.top;
    facts.held = home_.HeldOf(room);
    facts.last_publication_at = room.last_published_at;
    page.rooms.push_back(std::move(facts));
    return true;
  });
  return page;
}

std::optional<SessionFacts> Inspector::SessionOf(const SessionRef& ref,
                                                 const SessionFilter& filter) const {
  const Session* session = sessions_.Find(ref);
  if (session == nullptr || session->watching || !session->welcomed) return std::nullopt;
  if (!filter.user.empty() && session->user != filter.user) return std::nullopt;
  if (!filter.room.empty() && !rooms_.Find(*session, filter.room)) return std::nullopt;
  SessionFacts facts;
  facts.number = session->number;
  facts.user = session->user;
  facts.shard = self_;
  facts.opened_at = session->opened_at;
  facts.connected_at = session->connected_at;
  facts.client = clients_.At(session->client);
  facts.connection = session->connection;
  if (session->heartbeat) facts.round_trip = session->heartbeat->round_trip().value_or(Duration(0));
  facts.room_count = static_cast<std::uint32_t>(session->rooms.size());
  return facts;
}

}  // namespace roomcast::hub
