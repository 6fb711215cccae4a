// The network between clients and the hub, and what the seed does to it.
#include <algorithm>
#include <utility>

#include "tests/simulation/simulation.h"

namespace roomcast::simulation {
namespace {

// A dead link is to be noticed within this time: interval + grace, and the network's own delays.
constexpr Duration kNoticed = kPingInterval + kPingGrace + 5s;

}  // namespace

void Simulation::OpenSocket(std::size_t index, client::Generation generation) {
  Peer& peer = peers_[index];
  auto link = std::make_shared<Link>();
  link->generation = generation;
  link->delay = Some(60ms);
  peer.link = link;
  schedule_.After(link->delay, [this, index, link] {
    Peer& owner = peers_[index];
    if (owner.link != link) return;
    if (!hub_ || (hostile_ && random_.Chance(60))) {
      ++totals_.refused;
      return EndAtClient(index, link, Duration(0));
    }
    link->connection = hub_->Open();
    link->open = true;
    links_[link->connection] = {index, link};
    owner.core->OnSocketOpen(schedule_.now(), link->generation);
    Drive(index);
  });
}

void Simulation::SendUp(std::size_t index, std::string bytes) {
  const std::shared_ptr<Link> link = peers_[index].link;
  if (!link || !link->open || !link->up) return;
  const Duration jitter = Some(link->delay);
  link->last_up = std::max(link->last_up, schedule_.now().instant + link->delay + jitter);
  schedule_.At(link->last_up, [this, link, bytes = std::move(bytes)] { ArriveUp(link, bytes); });
}

void Simulation::ArriveUp(const std::shared_ptr<Link>& link, std::string bytes) {
  if (!hub_ || !link->open || link->hub_ended || !link->up) return;
  HubSide::Queue* queue = hub_->Find(link->connection);
  if (queue == nullptr) return;
  if (!queue->reading || !link->held.empty()) {
    link->held.push_back(std::move(bytes));
    return;
  }
  hub_->Message(link->connection, bytes);
}

void Simulation::Pump(std::size_t index, const std::shared_ptr<Link>& link) {
  if (link->pumping || !hub_ || !link->open) return;
  link->pumping = true;
  const Duration wait = link->per_message > Duration(0) ? link->per_message : Duration(100);
  schedule_.After(wait, [this, index, link] {
    link->pumping = false;
    if (!hub_ || !link->open || !link->down || peers_[index].asleep) return;
    std::string bytes;
    if (!hub_->TakeQueued(link->connection, bytes)) {
      if (link->hub_ended) EndAtClient(index, link, link->delay);
      return;
    }
    // The peer's machine acknowledges what it took.
    hub_->Alive(link->connection);
    const Duration jitter = Some(link->delay);
    link->last_down = std::max(link->last_down, schedule_.now().instant + link->delay + jitter);
    schedule_.At(link->last_down, [this, index, link, bytes = std::move(bytes)] {
      Peer& peer = peers_[index];
      if (peer.link != link || link->client_knows_end || !link->down) return;
      ++totals_.handled;
      peer.core->OnMessage(schedule_.now(), link->generation, bytes);
      Drive(index);
    });
    Pump(index, link);
  });
}

void Simulation::EndAtHub(const std::shared_ptr<Link>& link) {
  if (!hub_ || link->hub_ended || !link->open) return;
  link->hub_ended = true;
  hub_->Closed(link->connection);
}

void Simulation::EndAtClient(std::size_t index, const std::shared_ptr<Link>& link, Duration after) {
  link->last_down = std::max(link->last_down, schedule_.now().instant + after);
  schedule_.At(link->last_down, [this, index, link] {
    Peer& peer = peers_[index];
    if (peer.link != link || std::exchange(link->client_knows_end, true)) return;
    if (link->end_code == static_cast<std::uint16_t>(DisconnectCode::kNoPong) &&
        link->impaired_until + kNoticed < schedule_.now().instant) {
      Fault(index, "I4: the hub declared a peer dead whose link was well");
    }
    peer.link = nullptr;
    peer.core->OnSocketClosed(schedule_.now(), link->generation, link->end_code, {});
    Drive(index);
  });
}

void Simulation::Cut(std::size_t index) {
  const std::shared_ptr<Link> link = peers_[index].link;
  if (!link || !link->open) return;
  ++totals_.cuts;
  Trace(index, "cut");
  EndAtHub(link);
  EndAtClient(index, link, Some(200ms));
}

// ---- The world against them
// --------------------------------------------------------------------------

void Simulation::HalfOpen(std::size_t index) {
  const std::shared_ptr<Link> link = peers_[index].link;
  if (!link || !link->open || !link->down) return;
  ++totals_.half_opens;
  Trace(index, "half open");
  link->up = link->down = false;
  const Instant since = schedule_.now().instant;
  schedule_.After(kNoticed, [this, index, link, since] {
    const Peer& peer = peers_[index];
    if (hub_ && !link->hub_ended) {
      Fault(index, "I4: the hub believes in a dead link");
    }
    if (peer.link == link && !peer.asleep && link->impaired_until <= since) {
      Fault(index, "I4: the client believes in a dead link");
    }
  });
}

void Simulation::Sleep(std::size_t index) {
  Peer& peer = peers_[index];
  if (peer.asleep) return;
  ++totals_.sleeps;
  Trace(index, "sleeps");
  peer.asleep = true;
  const Duration span = Some(60s);
  if (peer.link) peer.link->impaired_until = schedule_.now().instant + span;
  schedule_.After(span, [this, index] {
    Peer& woken = peers_[index];
    woken.asleep = false;
    Trace(index, "wakes");
    woken.core->OnSignal(schedule_.now(), client::Signal::kWake);
    Drive(index);
    woken.core->OnTimer(schedule_.now());
    Drive(index);
    if (woken.link) Pump(index, woken.link);
  });
}

void Simulation::SlowDown(std::size_t index) {
  const std::shared_ptr<Link> link = peers_[index].link;
  if (!link || !link->open) return;
  ++totals_.slow_readers;
  Trace(index, "reads slowly");
  link->per_message = Some(900ms);
  link->impaired_until = schedule_.now().instant + 20s;
  schedule_.After(Some(20s), [link] { link->per_message = Duration(0); });
}

void Simulation::Restart() {
  if (!hub_) return;
  ++totals_.restarts;
  totals_.behind += hub_->events().behind;
  totals_.full_mailboxes += hub_->events().mailbox_full;
  totals_.gaps += hub_->events().gaps;
  totals_.handled += hub_->handled();
  for (auto& [connection, owned] : links_) owned.link->hub_ended = true;
  for (std::size_t i = 0; i < peers_.size(); ++i) {
    Trace(i, "the hub dies");
    const std::shared_ptr<Link> link = peers_[i].link;
    if (link && link->open) EndAtClient(i, link, Some(300ms));
  }
  links_.clear();
  hub_.reset();
  schedule_.After(Some(3s), [this] { StartHub(); });
}

void Simulation::StartHub() {
  if (hub_) return;
  HubSide::Ends ends;
  ends.queued = [this](hub::ConnectionId connection) {
    const auto owned = links_.find(connection);
    if (owned != links_.end()) Pump(owned->second.client, owned->second.link);
  };
  ends.closed = [this](hub::ConnectionId connection, DisconnectCode code) {
    const auto owned = links_.find(connection);
    if (owned == links_.end()) return;
    owned->second.link->hub_ended = true;
    owned->second.link->end_code = static_cast<std::uint16_t>(code);
    Pump(owned->second.client, owned->second.link);
  };
  ends.reading = [this](hub::ConnectionId connection) {
    const auto owned = links_.find(connection);
    if (owned == links_.end()) return;
    schedule_.After(Duration(0), [this, link = owned->second.link] {
      for (std::string& bytes : std::exchange(link->held, {})) ArriveUp(link, bytes);
    });
  };
  hub_ = std::make_unique<HubSide>(HubOptions{}, random_.Next(), schedule_, truth_, ends);
}

void Simulation::Disturb() {
  if (!hostile_) return;
  schedule_.After(Some(4s), [this] { Disturb(); });
  const std::size_t index = random_.Below(peers_.size());
  switch (random_.Below(12)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return Cut(index);
    case 4:
    case 5:
      return HalfOpen(index);
    case 6:
    case 7:
      return Sleep(index);
    case 8:
    case 9:
    case 10:
      return SlowDown(index);
    default:
      if (random_.Chance(400)) Restart();
  }
}

void Simulation::Heal() {
  hostile_ = false;
  for (std::size_t i = 0; i < peers_.size(); ++i) {
    Peer& peer = peers_[i];
    if (peer.link) peer.link->per_message = Duration(0);
    if (peer.wants_connection) continue;
    peer.wants_connection = true;
    peer.calls.insert(peer.core->Connect(schedule_.now()));
    Drive(i);
  }
}

}  // namespace roomcast::simulation
