#ifndef ROOMCAST_SERVER_HUB_INSPECTOR_H_
#define ROOMCAST_SERVER_HUB_INSPECTOR_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "server/hub/client_names.h"
#include "server/hub/failure.h"
#include "server/hub/home_rooms.h"
#include "server/hub/hub_config.h"
#include "server/hub/local_rooms.h"
#include "server/hub/presence.h"
#include "server/hub/room_facts.h"
#include "server/hub/session_directory.h"
#include "server/hub/session_facts.h"
#include "server/hub/sessions.h"

namespace roomcast::hub {

// What may be looked at of one shard, by backends and operators: questions that are answered at
// once, with values, and change nothing. One thread, the shard's; every answer is bounded, so that
// nobody waits long.
class Inspector {
 public:
  template <class Value>
  using Answer = std::variant<Value, Failure>;

  // Everything outlives this.
  Inspector(ShardId self, const HubConfig& config, const HomeRooms& home, const LocalRooms& rooms,
            Sessions& sessions, const SessionDirectory& directory, const ClientNames& clients)
      : self_(self),
        config_(config),
        home_(home),
        rooms_(rooms),
        sessions_(sessions),
        directory_(directory),
        clients_(clients) {}

  // Who is in a room that is at home here: users after `after`, by name, at most so many. A room
  // that is not there has nobody in it.
  [[nodiscard]] Answer<PresenceState> PresenceOf(std::string_view room, std::string_view after,
                                                 std::size_t users_max) const;

  // The rooms at home here. So many are looked at, at most.
  static constexpr std::size_t kRoomsMax = 256;
  [[nodiscard]] RoomsPage Rooms(const RoomsAsk& ask) const;
  // Members and streams here that are behind, of all rooms; and of one.
  [[nodiscard]] std::size_t behind() const { return rooms_.behind(); }
  [[nodiscard]] std::uint32_t BehindIn(RoomHandle room) const { return rooms_.BehindIn(room); }

  // Who reads the hub's own figures, where these are at home here.
  [[nodiscard]] std::size_t stats_readers() const { return home_.stats_readers(); }

  // The sessions whose ids name this shard, wherever they are.
  static constexpr std::size_t kSessionsMax = 256;
  [[nodiscard]] DirectoryPage Directory(const std::optional<SessionNumber>& after,
                                        const SessionFilter& filter) const {
    return directory_.List(after, filter, kSessionsMax);
  }
  [[nodiscard]] std::optional<DirectoryEntry> DirectoryOf(const SessionNumber& number,
                                                          const SessionFilter& filter) const {
    return directory_.Look(number, filter);
  }
  // Of parked sessions whose home is here.
  [[nodiscard]] std::size_t parked_bytes() const { return directory_.parked_bytes(); }
  // A session that is connected here; nullopt: it is not, or does not fit.
  [[nodiscard]] std::optional<SessionFacts> SessionOf(const SessionRef& ref,
                                                      const SessionFilter& filter) const;

 private:
  const ShardId self_;
  const HubConfig& config_;
  const HomeRooms& home_;
  const LocalRooms& rooms_;
  Sessions& sessions_;
  const SessionDirectory& directory_;
  const ClientNames& clients_;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_INSPECTOR_H_
