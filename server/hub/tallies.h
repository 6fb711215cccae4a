#ifndef ROOMCAST_SERVER_HUB_TALLIES_H_
#define ROOMCAST_SERVER_HUB_TALLIES_H_

#include <cstdint>
#include <vector>

#include "server/hub/courier.h"
#include "server/hub/mail.h"

namespace roomcast::hub {

// How many sessions a backend's order concerned: who carries out a part of it says so once, and the
// last one settles the call. Bounded by the calls that the bridge has under way.
class Tallies {
 public:
  Tallies(ShardId self, Courier& courier, BridgeAnswers& answers)
      : self_(self), courier_(courier), answers_(answers) {}

  // One part is expected; end it with Add().
  [[nodiscard]] TallyRef Open(BridgeCall call) {
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(slots_.size()));
      slots_.emplace_back();
    }
    const std::uint32_t index = free_.back();
    free_.pop_back();
    slots_[index] = {call, slots_[index].use + 1, 1, 0};
    return {self_, index, slots_[index].use};
  }
  // One part more.
  void Expect(const TallyRef& tally) { ++slots_[tally.index].expected; }
  // A part of this shard's own tally is done.
  void Add(const TallyRef& tally, std::uint32_t sessions) {
    Slot& slot = slots_[tally.index];
    if (slot.use != tally.use || slot.expected == 0) return;
    slot.sessions += sessions;
    if (--slot.expected > 0) return;
    free_.push_back(tally.index);
    answers_.OnCounted(slot.call, {slot.sessions, false, {}});
  }
  // A part of anybody's tally is done.
  void Report(const TallyRef& tally, std::uint32_t sessions) {
    courier_.Send(tally.shard, UserMail(Counted{tally, sessions}));
  }
  void Refuse(BridgeCall call, Failure failure) {
    answers_.OnCounted(call, {0, true, std::move(failure)});
  }

 private:
  struct Slot {
    BridgeCall call{};
    std::uint32_t use = 0;
    std::uint32_t expected = 0;
    std::uint32_t sessions = 0;
  };

  ShardId self_;
  Courier& courier_;
  BridgeAnswers& answers_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_TALLIES_H_
