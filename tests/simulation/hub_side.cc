#include "tests/simulation/hub_side.h"

#include <utility>

#include "server/hub/home.h"

namespace roomcast::simulation {
namespace {

std::size_t NoHead(std::size_t, char*) { return 0; }

// As an operator would configure it, scaled down so that limits are met within minutes.
hub::HubConfig ConfigOf(const HubOptions& options, std::uint64_t seed) {
  hub::HubConfig config;
  config.shards = options.shards;
  config.instance = std::to_string(seed);
  config.node = "simulated";
  config.hash_key = {seed, ~seed};
  config.anonymous = true;
  config.recovery_page_bytes = 4 * 1024;
  config.namespaces.push_back({.name = "chat", .keep = {64 * 1024, 200, 300s}});
  config.namespaces.push_back(
      {.name = "drop", .delivery = Delivery::kDroppable, .keep = {1024, 5, 10s}});
  return config;
}

}  // namespace

HubSide::HubSide(const HubOptions& options, std::uint64_t seed, Schedule& schedule, Truth& truth,
                 Ends ends)
    : options_(options),
      random_(seed),
      schedule_(schedule),
      truth_(truth),
      ends_(std::move(ends)),
      config_(ConfigOf(options, seed)) {
  for (std::uint16_t id = 0; id < config_.shards; ++id) {
    auto member = std::make_unique<Member>();
    member->side = this;
    member->id = id;
    member->engine = std::make_unique<WitnessedEngine>(config_.hash_key, random_.Next(),
                                                       config_.instance, truth_);
    member->secrets = std::make_unique<test::SeededSecrets>(random_.Next());
    member->inbox.resize(config_.shards);
    member->shard = std::make_unique<hub::Shard>(
        static_cast<hub::ShardId>(id), config_,
        hub::ShardWorld{*this, *member, *this, *member->engine, authenticator_, *member->secrets,
                        events_, NoHead});
    members_.push_back(std::move(member));
  }
}

bool HubSide::Member::Post(hub::ShardId to, hub::Mail& mail) {
  return side->Enqueue(id, static_cast<std::uint16_t>(to), mail);
}

bool HubSide::Enqueue(std::uint16_t from, std::uint16_t to, hub::Mail& mail) {
  Member& target = *members_[to];
  if (target.inbox_size >= options_.mailbox_max) return false;
  target.inbox[from].push_back(std::move(mail));
  ++target.inbox_size;
  NeedTurn(target, 2ms);
  return true;
}

void HubSide::NeedTurn(Member& member, Duration within) {
  if (member.turn_is_set) return;
  member.turn_is_set = true;
  const Duration wait(
      static_cast<std::int64_t>(random_.Below(static_cast<std::uint64_t>(within.count()))));
  schedule_.After(wait, [this, &member, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) Turn(member);
  });
}

void HubSide::Turn(Member& member) {
  member.turn_is_set = false;
  const std::size_t letters = random_.Below(options_.mailbox_max) + 1;
  for (std::size_t i = 0; i < letters && member.inbox_size > 0; ++i) {
    auto* queue = &member.inbox[random_.Below(member.inbox.size())];
    while (queue->empty()) queue = &member.inbox[random_.Below(member.inbox.size())];
    hub::Mail mail = std::move(queue->front());
    queue->pop_front();
    --member.inbox_size;
    ++handled_;
    member.shard->OnMail(std::move(mail), schedule_.now());
  }
  const bool waits = member.shard->EndTurn(schedule_.now());
  if (waits || member.inbox_size > 0) NeedTurn(member, 2ms);
  ArmTimer(member);
}

void HubSide::ArmTimer(Member& member) {
  const Instant next = member.shard->NextDeadline();
  if (next >= member.timer) return;
  member.timer = next;
  schedule_.At(next, [this, &member, next, alive = std::weak_ptr(alive_)] {
    if (alive.expired() || member.timer != next) return;
    member.timer = kNever;
    member.shard->OnTime(schedule_.now());
    Turn(member);
  });
}

