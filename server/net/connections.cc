#include "server/net/connections.h"

#include <utility>

namespace roomcast::net {

Connections::Connections(Poller& poller, TurnClock& clock, const ConnectionConfig& config,
                         ops::ShardMetrics& metrics, ops::Log* log, Doorman& doorman)
    : poller_(poller),
      clock_(clock),
      config_(config),
      metrics_(metrics),
      log_(log),
      doorman_(doorman),
      compression_(config.compression, metrics) {}

Connections::~Connections() = default;

void Connections::Accept(FileDescriptor socket, const PeerAddress& peer) {
  // A proxy's connections are its clients': they are counted when the request names these.
  const bool is_proxy = AnyContains(config_.handshake.trusted_proxies, peer);
  Visit visit = is_proxy ? Visit(peer) : doorman_.Enter(peer, clock_.now().instant);
  if (visit.refusal() == ops::TurnedAway::kAddressFlood) {
    metrics_.Count(*visit.refusal());
    return;
  }
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  Slot& slot = slots_[index];
  const hub::ConnectionId id = hub::MakeConnectionId(index, ++slot.use);
  slot.connection = std::make_unique<Connection>(*this, id, std::move(socket), std::move(visit));
  ++open_;
  metrics_.Count(ops::Counter::kConnectionsAccepted);
  slot.connection->Start();
}

Connection* Connections::Find(hub::ConnectionId id) {
  const std::uint32_t index = hub::IndexOf(id);
  if (index >= slots_.size() || id != hub::MakeConnectionId(index, slots_[index].use)) {
    return nullptr;
  }
  return slots_[index].connection.get();
}

hub::Outbox::Fill Connections::Push(hub::ConnectionId id, hub::SharedBytes bytes, Lane lane) {
  Connection* connection = Find(id);
  return connection == nullptr ? Fill::kGone : connection->Push(std::move(bytes), lane);
}

void Connections::Close(hub::ConnectionId id, DisconnectCode code, std::string_view reason) {
  Connection* connection = Find(id);
  if (connection == nullptr) return;
  connection->Close(static_cast<std::uint16_t>(code), reason, NameOf(code));
}

void Connections::SetReading(hub::ConnectionId id, bool reading) {
  Connection* connection = Find(id);
  if (connection != nullptr) connection->SetReading(reading);
}

void Connections::OnReady(Poller::Token token, bool readable, bool writable) {
  Connection* connection = Find(hub::ConnectionId{token});
  if (connection != nullptr) connection->OnReady(readable, writable);
}

void Connections::ResumeReading() {
  // What is put on the list meanwhile is for the next turn: nobody reads twice in one.
  for (const hub::ConnectionId id : std::exchange(resumes_, {})) {
    if (Connection* connection = Find(id)) connection->ResumeReading();
  }
}

void Connections::OnTime() {
  const Instant now = clock_.now().instant;
  while (!deadlines_.empty() && deadlines_.top().at <= now) {
    const Deadline due = deadlines_.top();
    deadlines_.pop();
    Connection* connection = Find(due.id);
    if (connection != nullptr && connection->deadline() == due.at) connection->OnDeadline();
  }
}

void Connections::AskKernelOfTheSilent() {
  const Instant now = clock_.now().instant;
  while (!life_checks_.empty() && life_checks_.top().at <= now) {
    const hub::ConnectionId id = life_checks_.top().id;
    life_checks_.pop();
    if (Connection* connection = Find(id)) life_checks_.push({connection->AskIfLost(), id});
  }
}

std::size_t Connections::FlushTogether(const List& list, std::size_t next) {
  // Good until Reap().
  std::array<Connection*, SendRing::kSendsMax> together;
  std::size_t count = 0;
  std::vector<Connection*> alone;
  for (; next < list.size() && !ring_.full(); ++next) {
    Connection* connection = Find(list[next]);
    if (connection == nullptr) continue;
    const std::size_t pieces = connection->GatherFirst(ring_.pieces());
    if (pieces == 0) {
      alone.push_back(connection);
      continue;
    }
    ring_.Add(connection->socket(), pieces);
    together[count++] = connection;
  }
  const auto done = ring_.Run();
  metrics_.Count(ops::Counter::kWritesTogether, count);
  // All of them first: one that ends tells the hub, which may queue for others.
  for (std::size_t i = 0; i < count; ++i) together[i]->OnWritten(done[i].result);
  for (std::size_t i = 0; i < count; ++i) {
    together[i]->GoOnFlushing(done[i].result, done[i].offered);
  }
  for (Connection* connection : alone) connection->Flush();
  return next;
}

std::size_t Connections::FlushSome(const List& list, std::size_t next, Whose turn) {
  const bool may = turn == Whose::kOwners && config_.writes_together;
  if (list.size() - next >= kWorthARing && may && ring_.IsThere()) {
    return FlushTogether(list, next);
  }
  if (Connection* connection = Find(list[next])) connection->Flush();
  return next + 1;
}

void Connections::SortOutHeavy() {
  std::erase_if(flushes_, [this](hub::ConnectionId id) {
    const Connection* connection = Find(id);
    if (connection == nullptr || connection->queued_bytes() <= config_.heavy_bytes) return false;
    heavy_.push_back(id);
    return true;
  });
}

bool Connections::Flush(Whose turn) {
  if (turn == Whose::kVisitors && flushes_.size() + heavy_.size() >= kWorthARing) return false;
  hub_heard_ = false;
  SortOutHeavy();
  for (std::size_t next = 0; next < flushes_.size();) next = FlushSome(flushes_, next, turn);
  flushes_.clear();
  const std::size_t until = written_bytes_ + config_.heavy_bytes_per_turn;
  std::size_t done = 0;
  while (done < heavy_.size() && written_bytes_ < until) done = FlushSome(heavy_, done, turn);
  heavy_.erase(heavy_.begin(), heavy_.begin() + static_cast<std::ptrdiff_t>(done));
  for (const hub::ConnectionId id : std::exchange(drained_, {})) {
    application_->OnDrained(id, clock_.now());
    hub_heard_ = true;
  }
  return std::exchange(hub_heard_, false);
}

void Connections::Reap() {
  for (const hub::ConnectionId id : std::exchange(ended_, {})) {
    slots_[hub::IndexOf(id)].connection.reset();
    free_.push_back(hub::IndexOf(id));
    --open_;
  }
}

Instant Connections::NextDeadline() const {
  if (!resumes_.empty() || !flushes_.empty() || !heavy_.empty()) return Instant::min();
  return deadlines_.empty() ? kNever : deadlines_.top().at;
}

template <class Visit>
void Connections::ForEach(Visit visit) {
  for (Slot& slot : slots_) {
    if (slot.connection) visit(*slot.connection);
  }
}

void Connections::EndHeads() {
  ForEach([](Connection& connection) { connection.EndIfHead(); });
}

void Connections::EndAll() {
  ForEach([](Connection& connection) { connection.End("stopped"); });
}

}  // namespace roomcast::net
