#ifndef ROOMCAST_SERVER_NET_BRIDGE_DESK_H_
#define ROOMCAST_SERVER_NET_BRIDGE_DESK_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "bridge/room_gateway.h"
#include "server/hub/mail.h"

namespace roomcast::net {

// A refusal in the bridge's words.
bridge::HubError HubErrorOf(const hub::Failure& failure);
// The hub has no room for one more question just now.
bridge::HubError Overloaded(const char* message);

// Where one shard keeps who waits for its answers to the bridge. One thread: the shard's. Bounded.
class BridgeDesk : public hub::BridgeAnswers {
 public:
  using Done = bridge::Done<bridge::PublishOutcome>;

  explicit BridgeDesk(std::size_t calls_max) : calls_max_(calls_max) {}
  // Settles what is left.
  ~BridgeDesk() override;

  // Nothing: the desk is full, and `done` is as it was.
  [[nodiscard]] std::optional<hub::BridgeCall> Open(Done& done);
  void OnPublished(hub::BridgeCall call, const Published& answer) override;

  [[nodiscard]] std::size_t waiting() const { return slots_.size() - free_.size(); }

 private:
  struct Slot {
    Done done;
    std::uint32_t use = 0;
  };

  const std::size_t calls_max_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
};

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_BRIDGE_DESK_H_
