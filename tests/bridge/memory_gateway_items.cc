#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/bridge/memory_gateway.h"

namespace roomcast::bridge {

StreamProducerId MemoryGateway::ProducerNamed(const std::string& bytes,
                                              const std::string& caller) const {
  return {static_cast<std::uint64_t>(bytes.at(0)), caller.size() + 1};
}

void MemoryGateway::PublishItems(std::vector<StreamItem> items,
                                 const StreamProducerId& /*producer*/,
                                 std::shared_ptr<ItemSink> sink) {
  std::vector<ItemOutcome> outcomes;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (StreamItem& item : items) {
      items_.push_back(absl::StrCat(item.room, "/", item.number, "=", item.content.data));
      Answer<PublishOutcome> answer = Take({item.room, nullptr, "", ""});
      ItemOutcome outcome{item.number, item.bytes, std::move(answer)};
      const auto held = held_items_.find(item.room);
      if (held == held_items_.end()) {
        outcomes.push_back(std::move(outcome));
      } else {
        held->second.push_back({sink, std::move(outcome)});
      }
    }
    arrived_.notify_all();
  }
  if (!outcomes.empty()) sink->OnOutcomes(std::move(outcomes));
}

void MemoryGateway::HoldRoom(const std::string& room) {
  const std::lock_guard<std::mutex> lock(mutex_);
  held_items_[room];
}

void MemoryGateway::LetGoRoom(const std::string& room) {
  std::vector<HeldItem> held;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    held = std::move(held_items_[room]);
    held_items_.erase(room);
  }
  for (HeldItem& item : held) {
    std::vector<ItemOutcome> one;
    one.push_back(std::move(item.outcome));
    item.sink->OnOutcomes(std::move(one));
  }
}

std::vector<std::string> MemoryGateway::items() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return items_;
}

void MemoryGateway::WaitForItems(std::size_t count) {
  std::unique_lock<std::mutex> lock(mutex_);
  arrived_.wait(lock, [&] { return items_.size() >= count; });
}

}  // namespace roomcast::bridge
