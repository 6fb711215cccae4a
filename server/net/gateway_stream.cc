// Items of a PublishStream: those of one message that are at home on one shard travel in one
// letter.
#include <cstddef>
#include <utility>
#include <vector>

#include "proto/protocol/siphash.h"
#include "server/hub/home.h"
#include "server/net/bridge_desk.h"
#include "server/net/gateway.h"

namespace roomcast::net {
namespace {

hub::PublishToRoom PublishOf(bridge::StreamItem& item, const bridge::StreamProducerId& producer) {
  bridge::PublicationContent& content = item.content;
  hub::PublishToRoom publish;
  publish.room = std::move(item.room);
  publish.type = std::move(content.type);
  publish.encoding = static_cast<Encoding>(content.encoding);
  publish.data = std::move(content.data);
  publish.key = std::move(content.key);
  publish.tags = std::move(content.tags);
  publish.publisher_user = std::move(content.user);
  publish.ephemeral = content.ephemeral;
  if ((producer.public_half | producer.secret_half) != 0) {
    publish.producer = {producer.public_half, producer.secret_half};
    publish.counter = item.number;
  }
  return publish;
}

}  // namespace

bridge::StreamProducerId Gateway::ProducerNamed(const std::string& bytes,
                                                const std::string& caller) const {
  bridge::StreamProducerId id;
  for (std::size_t i = 8; i-- > 0;) {
    id.public_half = id.public_half << 8 | static_cast<unsigned char>(bytes[i]);
  }
  // What members see is what the backend chose; what makes it the backend's own nobody can choose.
  id.secret_half = ProducerOf(config_.hash_key, caller, "stream:" + bytes).secret_half;
  return id;
}

void Gateway::PublishItems(std::vector<bridge::StreamItem> items,
                           const bridge::StreamProducerId& producer,
                           std::shared_ptr<bridge::ItemSink> sink) {
  std::vector<BridgeItems> letters(post_office_.shards());
  for (bridge::StreamItem& item : items) {
    const auto home = static_cast<std::size_t>(hub::HomeShardOf(config_, item.room));
    if (letters[home].items.empty()) letters[home].items.reserve(items.size());
    letters[home].items.push_back({PublishOf(item, producer), item.number, item.bytes});
  }
  for (std::size_t shard = 0; shard < letters.size(); ++shard) {
    if (letters[shard].items.empty()) continue;
    letters[shard].sink = sink;
    Letter letter(std::move(letters[shard]));
    if (post_office_.Post(static_cast<hub::ShardId>(shard), letter)) continue;
    std::get<BridgeItems>(letter).Refuse(Overloaded("the room's shard is busy"));
  }
}

}  // namespace roomcast::net