hub::ConnectionId HubSide::Open() {
  const auto id = hub::MakeConnectionId(next_connection_, next_connection_);
  ++next_connection_;
  Queue& queue = queues_[id];
  queue.shard = static_cast<std::uint16_t>(random_.Below(config_.shards));
  ShardOf(queue).OnOpen(id, schedule_.now());
  ArmTimer(*members_[queue.shard]);
  return id;
}

void HubSide::Message(hub::ConnectionId connection, std::string_view bytes) {
  const Queue* queue = Find(connection);
  if (queue == nullptr) return;
  Member& member = *members_[queue->shard];
  ++handled_;
  member.shard->OnMessage(connection, bytes, schedule_.now());
  NeedTurn(member, 3ms);
  ArmTimer(member);
}

void HubSide::Alive(hub::ConnectionId connection) {
  if (const Queue* queue = Find(connection)) ShardOf(*queue).OnAlive(connection, schedule_.now());
}

void HubSide::Closed(hub::ConnectionId connection) {
  const Queue* queue = Find(connection);
  if (queue == nullptr) return;
  Member& member = *members_[queue->shard];
  queues_.erase(connection);
  member.shard->OnClosed(connection, 1006, schedule_.now());
  NeedTurn(member, 3ms);
}

HubSide::Queue* HubSide::Find(hub::ConnectionId connection) {
  const auto found = queues_.find(connection);
  return found == queues_.end() ? nullptr : &found->second;
}

bool HubSide::TakeQueued(hub::ConnectionId connection, std::string& bytes) {
  Queue* queue = Find(connection);
  if (queue == nullptr) return false;
  auto& lane = queue->fast.empty() ? queue->ordered : queue->fast;
  if (lane.empty()) return false;
  bytes = std::move(lane.front());
  lane.pop_front();
  queue->bytes -= bytes.size();
  if (queue->over_soft && queue->bytes < options_.soft_bytes / 2) {
    queue->over_soft = false;
    Member& member = *members_[queue->shard];
    member.shard->OnDrained(connection, schedule_.now());
    NeedTurn(member, 3ms);
  }
  return true;
}

void HubSide::Backend(std::string_view room, std::string_view data) {
  hub::PublishToRoom publish;
  publish.origin.from = static_cast<hub::BridgeCall>(next_call_++);
  publish.room = room;
  publish.data = data;
  hub::Mail mail = std::move(publish);
  const auto home = static_cast<std::uint16_t>(hub::HomeShardOf(config_, room));
  Enqueue(home, home, mail);
}

hub::Outbox::Fill HubSide::Push(hub::ConnectionId connection, hub::SharedBytes bytes, Lane lane) {
  Queue* queue = Find(connection);
  if (queue == nullptr) return Fill::kGone;
  if (lane == Lane::kOrdered && queue->bytes + bytes.size() > options_.hard_bytes) {
    return Fill::kOverHard;
  }
  (lane == Lane::kFast ? queue->fast : queue->ordered).emplace_back(bytes.payload());
  queue->bytes += bytes.size();
  if (queue->bytes > options_.hard_bytes + 1024) {
    truth_.Fault("I5: an outbox holds " + std::to_string(queue->bytes) + " bytes");
  }
  ends_.queued(connection);
  if (queue->bytes <= options_.soft_bytes) return Fill::kFine;
  queue->over_soft = true;
  return Fill::kOverSoft;
}

void HubSide::Close(hub::ConnectionId connection, DisconnectCode code, std::string_view) {
  ends_.closed(connection, code);
}

void HubSide::SetReading(hub::ConnectionId connection, bool reading) {
  if (Queue* queue = Find(connection)) queue->reading = reading;
  if (reading) ends_.reading(connection);
}

}  // namespace roomcast::simulation
