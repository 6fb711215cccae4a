#ifndef ROOMCAST_SERVER_NET_BRIDGE_DESK_H_
#define ROOMCAST_SERVER_NET_BRIDGE_DESK_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "bridge/room_gateway.h"
#include "server/hub/mail.h"
#include "server/net/item_desk.h"

namespace roomcast::net {

// A refusal in the bridge's words.
bridge::HubError HubErrorOf(const hub::Failure& failure);
// The hub has no room for one more question just now.
bridge::HubError Overloaded(const char* message);
inline bridge::HubError PastDeadline() {
  return Overloaded("not done: its deadline passed while it waited");
}
inline bridge::HubError DeskFull() { return Overloaded("too many calls wait for an answer"); }

// Where one shard keeps who waits for its answers to the bridge, and the answers until they are
// given: to give one is to write to a backend, which takes as long as gRPC likes. One thread at a
// time, the one that makes the shard's turn. Bounded.
class BridgeDesk : public hub::BridgeAnswers {
 public:
  using Done = bridge::Done<bridge::PublishOutcome>;
  using CountDone = bridge::Done<bridge::SessionCount>;
  using TrimDone = bridge::Done<bridge::TrimOutcome>;
  using HistoryDone = bridge::Done<bridge::HistoryOutcome>;

  // An answer and who waits for it. Called once, on any thread.
  template <class Outcome>
  struct Settled {
    bridge::Done<Outcome> done;
    bridge::Answer<Outcome> answer;
    void operator()() && { std::move(done)(std::move(answer)); }
  };
  using Answers =
      std::vector<std::variant<Settled<bridge::PublishOutcome>, Settled<bridge::SessionCount>,
                               Settled<bridge::TrimOutcome>, Settled<bridge::HistoryOutcome>>>;

  explicit BridgeDesk(std::size_t calls_max) : calls_max_(calls_max) {}
  // Settles what is left.
  ~BridgeDesk() override;

  // Nothing: the desk is full, and `waiter` is as it was.
  template <class Waiter>
  [[nodiscard]] std::optional<hub::BridgeCall> Open(Waiter& waiter) {
    const auto index = TakeSlot();
    if (!index) return std::nullopt;
    Slot& slot = slots_[*index];
    slot.waiter = std::move(waiter);
    return static_cast<hub::BridgeCall>(static_cast<std::uint64_t>(++slot.use) << 32 | *index);
  }
  // Who does not get in, or asks too late.
  template <class Outcome>
  void Refuse(bridge::Done<Outcome> done, bridge::HubError error) {
    answers_.emplace_back(Settled<Outcome>{std::move(done), std::move(error)});
  }
  void OnPublished(hub::BridgeCall call, const Published& answer) override;
  void OnCounted(hub::BridgeCall call, const Counted& answer) override;
  void OnTrimmed(hub::BridgeCall call, const Trimmed& answer) override;
  void OnHistory(hub::BridgeCall call, hub::HistoryAnswer&& answer) override;

  // The answers there are, to be given where nobody waits for this thread; behind those in `to`.
  void MoveAnswers(Answers& to);
  static void Give(Answers answers);

  // Those of PublishStream.
  ItemDesk& items() { return items_; }

  [[nodiscard]] std::size_t waiting() const { return slots_.size() - free_.size(); }

 private:
  using Waiter = std::variant<std::monostate, Done, CountDone, TrimDone, HistoryDone>;
  struct Slot {
    Waiter waiter;
    std::uint32_t use = 0;
  };

  // Of a slot that is nobody's. nullopt: there is none.
  std::optional<std::uint32_t> TakeSlot();
  // Who waits for the call, who waits no more; monostate: nobody.
  Waiter Close(hub::BridgeCall call);
  // `outcome(answer)` is what became of it.
  template <class Outcome, class Told, class ToOutcome>
  void Settle(hub::BridgeCall call, Told&& told, ToOutcome outcome);

  const std::size_t calls_max_;
  ItemDesk items_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  Answers answers_;
};

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_BRIDGE_DESK_H_
