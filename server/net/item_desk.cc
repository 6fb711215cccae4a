#include "server/net/item_desk.h"

#include <utility>

#include "server/net/bridge_desk.h"

namespace roomcast::net {

void BridgeItems::Refuse(const bridge::HubError& error) {
  std::vector<bridge::ItemOutcome> outcomes;
  outcomes.reserve(items.size());
  for (const Item& item : items) outcomes.push_back({item.number, item.bytes, error});
  sink->OnOutcomes(std::move(outcomes));
}

ItemDesk::~ItemDesk() {
  for (const Batch& batch : batches_) {
    if (batch.left == 0) continue;
    for (const Waiting& item : batch.items) {
      if (item.settled) continue;
      ReadyFor(batch.sink).push_back({item.number, item.bytes, Overloaded("the hub stops")});
    }
  }
  Flush();
}

std::optional<std::uint32_t> ItemDesk::Open(const BridgeItems& letter) {
  if (letter.items.size() > kFieldMask) return std::nullopt;
  if (free_.empty()) {
    if (batches_.size() > kFieldMask) return std::nullopt;
    free_.push_back(static_cast<std::uint32_t>(batches_.size()));
    batches_.emplace_back();
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  Batch& batch = batches_[index];
  batch.sink = letter.sink;
  batch.items.clear();
  for (const BridgeItems::Item& item : letter.items) {
    batch.items.push_back({item.number, item.bytes, false});
  }
  batch.left = batch.items.size();
  batch.use = (batch.use + 1) & kUseMask;
  return index;
}

hub::BridgeCall ItemDesk::CallOf(std::uint32_t batch, std::size_t item) const {
  const std::uint64_t use = batches_[batch].use;
  return static_cast<hub::BridgeCall>(kItemBit | use << 40 | std::uint64_t{batch} << 20 | item);
}

void ItemDesk::OnPublished(hub::BridgeCall call, const hub::BridgeAnswers::Published& answer) {
  const auto number = static_cast<std::uint64_t>(call);
  const auto index = static_cast<std::uint32_t>(number >> 20) & kFieldMask;
  const auto at = static_cast<std::uint32_t>(number) & kFieldMask;
  if (index >= batches_.size()) return;
  Batch& batch = batches_[index];
  if (batch.use != ((number >> 40) & kUseMask) || batch.left == 0) return;
  if (at >= batch.items.size() || batch.items[at].settled) return;
  Waiting& item = batch.items[at];
  item.settled = true;
  std::vector<bridge::ItemOutcome>& ready = ReadyFor(batch.sink);
  if (answer.refused) {
    ready.push_back({item.number, item.bytes, HubErrorOf(answer.failure)});
  } else {
    ready.push_back({item.number, item.bytes,
                     bridge::PublishOutcome{{answer.position.epoch, answer.position.offset},
                                            answer.duplicate}});
  }
  if (--batch.left > 0) return;
  batch.sink.reset();
  free_.push_back(index);
}

std::vector<bridge::ItemOutcome>& ItemDesk::ReadyFor(
    const std::shared_ptr<bridge::ItemSink>& sink) {
  for (auto last = ready_.rbegin(); last != ready_.rend(); ++last) {
    if (last->sink == sink) return last->outcomes;
  }
  ready_.push_back({sink, {}});
  ready_.back().outcomes.reserve(64);
  return ready_.back().outcomes;
}

void ItemDesk::Flush() {
  for (Ready& ready : ready_) ready.sink->OnOutcomes(std::move(ready.outcomes));
  ready_.clear();
}

}  // namespace roomcast::net
