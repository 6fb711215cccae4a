// What a client asks of presence.
#include <string>

#include "proto/protocol/limits.h"
#include "server/hub/commands.h"
#include "server/hub/home.h"

namespace roomcast::hub {
namespace {

Failure Busy() { return {ErrorCode::kOverloaded, "the room's shard is busy", 100ms}; }

}  // namespace

void Commands::OnPresenceGet(Session& session, std::uint32_t id, const PresenceGet& get) {
  static constexpr Deed kSeePresence{&NamespaceConfig::may_see_presence, &Rights::presence,
                                     /*in_own_room=*/true,
                                     "the session may not see who is in this room"};
  const NamespaceConfig* found = FindAllowed(session, id, get.room.view, kSeePresence);
  if (found == nullptr) return;
  if (found->presence.mode == PresenceInterest::kNone) {
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
  if (const auto failure = joiner_.CheckMemberData(data)) {
    return speaker_.Fail(session, id, *failure);
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
