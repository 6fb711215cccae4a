// What a client core's effects do: to its socket, and to the checks that listen in the place of an
// application.
#include <string>

#include "proto/protocol/frame.h"
#include "tests/simulation/hub_settings.h"
#include "tests/simulation/world.h"

namespace roomcast::simulation {
namespace {

constexpr const char* kStates[] = {"disconnected", "connecting", "connected", "reconnecting",
                                   "closed"};
constexpr const char* kOutcomes[] = {"?", "done", "refused", "timed out", "aborted", "unknown"};

// The token that the message shows the hub; empty: none.
std::string_view TokenIn(const ClientMessage& message) {
  if (const auto* hello = std::get_if<Hello>(&message.body)) return hello->token.view;
  const auto* refresh = std::get_if<Refresh>(&message.body);
  return refresh == nullptr ? std::string_view() : refresh->token.view;
}

}  // namespace

void World::TakeEffects(ClientIndex index) {
  Client& client = clients_[index];
  client.core->TakeEffects(client.batch);
  for (const client::Effect& effect : client.batch) {
    std::visit([&](const auto& one) { Act(index, one); }, effect);
  }
  if (client.session) publishes_.OnSession(index, *client.session);
  client.session.reset();
}

World::RoomUse* World::FindUse(Client& client, client::RoomId id) {
  for (RoomUse& use : client.rooms) {
    if (use.id == id) return &use;
  }
  return nullptr;
}

void World::Act(ClientIndex index, const client::OpenSocket& open) {
  Client& client = clients_[index];
  if (client.link != kNoLink && LinkOf(client.link).client_has) {
    judge_.Breach("one socket", index, "a second socket was asked for");
  }
  client.link = static_cast<LinkIndex>(links_.size());
  links_.push_back(std::make_unique<Link>());
  Link& link = *links_.back();
  link.client = index;
  link.generation = open.generation;
  link.opened_at = now_;
  if (random_.Chance(weather_.black_hole_per_mille)) {
    link.up.dead = link.down.dead = true;
    return;
  }
  link.up.last_at = now_ + Delay();
  events_.Plan(link.up.last_at, Kind::kAtDoor, client.link);
}

void World::Act(ClientIndex index, const client::SendBytes& send) {
  Client& client = clients_[index];
  if (client.link == kNoLink || LinkOf(client.link).generation != send.generation ||
      !LinkOf(client.link).client_has) {
    return judge_.Breach("one socket", index, "bytes for a socket that is gone");
  }
  Link& link = LinkOf(client.link);
  totals_.bytes_up += send.bytes.size();
  totals_.hashes += HashOf(send.bytes);
  arena_.Reset();
  const std::optional<ClientFrame> frame = DecodeClientFrame(send.bytes, arena_);
  if (!frame) return judge_.Breach("I8", index, "sends what is no frame");
  for (const ClientMessage& message : frame->messages) {
    const std::string_view token = TokenIn(message);
    if (!token.empty()) link.tokens.emplace_back(token);
    const auto* publish = std::get_if<roomcast::Publish>(&message.body);
    if (publish == nullptr || publish->ephemeral) continue;
    publishes_.OnSent(index, ReadPayload(publish->data.view).serial, link.life);
  }
  SendUp(client.link, send.bytes);
}

void World::Act(ClientIndex index, const client::CloseSocket& close) {
  Client& client = clients_[index];
  if (client.link == kNoLink || LinkOf(client.link).generation != close.generation) {
    return judge_.Breach("one socket", index, "closes a socket that is gone");
  }
  Link& link = LinkOf(client.link);
  if (close.code == static_cast<std::uint16_t>(DisconnectCode::kNoPong)) {
    const HubLife* hub = HubOf(link.life);
    liveness_.OnClientGaveUp(link, now_, hub != nullptr && hub->Reads(client.link));
  }
  if (judge_.tracing()) judge_.Note(index, "closes its socket: " + std::to_string(close.code));
  link.client_has = false;
  SendEnd(client.link, true, close.code);
  client.link = kNoLink;
}

void World::Act(ClientIndex index, const client::SetTimer& timer) {
  Client& client = clients_[index];
  ++client.timer;
  if (timer.at == kNever) return;
  events_.Plan(std::max(now_, timer.at + client.stopped), Kind::kTimer, index, client.timer);
}

void World::Act(ClientIndex index, const client::StateChanged& changed) {
  if (!judge_.tracing()) return;
  judge_.Note(index, std::string("is ") + kStates[static_cast<std::size_t>(changed.state)] + " " +
                         std::string(changed.fault.name));
}

void World::Act(ClientIndex index, const client::SessionBegan& began) {
  Client& client = clients_[index];
  Link& link = LinkOf(client.link);
  link.welcomed = true;
  if (began.instance != InstanceOf(link.life)) {
    judge_.Breach("I3", index, "was told another instance than it speaks with");
  }
  client.session = link.life;
  client.user = began.user;
  tokens_.OnSession(index, client.has_token, began.session_id, began.user);
}

void World::Act(ClientIndex index, const client::RoomJoined& joined) {
  const RoomUse* use = FindUse(clients_[index], joined.room);
  if (judge_.tracing()) {
    judge_.Note(index, "joined " + streams_.names()[use->room] + " after offset " +
                           std::to_string(joined.start) + " of " +
                           std::to_string(joined.top.offset) +
                           (joined.recovered ? ", recovered" : ""));
  }
  if (joined.again) ++(joined.recovered ? totals_.recovered : totals_.lost);
  holes_.OnJoined(index, use->room, joined);
}

void World::Act(ClientIndex index, const client::RoomLeft& left) {
  RoomUse* use = FindUse(clients_[index], left.room);
  if (judge_.tracing()) {
    judge_.Note(index, "left " + streams_.names()[use->room] + " " + std::string(left.fault.name));
  }
  use->wanted = false;
  holes_.OnLeft(index, use->room);
  presence_.OnLeft(index, use->room);
  order_.OnBegin(index, use->room);
}

void World::Act(ClientIndex index, const client::RoomGap& gap) {
  ++totals_.gaps;
  const RoomUse* use = FindUse(clients_[index], gap.room);
  if (judge_.tracing()) {
    judge_.Note(index, "gap in " + streams_.names()[use->room] + ": " + std::to_string(gap.from) +
                           " to " + std::to_string(gap.to));
  }
  holes_.OnGap(index, use->room, gap);
}

void World::Act(ClientIndex index, const client::RoomReset& reset) {
  const RoomUse* use = FindUse(clients_[index], reset.room);
  holes_.OnReset(index, use->room, reset.position);
}

void World::Act(ClientIndex index, const client::Delivered& delivered) {
  ++totals_.delivered;
  const RoomUse* use = FindUse(clients_[index], delivered.room);
  const Publication& publication = *delivered.publication;
  holes_.OnDelivered(index, use->room, publication.offset);
  const std::optional<Position> at = holes_.PositionOf(index, use->room);
  if (at) order_.OnDelivered(index, use->room, at->epoch, publication);
}

void World::Act(ClientIndex index, const client::RoomPresence& presence) {
  ++(presence.first ? totals_.presence_lists : totals_.presence_changes);
  presence_.OnPresence(index, FindUse(clients_[index], presence.room)->room, presence);
}

void World::Act(ClientIndex index, const client::Settled& settled) {
  const CallsCheck::Call call = calls_.OnSettled(index, settled.call);
  if (judge_.tracing()) {
    judge_.Note(index, "call " + std::to_string(static_cast<std::uint32_t>(settled.call)) + " " +
                           kOutcomes[static_cast<std::size_t>(settled.outcome)] + " " +
                           std::string(settled.fault.name));
  }
  if (call.publish == CallsCheck::kNoPublish) return;
  publishes_.OnSettled(index, call.publish, settled);
  switch (settled.outcome) {
    case client::Outcome::kDone:
      ++totals_.done;
      return;
    case client::Outcome::kRefused:
      ++totals_.refused;
      return;
    case client::Outcome::kTimedOut:
      ++totals_.timed_out;
      return;
    case client::Outcome::kAborted:
      ++totals_.aborted;
      return;
    case client::Outcome::kUnknown:
      ++totals_.unknown;
      return;
  }
}

void World::Act(ClientIndex index, const client::Problem& problem) {
  if (!judge_.tracing()) return;
  judge_.Note(index, "problem: " + std::string(problem.fault.name) + " " +
                         std::string(problem.fault.message));
}

void World::Act(ClientIndex index, const client::Trace& trace) { judge_.Note(index, trace.text); }

}  // namespace roomcast::simulation
