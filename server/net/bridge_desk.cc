#include "server/net/bridge_desk.h"

#include <type_traits>
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
    std::visit(
        [](auto waiter) {
          if constexpr (!std::is_same_v<decltype(waiter), std::monostate>) {
            std::move(waiter)(Overloaded("the hub stops"));
          }
        },
        std::exchange(slot.waiter, {}));
  }
}

std::optional<std::uint32_t> BridgeDesk::TakeSlot() {
  if (free_.empty()) {
    if (slots_.size() >= calls_max_) return std::nullopt;
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  return index;
}

BridgeDesk::Waiter BridgeDesk::Close(hub::BridgeCall call) {
  const auto number = static_cast<std::uint64_t>(call);
  const auto index = static_cast<std::uint32_t>(number);
  if (index >= slots_.size() || slots_[index].use != number >> 32 ||
      std::holds_alternative<std::monostate>(slots_[index].waiter)) {
    return {};
  }
  free_.push_back(index);
  return std::exchange(slots_[index].waiter, {});
}

void BridgeDesk::OnPublished(hub::BridgeCall call, const Published& answer) {
  if (ItemDesk::Owns(call)) return items_.OnPublished(call, answer);
  Waiter waiter = Close(call);
  auto* done = std::get_if<Done>(&waiter);
  if (done == nullptr) return;
  if (answer.refused) return std::move(*done)(HubErrorOf(answer.failure));
  std::move (*done)(
      bridge::PublishOutcome{{answer.position.epoch, answer.position.offset}, answer.duplicate});
}

void BridgeDesk::OnCounted(hub::BridgeCall call, const Counted& answer) {
  Waiter waiter = Close(call);
  auto* done = std::get_if<CountDone>(&waiter);
  if (done == nullptr) return;
  if (answer.refused) return std::move(*done)(HubErrorOf(answer.failure));
  std::move (*done)(bridge::SessionCount{answer.sessions});
}

void BridgeDesk::OnTrimmed(hub::BridgeCall call, const Trimmed& answer) {
  Waiter waiter = Close(call);
  auto* done = std::get_if<TrimDone>(&waiter);
  if (done == nullptr) return;
  if (answer.refused) return std::move(*done)(HubErrorOf(answer.failure));
  std::move (*done)(bridge::TrimOutcome{{answer.top.epoch, answer.top.offset}, answer.removed});
}

void BridgeDesk::OnHistory(hub::BridgeCall call, hub::HistoryAnswer&& answer) {
  Waiter waiter = Close(call);
  auto* done = std::get_if<HistoryDone>(&waiter);
  if (done == nullptr) return;
  if (answer.refused) return std::move(*done)(HubErrorOf(answer.failure));
  std::move (*done)(bridge::HistoryOutcome{
      {answer.top.epoch, answer.top.offset}, std::move(answer.entries), answer.more, answer.lost});
}

}  // namespace roomcast::net
