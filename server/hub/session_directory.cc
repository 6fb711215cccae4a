#include "server/hub/session_directory.h"

#include <algorithm>
#include <utility>

namespace roomcast::hub {
namespace {

// In the same time wherever they differ, so that a key cannot be guessed byte by byte.
bool IsSame(const SessionKey& a, const SessionKey& b) {
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  }
  return difference == 0;
}

// A shard's part of what the hub may hold.
std::size_t ShareOf(std::size_t whole, std::size_t shards) { return (whole + shards - 1) / shards; }

}  // namespace

SessionDirectory::SessionDirectory(const HubConfig& config, Courier& courier, Events& events)
    : window_(config.resume_window),
      parked_max_(ShareOf(config.parked_max, config.shards)),
      parked_bytes_max_(ShareOf(config.parked_bytes_max, config.shards)),
      courier_(courier),
      events_(events) {}

void SessionDirectory::Add(const SessionNumber& number, const SessionKey& key,
                           const SessionRef& holder) {
  entries_.emplace(number, Entry{key, holder, std::nullopt, nullptr});
}

void SessionDirectory::OnTake(const TakeSession& take) {
  const auto found = entries_.find(take.number);
  if (found == entries_.end()) return Tell(take.asker, take.number, ResumeOutcome::kUnknown);
  Entry& entry = found->second;
  if (!IsSame(entry.key, take.key)) return Tell(take.asker, take.number, ResumeOutcome::kWrongKey);
  if (entry.asker) Tell(*entry.asker, take.number, ResumeOutcome::kTakenOver);
  entry.asker = take.asker;
  if (entry.parked) {
    HandOver(take.number, entry, Unpark(entry));
  } else {
    courier_.Send(entry.holder.shard, YieldSession{entry.holder});
  }
}

void SessionDirectory::OnPark(ParkSession park, Now now) {
  const auto found = entries_.find(park.number);
  if (found == entries_.end()) return;
  Entry& entry = found->second;
  if (entry.asker) return HandOver(park.number, entry, std::move(park.session));
  const std::size_t bytes = BytesOf(park.session);
  order_.push_back(park.number);
  entry.parked = std::make_unique<Parked>(
      Parked{std::move(park.session), bytes, now.instant + window_, std::prev(order_.end())});
  parked_bytes_ += bytes;
  while (order_.size() > parked_max_ || parked_bytes_ > parked_bytes_max_) {
    DropOldest(ParkedDrop::kEvicted);
  }
}

void SessionDirectory::OnEnd(const EndSession& end) {
  const auto found = entries_.find(end.number);
  if (found == entries_.end()) return;
  if (found->second.asker) Tell(*found->second.asker, end.number, ResumeOutcome::kUnknown);
  entries_.erase(found);
}

void SessionDirectory::HandOver(const SessionNumber& number, Entry& entry, ParkedSession session) {
  entry.holder = *std::exchange(entry.asker, std::nullopt);
  courier_.Send(entry.holder.shard,
                SessionTaken{entry.holder, number, ResumeOutcome::kResumed, std::move(session)});
}

void SessionDirectory::Tell(const SessionRef& asker, const SessionNumber& number,
                            ResumeOutcome outcome) {
  courier_.Send(asker.shard, SessionTaken{asker, number, outcome, std::nullopt});
}

ParkedSession SessionDirectory::Unpark(Entry& entry) {
  const std::unique_ptr<Parked> parked = std::move(entry.parked);
  order_.erase(parked->place);
  parked_bytes_ -= parked->bytes;
  return std::move(parked->session);
}

void SessionDirectory::DropOldest(ParkedDrop reason) {
  const auto oldest = entries_.find(order_.front());
  Unpark(oldest->second);
  entries_.erase(oldest);
  events_.OnParkedDropped(reason);
}

Instant SessionDirectory::NextDeadline() const {
  return order_.empty() ? kNever : entries_.find(order_.front())->second.parked->until;
}

void SessionDirectory::OnTime(Now now) {
  while (NextDeadline() <= now.instant) DropOldest(ParkedDrop::kExpired);
}

}  // namespace roomcast::hub
