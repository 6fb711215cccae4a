#include "proto/protocol/dedupe.h"

namespace roomcast {

Dedupe::Answer Dedupe::Check(const ProducerId& producer, std::uint64_t counter, Instant now) {
  Expire(now);
  const auto found = entries_.find(producer);
  // Expire() looks at one place a producer; what it has not reached yet may be over the window.
  if (found == entries_.end() || found->second.last_used + config_.window <= now) {
    return {Verdict::kNew, 0};
  }
  const Entry& entry = found->second;
  if (counter > entry.highest) return {Verdict::kNew, 0};
  const std::uint64_t below = entry.highest - counter;
  if (below >= 64) return {Verdict::kTooOld, 0};
  if ((entry.used >> below & 1) == 0) return {Verdict::kNew, 0};
  return {Verdict::kDuplicate, below == 0 ? entry.highest_offset : 0};
}

void Dedupe::Record(const ProducerId& producer, std::uint64_t counter, std::uint64_t offset,
                    Instant now) {
  const auto [at, is_new] = entries_.try_emplace(producer);
  Entry& entry = at->second;
  if (is_new) {
    uses_.push_back({producer, now});
  } else if (entry.last_used + config_.window <= now) {
    entry = Entry{};
  }
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
  while (!uses_.empty()) {
    const Use use = uses_.front();
    const bool over = entries_.size() > config_.producers_max;
    if (!over && use.at + config_.window > now) return;
    uses_.pop_front();
    const auto entry = entries_.find(use.producer);
    const Instant last_used = entry->second.last_used;
    if (last_used > use.at) {
      uses_.push_back({use.producer, last_used});
    } else {
      entries_.erase(entry);
    }
  }
}

}  // namespace roomcast
