#include "server/net/bridge_desk.h"

#include <utility>

#include "proto/protocol/codes.h"

namespace roomcast::net {
namespace {

constexpr Duration kRetryAfter = std::chrono::milliseconds(100);

}  // namespace

bridge::HubError HubErrorOf(const hub::Failure& failure) {
  return {static_cast<std::uint32_t>(failure.code), failure.message, IsTemporary(failure.code),
          Milliseconds(failure.retry_after)};
}

bridge::HubError Overloaded(const char* message) {
  return HubErrorOf({ErrorCode::kOverloaded, message, kRetryAfter});
}

BridgeDesk::~BridgeDesk() {
  for (Slot& slot : slots_) {
    if (slot.done) std::exchange(slot.done, nullptr)(Overloaded("the hub stops"));
  }
}

std::optional<hub::BridgeCall> BridgeDesk::Open(Done& done) {
  if (free_.empty()) {
    if (slots_.size() >= calls_max_) return std::nullopt;
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  Slot& slot = slots_[index];
  slot.done = std::move(done);
  return static_cast<hub::BridgeCall>(static_cast<std::uint64_t>(++slot.use) << 32 | index);
}

void BridgeDesk::OnPublished(hub::BridgeCall call, const Published& answer) {
  const auto number = static_cast<std::uint64_t>(call);
  const auto index = static_cast<std::uint32_t>(number);
  if (index >= slots_.size() || slots_[index].use != number >> 32 || !slots_[index].done) return;
  Done done = std::exchange(slots_[index].done, nullptr);
  free_.push_back(index);
  if (answer.refused) {
    std::move(done)(HubErrorOf(answer.failure));
  } else {
    std::move(done)(
        bridge::PublishOutcome{{answer.position.epoch, answer.position.offset}, answer.duplicate});
  }
}

}  // namespace roomcast::net
