// What must have come right when the network has been well for a while.
#include <string>

#include "tests/simulation/world.h"

namespace roomcast::simulation {

// A room that is wanted is joined, and its reader stands at the top of its stream.
std::string World::Unfinished(ClientIndex index, const RoomUse& use) const {
  if (!use.wanted) return {};
  const std::string room =
      "room " + streams_.names()[use.room] + " of client " + std::to_string(index);
  if (clients_[index].core->room_state(use.id) != client::RoomState::kJoined) {
    return room + " is not joined";
  }
  const std::optional<Position> at = holes_.PositionOf(index, use.room);
  const Streams::Stream* stream = streams_.Newest(use.room, life_);
  if (stream == nullptr) return {};
  if (at && at->epoch == stream->epoch && at->offset == stream->entries.size()) return {};
  return room + " stands at offset " + std::to_string(at ? at->offset : 0) + " of " +
         std::to_string(stream->entries.size());
}

std::string World::Unfinished(ClientIndex index) const {
  const Client& client = clients_[index];
  const std::string who = " of client " + std::to_string(index);
  if (!calls_.open(index).empty()) {
    return "call " + std::to_string(static_cast<std::uint32_t>(calls_.open(index).front().id)) +
           who + " has not settled";
  }
  if (client.core->state() != client::ConnectionState::kConnected) {
    return "the connection" + who + " is not there";
  }
  for (const RoomUse& use : client.rooms) {
    if (std::string unfinished = Unfinished(index, use); !unfinished.empty()) return unfinished;
  }
  return {};
}

// The hub shows who is there, and so does every reader.
std::string World::UnfinishedPresence(std::size_t room) const {
  std::string where = "presence in " + streams_.names()[room] + ": ";
  PresenceCheck::Present there;
  for (const Client& client : clients_) {
    for (const RoomUse& use : client.rooms) {
      if (use.room == room && use.wanted) ++there[client.user];
    }
  }
  const hub::PresenceState shown = hub_->PresenceOf(streams_.names()[room]);
  if (std::string difference = PresenceCheck::Difference(there, shown); !difference.empty()) {
    return where.append(difference);
  }
  for (ClientIndex i = 0; i < clients_.size(); ++i) {
    for (const RoomUse& use : clients_[i].rooms) {
      if (use.room != room || !use.wanted) continue;
      const std::string difference = presence_.Difference(i, room, use.interest, shown);
      if (difference.empty()) continue;
      return where.append("client ").append(std::to_string(i)).append(" ").append(difference);
    }
  }
  return {};
}

std::string World::Unfinished() const {
  if (!draining_.empty()) return "a hub still drains";
  for (ClientIndex i = 0; i < clients_.size(); ++i) {
    if (std::string unfinished = Unfinished(i); !unfinished.empty()) return unfinished;
  }
  for (const BackendCall& call : backend_calls_) {
    if (!call.answered && call.life == life_) {
      return "call of the backend, publish " + std::to_string(call.serial) + ", has no answer";
    }
  }
  for (std::size_t room = 0; room < streams_.names().size(); ++room) {
    if (std::string unfinished = UnfinishedPresence(room); !unfinished.empty()) return unfinished;
  }
  return {};
}

}  // namespace roomcast::simulation
