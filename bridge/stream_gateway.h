// What PublishStream asks of the hub: many publishes at once, each answered on its own. The rules
// are those of room_gateway.h.
#ifndef ROOMCAST_BRIDGE_STREAM_GATEWAY_H_
#define ROOMCAST_BRIDGE_STREAM_GATEWAY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bridge/gateway_words.h"
#include "bridge/publication_content.h"

namespace roomcast::bridge {

// A publish id's producer; its second half is scoped by who called, so that nobody can take
// another's. Both 0: no publish id.
struct StreamProducerId {
  std::uint64_t public_half = 0;
  std::uint64_t secret_half = 0;
};

struct StreamItem {
  std::uint64_t number = 0;
  std::string room;
  PublicationContent content;
  std::uint32_t bytes = 0;  // that it holds
};

struct ItemOutcome {
  std::uint64_t number = 0;
  std::uint32_t bytes = 0;  // as in StreamItem
  Answer<PublishOutcome> answer;
};

// Who waits for items.
class ItemSink {
 public:
  ItemSink() = default;
  ItemSink(const ItemSink&) = delete;
  ItemSink& operator=(const ItemSink&) = delete;
  virtual ~ItemSink() = default;

  // Each item once, those of one room in their order. Any thread, many at once, also from within
  // PublishItems; must not block.
  virtual void OnOutcomes(std::vector<ItemOutcome> outcomes) = 0;
};

class StreamGateway {
 public:
  StreamGateway() = default;
  StreamGateway(const StreamGateway&) = delete;
  StreamGateway& operator=(const StreamGateway&) = delete;
  virtual ~StreamGateway() = default;

  // Of this life of the hub. Any thread.
  [[nodiscard]] virtual std::string instance() const = 0;
  // The producer that these 16 bytes name, of this caller.
  [[nodiscard]] virtual StreamProducerId ProducerNamed(const std::string& bytes,
                                                       const std::string& caller) const = 0;
  // In this order, as far as they go to one room; of one sink, from one thread at a time.
  virtual void PublishItems(std::vector<StreamItem> items, const StreamProducerId& producer,
                            std::shared_ptr<ItemSink> sink) = 0;
};

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_STREAM_GATEWAY_H_
