#include "server/net/bridge_desk.h"

#include <iterator>
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
  Give(std::move(answers_));
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

template <class Outcome, class Told, class ToOutcome>
void BridgeDesk::Settle(hub::BridgeCall call, Told&& told, ToOutcome outcome) {
  Waiter waiter = Close(call);
  auto* done = std::get_if<bridge::Done<Outcome>>(&waiter);
  if (done == nullptr) return;
  auto answer = told.refused ? bridge::Answer<Outcome>(HubErrorOf(told.failure))
                             : bridge::Answer<Outcome>(outcome(std::forward<Told>(told)));
  answers_.emplace_back(Settled<Outcome>{std::move(*done), std::move(answer)});
}

void BridgeDesk::OnPublished(hub::BridgeCall call, const Published& answer) {
  if (ItemDesk::Owns(call)) return items_.OnPublished(call, answer);
  Settle<bridge::PublishOutcome>(call, answer, [](const Published& told) {
    return bridge::PublishOutcome{{told.position.epoch, told.position.offset}, told.duplicate};
  });
}

void BridgeDesk::OnCounted(hub::BridgeCall call, const Counted& answer) {
  Settle<bridge::SessionCount>(
      call, answer, [](const Counted& told) { return bridge::SessionCount{told.sessions}; });
}

void BridgeDesk::OnTrimmed(hub::BridgeCall call, const Trimmed& answer) {
  Settle<bridge::TrimOutcome>(call, answer, [](const Trimmed& told) {
    return bridge::TrimOutcome{{told.top.epoch, told.top.offset}, told.removed};
  });
}

void BridgeDesk::OnHistory(hub::BridgeCall call, hub::HistoryAnswer&& answer) {
  Settle<bridge::HistoryOutcome>(call, std::move(answer), [](hub::HistoryAnswer&& told) {
    return bridge::HistoryOutcome{
        {told.top.epoch, told.top.offset}, std::move(told.entries), told.more, told.lost};
  });
}

void BridgeDesk::MoveAnswers(Answers& to) {
  if (to.empty()) return to.swap(answers_);
  std::move(answers_.begin(), answers_.end(), std::back_inserter(to));
  answers_.clear();
}

void BridgeDesk::Give(Answers answers) {
  for (auto& answer : answers) {
    std::visit([](auto& settled) { std::move(settled)(); }, answer);
  }
}

}  // namespace roomcast::net
