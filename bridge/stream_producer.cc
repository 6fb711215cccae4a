#include "bridge/stream_producer.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "bridge/hub_status.h"
#include "proto/protocol/codes.h"
#include "proto/protocol/limits.h"

namespace roomcast::bridge {

std::uint64_t StreamProducer::BeginStream(std::weak_ptr<Reader> reader) {
  std::unique_lock<std::mutex> lock(mutex_);
  const std::shared_ptr<Reader> before = std::exchange(reader_, std::move(reader)).lock();
  std::uint64_t settled = 0;
  if (ledger_) {
    ledger_->BeginStream();
    settled = ledger_->settled_up_to();
  }
  lock.unlock();
  if (before) before->OnTakenOver();
  return settled;
}

bool StreamProducer::has_reader() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return !reader_.expired();
}

std::optional<StreamProducer::Known> StreamProducer::Take(std::uint64_t number,
                                                          const Reader& stream) {
  if (!ledger_) return std::nullopt;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (reader_.lock().get() != &stream) return Known{std::nullopt};
  const ItemLedger::Answer answer = ledger_->Take(number);
  switch (answer.verdict) {
    case ItemLedger::Verdict::kNew:
      return std::nullopt;
    case ItemLedger::Verdict::kUnderWay:
      return Known{std::nullopt};
    case ItemLedger::Verdict::kPublished: {
      PublishOutcome outcome = answer.outcome;
      outcome.duplicate = true;
      return Known{outcome};
    }
    case ItemLedger::Verdict::kForgotten:
      return Known{MakeError(ErrorCode::kStalePublishId, "the number is too far below others")};
    case ItemLedger::Verdict::kSkips:
      return Known{
          MakeError(ErrorCode::kBadRequest,
                    absl::StrCat("the number is ", number, ", the next one is ", ledger_->next()))};
    case ItemLedger::Verdict::kFull:
      break;
  }
  HubError full = MakeError(ErrorCode::kOverloaded, "an item far below is still under way");
  full.retry_after_ms = 100;
  return Known{std::move(full)};
}

void StreamProducer::OnOutcomes(std::vector<ItemOutcome> outcomes) {
  std::shared_ptr<Reader> reader;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    reader = reader_.lock();
    if (ledger_) {
      std::vector<ItemOutcome> again;
      const auto unwanted = [&](ItemOutcome& outcome) {
        std::uint32_t wanted =
            ledger_->Settle(outcome.number, std::get_if<PublishOutcome>(&outcome.answer));
        for (; wanted > 1; --wanted) again.push_back({outcome.number, 0, outcome.answer});
        return wanted == 0;
      };
      outcomes.erase(std::remove_if(outcomes.begin(), outcomes.end(), unwanted), outcomes.end());
      outcomes.insert(outcomes.end(), again.begin(), again.end());
    }
  }
  if (reader && !outcomes.empty()) reader->OnAcks(std::move(outcomes));
}

std::shared_ptr<StreamProducer> StreamProducers::Find(const std::string& key,
                                                      const StreamProducerId& id,
                                                      Clock::time_point now) {
  if (key.empty()) return std::make_shared<StreamProducer>(id, std::nullopt);
  const std::lock_guard<std::mutex> lock(mutex_);
  Forget(now);
  Entry& entry = by_key_[key];
  if (!entry.producer) {
    entry.producer = std::make_shared<StreamProducer>(id, ItemLedger(settled_kept_, span_max_));
  }
  entry.used = now;
  return entry.producer;
}

void StreamProducers::OnStreamEnded(const std::string& key, Clock::time_point now) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (const auto found = by_key_.find(key); found != by_key_.end()) found->second.used = now;
  Forget(now);
}

std::size_t StreamProducers::size() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return by_key_.size();
}

void StreamProducers::Forget(Clock::time_point now) {
  std::vector<std::pair<Clock::time_point, std::string>> idle;
  for (auto at = by_key_.begin(); at != by_key_.end();) {
    const Entry& entry = at->second;
    const bool in_use = entry.producer->has_reader();
    if (!in_use && now - entry.used > kDedupeWindow) {
      at = by_key_.erase(at);
      continue;
    }
    if (!in_use) idle.emplace_back(entry.used, at->first);
    ++at;
  }
  if (idle.size() <= idle_max_) return;
  std::sort(idle.begin(), idle.end());
  for (std::size_t i = 0; i < idle.size() - idle_max_; ++i) by_key_.erase(idle[i].second);
}

}  // namespace roomcast::bridge
