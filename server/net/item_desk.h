#ifndef ROOMCAST_SERVER_NET_ITEM_DESK_H_
#define ROOMCAST_SERVER_NET_ITEM_DESK_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "bridge/room_gateway.h"
#include "server/hub/mail.h"

namespace roomcast::net {

// Items of one message of a PublishStream that go to one shard, on their way there.
struct BridgeItems {
  struct Item {
    hub::PublishToRoom publish;
    std::uint64_t number = 0;
    std::uint32_t bytes = 0;
  };
  std::vector<Item> items;
  std::shared_ptr<bridge::ItemSink> sink;

  // None of them is done.
  void Refuse(const bridge::HubError& error);
};

// Where one shard keeps whose items wait for the hub's answers, and gathers these: what became of a
// stream's items in one turn goes to it at once. One thread: the shard's.
class ItemDesk {
 public:
  ItemDesk() = default;
  ItemDesk(const ItemDesk&) = delete;
  ItemDesk& operator=(const ItemDesk&) = delete;
  // Settles what is left.
  ~ItemDesk();

  // Calls of items and those of others never meet.
  [[nodiscard]] static bool Owns(hub::BridgeCall call) {
    return (static_cast<std::uint64_t>(call) & kItemBit) != 0;
  }

  // A batch of who waits for these items. nullopt: too many wait already.
  [[nodiscard]] std::optional<std::uint32_t> Open(const BridgeItems& letter);
  [[nodiscard]] hub::BridgeCall CallOf(std::uint32_t batch, std::size_t item) const;

  void OnPublished(hub::BridgeCall call, const hub::BridgeAnswers::Published& answer);
  // The end of a turn.
  void Flush();

 private:
  // A call is this bit, the use (23 bits), the batch (20) and the item (20).
  static constexpr std::uint64_t kItemBit = std::uint64_t{1} << 63;
  static constexpr std::uint32_t kUseMask = (1U << 23) - 1;
  static constexpr std::uint32_t kFieldMask = (1U << 20) - 1;

  struct Waiting {
    std::uint64_t number = 0;
    std::uint32_t bytes = 0;
    bool settled = false;
  };
  struct Batch {
    std::shared_ptr<bridge::ItemSink> sink;
    std::vector<Waiting> items;  // its memory serves the next one too
    std::size_t left = 0;
    std::uint32_t use = 0;
  };
  struct Ready {
    std::shared_ptr<bridge::ItemSink> sink;
    std::vector<bridge::ItemOutcome> outcomes;
  };

  std::vector<bridge::ItemOutcome>& ReadyFor(const std::shared_ptr<bridge::ItemSink>& sink);

  std::vector<Batch> batches_;
  std::vector<std::uint32_t> free_;
  std::vector<Ready> ready_;
};

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_ITEM_DESK_H_
