#include "proto/protocol/dedupe.h"

namespace roomcast {

Dedupe::Answer Dedupe::Check(const ProducerId& producer, std::uint64_t counter, Instant now) {
  Expire(now);
  const auto found = by_producer_.find(producer);
  if (found == by_producer_.end()) return {Verdict::kNew, 0};
  const Entry& entry = *found->second;
  if (counter > entry.highest) return {Verdict::kNew, 0};
  const std::uint64_t below = entry.highest - counter;
  if (below >= 64) return {Verdict::kTooOld, 0};
  if ((entry.used >> below & 1) == 0) return {Verdict::kNew, 0};
  return {Verdict::kDuplicate, below == 0 ? entry.highest_offset : 0};
}

void Dedupe::Record(const ProducerId& producer, std::uint64_t counter, std::uint64_t offset,
                    Instant now) {
  Expire(now);
  const auto [at, is_new] = by_producer_.try_emplace(producer, entries_.end());
  if (is_new) {
    at->second = entries_.insert(entries_.end(), Entry{producer});
  } else {
    entries_.splice(entries_.end(), entries_, at->second);
  }
  Entry& entry = *at->second;
  if (counter > entry.highest) {
    const std::uint64_t up = counter - entry.highest;
    entry.used = up < 64 ? entry.used << up : 0;
    entry.used |= 1;
    entry.highest = counter;
    entry.highest_offset = offset;
  } else if (entry.highest - counter < 64) {
    entry.used |= std::uint64_t{1} << (entry.highest - counter);
  }
  entry.last_used = now;
  Expire(now);
}

void Dedupe::Expire(Instant now) {
  while (!entries_.empty()) {
    const Entry& silent = entries_.front();
    const bool over = entries_.size() > config_.producers_max;
    if (!over && silent.last_used + config_.window > now) return;
    by_producer_.erase(silent.producer);
    entries_.pop_front();
  }
}

}  // namespace roomcast
