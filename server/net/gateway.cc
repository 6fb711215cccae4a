#include "server/net/gateway.h"

#include <memory>
#include <string>
#include <utility>

#include "proto/protocol/siphash.h"
#include "server/hub/home.h"
#include "server/net/bridge_desk.h"
#include "server/net/census.h"
#include "server/net/clock.h"

namespace roomcast::net {
namespace {

hub::PublishToRoom PublishOf(const HashKey& hash_key, bridge::PublishCommand command) {
  const bridge::PublicationContent& content = *command.content;
  hub::PublishToRoom publish;
  publish.room = std::move(command.room);
  publish.type = content.type;
  publish.encoding = static_cast<Encoding>(content.encoding);
  publish.data = content.data;
  publish.key = content.key;
  publish.tags = content.tags;
  publish.publisher_user = content.user;
  publish.ephemeral = content.ephemeral;
  if (!command.idempotency_key.empty()) {
    publish.producer = ProducerOf(hash_key, command.caller, command.idempotency_key);
    publish.counter = 1;
    publish.by_key = true;
  }
  return publish;
}

}  // namespace

ProducerId ProducerOf(const HashKey& key, std::string_view caller,
                      std::string_view idempotency_key) {
  // The length keeps ("ab", "c") and ("a", "bc") apart.
  std::string scope = std::to_string(caller.size());
  scope.append(":").append(caller).append(idempotency_key);
  return {SipHash({key.low ^ 1, key.high}, scope), SipHash({key.low ^ 2, key.high}, scope)};
}

void Gateway::Publish(bridge::PublishCommand command, bridge::Done<bridge::PublishOutcome> done) {
  const hub::ShardId home = hub::HomeShardOf(config_, command.room);
  const bridge::Deadline not_after = command.not_after;
  const bool may_stay = command.may_stay;
  Letter letter(
      BridgePublish{PublishOf(config_.hash_key, std::move(command)), not_after, std::move(done)});
  if (may_stay ? post_office_.PostAndVisit(home, letter) : post_office_.Post(home, letter)) return;
  std::move(std::get<BridgePublish>(letter).done)(Overloaded("the room's shard is busy"));
}

void Gateway::GetInfo(bridge::Deadline /*not_after*/, bridge::Done<bridge::HubInfo> done) {
  bridge::HubInfo info;
  const Now now = ReadClocks();
  info.instance = config_.instance;
  info.node = config_.node;
  info.version = facts_.version;
  info.uptime_ms =
      static_cast<std::uint64_t>((now.instant - facts_.started.instant).count()) / 1000;
  info.now_at = Microseconds(now.wall);
  info.shards = config_.shards;
  info.draining = draining_.load(std::memory_order_relaxed);
  info.development = facts_.development;
  auto census = std::make_shared<Census>(post_office_.shards(),
                                         [info = std::move(info), done = std::move(done)](
                                             const ShardCounts& sum, bool complete) mutable {
                                           if (!complete) {
                                             std::move(done)(Overloaded("a shard is busy"));
                                             return;
                                           }
                                           info.connections = sum.connections;
                                           info.sessions = sum.sessions;
                                           info.rooms = sum.rooms;
                                           info.publications = sum.publications;
                                           std::move(done)(std::move(info));
                                         });
  for (std::size_t shard = 0; shard < post_office_.shards(); ++shard) {
    Letter letter(CountYourself{census});
    if (!post_office_.Post(static_cast<hub::ShardId>(shard), letter)) census->CannotAnswer();
  }
}

}  // namespace roomcast::net
