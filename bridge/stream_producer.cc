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
  } else if (entry.streams == 0) {
    idle_.erase(entry.idle);
  }
  ++entry.streams;
  return entry.producer;
}

void StreamProducers::OnStreamEnded(const std::string& key, Clock::time_point now) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = by_key_.find(key);
  if (found != by_key_.end() && --found->second.streams == 0) {
    found->second.idle = idle_.insert(idle_.end(), {key, now});
  }
  Forget(now);
}

std::size_t StreamProducers::size() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return by_key_.size();
}

void StreamProducers::Forget(Clock::time_point now) {
  while (!idle_.empty() &&
         (idle_.size() > idle_max_ || now - idle_.front().since > kDedupeWindow)) {
    by_key_.erase(idle_.front().key);
    idle_.pop_front();
  }
}

}  // namespace roomcast::bridge
