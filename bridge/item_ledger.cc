#include "bridge/item_ledger.h"

namespace roomcast::bridge {

ItemLedger::Answer ItemLedger::Take(std::uint64_t number) {
  if (next_ == 0) {
    next_ = number;
    settled_up_to_ = number - 1;
  }
  if (number > next_) return {Verdict::kSkips, {}};
  if (number == next_) {
    if (records_.size() >= span_max_) return {Verdict::kFull, {}};
    records_.emplace_back();
    ++next_;
    return {Verdict::kNew, {}};
  }
  const std::uint64_t below = next_ - number;
  if (below > records_.size()) return {Verdict::kForgotten, {}};
  Record& record = records_[records_.size() - below];
  switch (record.state) {
    case State::kUnderWay:
      ++record.wanted;
      return {Verdict::kUnderWay, {}};
    case State::kPublished:
      return {Verdict::kPublished, record.outcome};
    case State::kRefused:
      break;
  }
  record = Record();
  if (number <= settled_up_to_) settled_up_to_ = number - 1;
  return {Verdict::kNew, {}};
}

std::uint32_t ItemLedger::Settle(std::uint64_t number, const PublishOutcome* published) {
  const std::uint64_t below = next_ - number;
  if (number >= next_ || below > records_.size()) return 0;
  Record& record = records_[records_.size() - below];
  if (record.state != State::kUnderWay) return 0;
  record.state = published != nullptr ? State::kPublished : State::kRefused;
  if (published != nullptr) record.outcome = *published;
  const std::uint32_t wanted = record.wanted;
  if (number == settled_up_to_ + 1) Tidy();
  return wanted;
}

void ItemLedger::BeginStream() {
  for (Record& record : records_) record.wanted = 0;
}

void ItemLedger::Tidy() {
  while (settled_up_to_ + 1 < next_) {
    const std::uint64_t below = next_ - (settled_up_to_ + 1);
    if (records_[records_.size() - below].state == State::kUnderWay) break;
    ++settled_up_to_;
  }
  const auto unsettled = static_cast<std::size_t>(next_ - 1 - settled_up_to_);
  while (records_.size() > settled_kept_ && records_.size() > unsettled) records_.pop_front();
}

}  // namespace roomcast::bridge
