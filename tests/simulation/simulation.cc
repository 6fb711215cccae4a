#include "tests/simulation/simulation.h"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace roomcast::simulation {
namespace {

constexpr std::string_view kRooms[] = {"chat:a", "chat:b", "chat:c", "drop:a"};
// After the network has healed, everything is well within this time.
constexpr Duration kRecovers = 150s;

}  // namespace

void Totals::Add(const Totals& o) {
  handled += o.handled, delivered += o.delivered, done += o.done, unknown += o.unknown;
  timed_out += o.timed_out, cuts += o.cuts, half_opens += o.half_opens, sleeps += o.sleeps;
  slow_readers += o.slow_readers, restarts += o.restarts, refused += o.refused;
  behind += o.behind, full_mailboxes += o.full_mailboxes, gaps += o.gaps, resent += o.resent;
  reconnects += o.reconnects, lost_links += o.lost_links;
}

Simulation::Simulation(const Options& options) : options_(options), random_(options.seed) {
  StartHub();
  for (std::uint16_t i = 0; i < options.clients; ++i) {
    client::ClientOptions client_options;
    client_options.url = "ws://simulated/v1/ws";
    for (char& byte : client_options.producer) byte = static_cast<char>(random_.Next());
    client_options.seed = random_.Next();
    Peer peer;
    peer.core = std::make_unique<client::ClientCore>(client_options, schedule_.now());
    peers_.push_back(std::move(peer));
  }
}

Simulation::~Simulation() = default;

Totals Simulation::Run() {
  for (std::size_t i = 0; i < peers_.size(); ++i) Live(i);
  schedule_.After(1s, [this] { Disturb(); });
  schedule_.After(1s, [this] { Backend(); });
  schedule_.RunUntil(schedule_.now().instant + options_.hostile);
  Heal();
  schedule_.RunUntil(schedule_.now().instant + kRecovers);
  CheckEnd();
  if (hub_) {
    totals_.behind += hub_->events().behind;
    totals_.full_mailboxes += hub_->events().mailbox_full;
    totals_.gaps += hub_->events().gaps;
    totals_.handled += hub_->handled();
  }
  for (const Peer& peer : peers_) {
    const client::Stats stats = peer.core->stats();
    totals_.resent += stats.resent;
    totals_.reconnects += stats.connections;
    totals_.lost_links += stats.lost_links;
  }
  return totals_;
}

// ---- The applications
// ----------------------------------------------------------------------------------

void Simulation::Live(std::size_t index) {
  Peer& peer = peers_[index];
  peer.calls.insert(peer.core->Connect(schedule_.now()));
  const std::size_t rooms = random_.Below(3) + 1;
  for (std::size_t i = 0; i < rooms; ++i) {
    const client::RoomId room =
        peer.core->OpenRoom(schedule_.now(), kRooms[(index + i) % std::size(kRooms)]);
    peer.rooms.push_back(room);
    peer.calls.insert(peer.core->Join(schedule_.now(), room, {}));
  }
  Drive(index);
  schedule_.After(Some(2s), [this, index] { ActAtRandom(index); });
}

void Simulation::ActAtRandom(std::size_t index) {
  if (!hostile_) return;
  schedule_.After(Some(800ms), [this, index] { ActAtRandom(index); });
  Peer& peer = peers_[index];
  if (peer.asleep) return;
  const Now now = schedule_.now();
  const client::RoomId room = peer.rooms[random_.Below(peer.rooms.size())];
  const std::string text =
      std::to_string(++said_) + std::string(random_.Below(1200), static_cast<char>('a' + index));
  client::PublishOptions publish;
  publish.encoding = Encoding::kText;
  publish.data = text;
  const std::uint64_t choice = random_.Below(100);
  if (choice < 75) {
    // Several at once now and then, so that batches have more than one.
    for (std::uint64_t i = random_.Chance(100) ? 12 : 1; i > 0; --i) {
      const client::CallId call = peer.core->Publish(now, room, publish);
      peer.calls.insert(call);
      peer.publishes[call] = 0;
    }
  } else if (choice < 85) {
    peer.core->Send(now, room, publish);
  } else if (choice < 91) {
    peer.calls.insert(peer.core->Leave(now, room));
  } else if (choice < 97) {
    peer.calls.insert(peer.core->Join(now, room, {}));
  } else if (peer.wants_connection) {
    peer.wants_connection = false;
    peer.core->Disconnect(now);
  } else {
    peer.wants_connection = true;
    peer.calls.insert(peer.core->Connect(now));
  }
  Drive(index);
}

void Simulation::Backend() {
  if (!hostile_) return;
  schedule_.After(Some(400ms), [this] { Backend(); });
  if (!hub_) return;
  for (std::uint64_t i = random_.Chance(50) ? 30 : 1; i > 0; --i) {
    hub_->Backend(kRooms[random_.Below(std::size(kRooms))],
                  "push " + std::to_string(++said_) + std::string(random_.Below(900), 'p'));
  }
}

// ---- The clients
// ---------------------------------------------------------------------------------------

void Simulation::Drive(std::size_t index) {
  client::EffectBatch batch;
  peers_[index].core->TakeEffects(batch);
  for (const client::Effect& effect : batch) Act(index, effect);
}

