#include "server/net/hub_server.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "server/hub/home.h"
#include "server/hub/stats_room.h"
#include "server/net/clock.h"

namespace roomcast::net {
namespace {

std::vector<std::unique_ptr<Mailbox>> MakeMailboxes(std::size_t shards,
                                                    const Mailbox::Bounds& bounds) {
  std::vector<std::unique_ptr<Mailbox>> mailboxes;
  for (std::size_t i = 0; i < shards; ++i) mailboxes.push_back(std::make_unique<Mailbox>(bounds));
  return mailboxes;
}

template <class Part>
std::vector<Part*> Pointers(const std::vector<std::unique_ptr<Part>>& parts) {
  std::vector<Part*> pointers;
  pointers.reserve(parts.size());
  for (const auto& part : parts) pointers.push_back(part.get());
  return pointers;
}

std::vector<std::unique_ptr<WatchDesk>> MakeWatchDesks(
    const HubServerConfig& config, const std::vector<std::unique_ptr<Mailbox>>& mailboxes) {
  const WatchDesk::Limits limits{
      config.connection.outbox.soft, config.connection.outbox.hard,
      (config.watch_streams_max + mailboxes.size() - 1) / mailboxes.size()};
  std::vector<std::unique_ptr<WatchDesk>> desks;
  desks.reserve(mailboxes.size());
  for (const auto& mailbox : mailboxes) {
    desks.push_back(std::make_unique<WatchDesk>(limits, *mailbox));
  }
  return desks;
}

}  // namespace

HubServer::HubServer(HubServerConfig config, hub::HubConfig hub_config, HubServerWorld world)
    : config_(std::move(config)),
      hub_config_(std::move(hub_config)),
      world_(std::move(world)),
      mailboxes_(MakeMailboxes(hub_config_.shards, config_.mailbox)),
      post_office_(Pointers(mailboxes_)),
      watches_(MakeWatchDesks(config_, mailboxes_)),
      gateway_(hub_config_, post_office_,
               {config_.version, config_.development, ReadClocks(), world_.operations,
                Pointers(watches_)}),
      doorman_(config_.limits) {}

absl::StatusOr<std::unique_ptr<HubServer>> HubServer::Start(HubServerConfig config,
                                                            hub::HubConfig hub_config,
                                                            HubServerWorld world) {
  absl::StatusOr<ListenSockets> listening =
      net::Listen(config.address, config.port, config.backlog, hub_config.shards);
  if (!listening.ok()) return listening.status();
  std::unique_ptr<HubServer> server(
      new HubServer(std::move(config), std::move(hub_config), std::move(world)));
  server->StartShards(*std::move(listening));
  return server;
}

void HubServer::StartShards(ListenSockets listening) {
  port_ = listening.port;
  for (std::size_t i = 0; i < hub_config_.shards; ++i) {
    const auto id = static_cast<hub::ShardId>(i);
    engines_.push_back(world_.make_engine(id));
    loops_.push_back(std::make_unique<ShardLoop>(
        ShardParts{id, hub_config_, config_.connection, config_.bridge_calls_max, post_office_,
                   *mailboxes_[i], *engines_[i], world_.authenticator, world_.secrets,
                   world_.metrics.Shard(static_cast<int>(i)), doorman_, world_.connection_log,
                   watches_[i].get()}));
    loops_.back()->Listen(std::move(listening.sockets[i]), config_.descriptors_max);
  }
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    threads_.emplace_back([loop = loops_[i].get()] { loop->Run(); });
    pthread_setname_np(threads_.back().native_handle(), ("shard-" + std::to_string(i)).c_str());
  }
}

void HubServer::Reconfigure(hub::HubConfig wanted) {
  const auto shared = std::make_shared<const hub::HubConfig>(std::move(wanted));
  for (std::size_t shard = 0; shard < post_office_.shards(); ++shard) {
    Letter letter(TakeConfig{shared});
    while (!post_office_.Post(static_cast<hub::ShardId>(shard), letter)) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
}

void HubServer::PublishStats(std::string json) {
  hub::PublishToRoom publish;
  publish.origin.from = hub::FromHub{};
  publish.room = hub::kStatsRoom;
  publish.type = "stats";
  publish.encoding = Encoding::kJson;
  publish.data = std::move(json);
  Letter letter(hub::Mail(std::move(publish)));
  post_office_.Post(hub::HomeShardOf(hub_config_, hub::kStatsRoom), letter);
}

void HubServer::Drain(Duration notice, Duration spread) {
  gateway_.SetDraining();
  for (const auto& loop : loops_) {
    hub::DrainPlan plan{notice, spread, 0};
    world_.secrets.Fill(reinterpret_cast<char*>(&plan.seed), sizeof(plan.seed));
    loop->RequestDrain(plan);
  }
}

bool HubServer::IsDrained() const {
  return std::all_of(loops_.begin(), loops_.end(),
                     [](const auto& loop) { return loop->is_drained(); });
}

void HubServer::Stop(Duration patience) {
  gateway_.SetDraining();
  for (const auto& loop : loops_) loop->RequestStop(patience);
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

HubServer::~HubServer() {
  Stop(Duration::zero());
  // What came after the last turn is settled all the same.
  for (const auto& mailbox : mailboxes_) {
    Letter letter;
    while (mailbox->Take(letter)) Refuse(letter);
  }
}

}  // namespace roomcast::net
