#ifndef ROOMCAST_SERVER_HUB_HOME_ROOM_H_
#define ROOMCAST_SERVER_HUB_HOME_ROOM_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "proto/protocol/dedupe.h"
#include "server/hub/hub_config.h"
#include "server/hub/ids.h"
#include "server/hub/mail.h"
#include "server/hub/presence.h"
#include "server/hub/room_watchers.h"
#include "server/hub/token_bucket.h"

namespace roomcast::hub {

// What was published in one room since the turn began, as entries ready to be sent.
struct RoomTurn {
  RoomHandle room{};
  std::string entries;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint32_t publications = 0;
};

// A room on its home shard, where its publications are put in order.
struct HomeRoom {
  // How one shard takes part.
  struct ShardShare {
    std::uint32_t members = 0;   // streams that read among them
    std::uint32_t watchers = 0;  // of these, who want to know who is there
    // A batch could not be posted there: until a Behind is, no other one is.
    bool missed = false;
    // So with a change of who is there: HomeRooms keeps the last one until there is room.
    bool missed_presence = false;
  };
  static constexpr std::uint32_t kNoTurn = UINT32_MAX;

  std::string name;
  RoomHandle handle{};
  const NamespaceConfig* config = nullptr;  // of HomeRooms' config with this version
  std::uint32_t config_version = 0;
  // The engine has said where the stream stands; until then, requests wait.
  bool opened = false;
  Position top;
  // Requests that came before.
  std::unique_ptr<std::vector<Mail>> waiting;
  std::vector<ShardShare> shares;          // by shard
  std::uint32_t members = 0;               // streams not among them
  std::unique_ptr<RoomPresence> presence;  // where the namespace shows it, from the first member on
  Instant presence_due = kNever;
  std::unique_ptr<RoomWatchers> streams;  // of backends that read it
  std::uint32_t met_version = 0;          // prefixes up to then have met it
  WallTime last_published_at{};
  // It has members or was published in, and nobody was told yet that this is over.
  bool open = false;
  std::unique_ptr<Dedupe> dedupe;     // from the first publish id on
  std::unique_ptr<TokenBucket> rate;  // where the namespace has one, from the first publish on
  std::uint32_t turn = kNoTurn;       // where HomeRooms gathers what was published in this turn
  // Questions to the engine that it has not answered yet.
  std::uint32_t asked = 0;
  // Something was published in it, and so it is needed: until then history can be read, and publish
  // ids must be known again.
  Instant needed_until{};
  bool in_idle_queue = false;

  void Wait(Mail mail) {
    if (!waiting) waiting = std::make_unique<std::vector<Mail>>();
    waiting->push_back(std::move(mail));
  }
  [[nodiscard]] std::vector<Mail> TakeWaiting() {
    const auto taken = std::exchange(waiting, nullptr);
    return taken ? std::move(*taken) : std::vector<Mail>();
  }
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_HOME_ROOM_H_