void Simulation::Act(std::size_t index, const client::Effect& effect) {
  Peer& peer = peers_[index];
  if (const auto* open = std::get_if<client::OpenSocket>(&effect)) {
    if (peer.link) Fault(index, "a second socket was wanted while one is open");
    OpenSocket(index, open->generation);
  } else if (const auto* send = std::get_if<client::SendBytes>(&effect)) {
    SendUp(index, std::string(send->bytes));
  } else if (std::holds_alternative<client::CloseSocket>(effect)) {
    const std::shared_ptr<Link> link = std::exchange(peer.link, nullptr);
    if (!link) return;
    link->client_knows_end = true;
    // The hub hears of it, unless the link is dead.
    if (link->up) {
      schedule_.At(std::max(link->last_up, schedule_.now().instant + link->delay),
                   [this, link] { EndAtHub(link); });
    }
  } else if (const auto* timer = std::get_if<client::SetTimer>(&effect)) {
    SetTimer(index, timer->at);
  } else if (const auto* joined = std::get_if<client::RoomJoined>(&effect)) {
    peer.readers[joined->room].at = Position{joined->top.epoch, joined->start};
  } else if (const auto* gap = std::get_if<client::RoomGap>(&effect)) {
    Reader& reader = peer.readers[gap->room];
    if (reader.at && gap->to > reader.at->offset) reader.at->offset = gap->to;
  } else if (const auto* reset = std::get_if<client::RoomReset>(&effect)) {
    peer.readers[reset->room].at = reset->position;
  } else if (const auto* delivered = std::get_if<client::Delivered>(&effect)) {
    OnDelivered(index, *delivered);
  } else if (const auto* settled = std::get_if<client::Settled>(&effect)) {
    OnSettled(index, *settled);
  } else if (const auto* state = std::get_if<client::StateChanged>(&effect)) {
    Trace(index, "state " + std::to_string(static_cast<int>(state->state)) + " " +
                     std::string(state->fault.name));
  } else if (const auto* problem = std::get_if<client::Problem>(&effect)) {
    const auto code = static_cast<client::ClientCode>(problem->fault.code);
    if (code == client::ClientCode::kBadStream || code == client::ClientCode::kBadFrame) {
      Fault(index, "I2: " + std::string(problem->fault.message));
    }
  }
}

void Simulation::SetTimer(std::size_t index, Instant at) {
  const std::uint64_t number = ++peers_[index].timer;
  if (at == kNever) return;
  schedule_.At(at, [this, index, number] {
    Peer& peer = peers_[index];
    // A machine that sleeps runs no timer; waking looks at all of them.
    if (peer.timer != number || peer.asleep) return;
    peer.core->OnTimer(schedule_.now());
    Drive(index);
  });
}

void Simulation::OnDelivered(std::size_t index, const client::Delivered& delivered) {
  ++totals_.delivered;
  const Publication& publication = *delivered.publication;
  if (publication.offset == 0) return;
  Reader& reader = peers_[index].readers[delivered.room];
  if (!reader.at) return Fault(index, "I2: a publication before Joined");
  if (publication.offset <= reader.at->offset) {
    return Fault(index, "I1: offset " + std::to_string(publication.offset) + " came again");
  }
  if (publication.offset != reader.at->offset + 1) {
    Fault(index, "I2: a silent hole before " + std::to_string(publication.offset));
  }
  reader.at->offset = publication.offset;
  const Truth::Entry* entry = truth_.Find(*reader.at);
  if (entry == nullptr || entry->data != publication.data.view) {
    Fault(index, "I1: not what is at offset " + std::to_string(publication.offset));
  }
}

void Simulation::OnSettled(std::size_t index, const client::Settled& settled) {
  Peer& peer = peers_[index];
  // A call that settles within the input that makes it does so before its number is known here.
  const bool known = peer.calls.erase(settled.call) == 1;
  if (!known) return Fault(index, "I7: a call settled twice");
  if (peer.publishes.erase(settled.call) == 0) return;
  switch (settled.outcome) {
    case client::Outcome::kDone: {
      ++totals_.done;
      if (!truth_.Has(peer.core->producer(), settled.counter)) {
        Fault(index, "I3: acknowledged, and in no stream");
      }
      if (settled.position.offset == 0) break;
      const Truth::Entry* entry = truth_.Find(settled.position);
      if (entry == nullptr || entry->counter != settled.counter) {
        Fault(index, "I3: acknowledged at a position where it is not");
      }
      break;
    }
    case client::Outcome::kUnknown:
      ++totals_.unknown;
      break;
    case client::Outcome::kTimedOut:
      ++totals_.timed_out;
      break;
    case client::Outcome::kRefused:
    case client::Outcome::kAborted:
      break;
  }
}

void Simulation::CheckEnd() {
  for (std::size_t i = 0; i < peers_.size(); ++i) {
    const Peer& peer = peers_[i];
    if (!peer.calls.empty()) {
      Fault(i, "I7: " + std::to_string(peer.calls.size()) + " calls never settled");
    }
    if (peer.core->state() != client::ConnectionState::kConnected) {
      Fault(i, "not connected though the network is well");
    }
    for (const client::RoomId room : peer.rooms) {
      if (peer.core->room_state(room) != client::RoomState::kJoined) continue;
      const std::optional<Position> position = peer.core->position(room);
      if (!position || position->offset != truth_.TopOf(position->epoch)) {
        Fault(i, "I2: not at the top of " + std::string(peer.core->RoomName(room)));
      }
    }
  }
}

void Simulation::Fault(std::size_t index, const std::string& what) {
  const Duration since = schedule_.now().instant - Instant(std::chrono::hours(1));
  truth_.Fault("seed " + std::to_string(options_.seed) + ", " +
               std::to_string(since.count() / 1000) + " ms, client " + std::to_string(index) +
               ": " + what);
  Trace(index, what);
}

void Simulation::Trace(std::size_t index, std::string_view what) {
  if (!options_.trace) return;
  const Duration since = schedule_.now().instant - Instant(std::chrono::hours(1));
  std::printf("%10.3f ms  client %zu  %.*s\n", static_cast<double>(since.count()) / 1000.0, index,
              static_cast<int>(what.size()), what.data());
}

}  // namespace roomcast::simulation
