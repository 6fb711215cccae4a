// What a client asks of presence.
#include <string>

#include "proto/protocol/limits.h"
#include "proto/protocol/room_name.h"
#include "server/hub/access.h"
#include "server/hub/commands.h"
#include "server/hub/home.h"
#include "server/hub/publication_rules.h"

namespace roomcast::hub {
namespace {

Failure Busy() { return {ErrorCode::kOverloaded, "the room's shard is busy", 100ms}; }

}  // namespace

void Commands::OnPresenceGet(Session& session, std::uint32_t id, const PresenceGet& get) {
  NamespaceAnswer found = FindNamespaceOf(config_, get.room.view);
  if (found.config == nullptr) return speaker_.Fail(session, id, found.failure);
  const bool is_member = rooms_.Find(session, get.room.view).has_value();
  const Rights rights = credentials_.RightsOf(session, get.room.view);
  if (IsHubsOwn(get.room.view) ||
      !IsAllowed(found.config->may_see_presence, session, is_member, rights.presence)) {
    return speaker_.Fail(
        session, id, {ErrorCode::kPermissionDenied, "the session may not see who is in this room"});
  }
  if (found.config->presence.mode == PresenceInterest::kNone) {
    return speaker_.Fail(session, id,
                         {ErrorCode::kNotAvailable, "the room's namespace shows no presence"});
  }
  session.reads = courier_.TrySend(HomeShardOf(config_, get.room.view),
                                   ReadPresence{session.ref, id, std::string(get.room.view),
                                                std::string(get.cursor.view), get.limit});
  if (!session.reads) speaker_.Fail(session, id, Busy());
}

void Commands::OnPresenceUpdate(Session& session, std::uint32_t id, const PresenceUpdate& update) {
  const std::string_view data = update.member_data.view;
  const auto standing = rooms_.Find(session, update.room.view);
  if (!standing) {
    return speaker_.Fail(session, id, {ErrorCode::kNotJoined, "the session is not in the room"});
  }
  if (data.size() > kMemberDataBytesMax) {
    return speaker_.Fail(
        session, id,
        {ErrorCode::kTooLarge, "member data has " + std::to_string(data.size()) +
                                   " bytes, the most is " + std::to_string(kMemberDataBytesMax)});
  }
  if (courier_.TrySend(HomeOf(standing->handle), UpdatePresence{session.ref, id, standing->handle,
                                                                session.user, std::string(data)})) {
    rooms_.SetMemberData(session, update.room.view, data);
    return;
  }
  speaker_.Fail(session, id, Busy());
}

void Commands::OnPresenceAnswer(Session& session, const PresenceAnswer& answer, Now now) {
  if (!answer.report) return speaker_.Reply(session, answer.request, Ok{});
  PresencePage page;
  page.snapshot = answer.report->ToSnapshot();
  if (answer.report->state.more) page.cursor = answer.report->state.users.back().user;
  speaker_.Reply(session, answer.request, page);
  session.reads = false;
  GoOn(session, now);
}

}  // namespace roomcast::hub
