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

SessionDirectory::SessionDirectory(const HubConfig& config, Courier& courier, Tallies& tallies,
                                   Events& events)
    : config_(config),
      courier_(courier),
      tallies_(tallies),
      events_(events),
      parked_of_(0, KeyedHash{config.hash_key}) {}

void SessionDirectory::Add(const SessionNumber& number, const SessionKey& key,
                           const SessionRef& holder) {
  entries_.emplace(number, Entry{.key = key, .holder = holder});
}

void SessionDirectory::OnTake(const TakeSession& take) {
  const auto found = entries_.find(take.number);
  if (ended_numbers_.contains(take.number)) {
    return Tell(take.asker, take.number, ResumeOutcome::kRevoked);
  }
  if (found == entries_.end()) return Tell(take.asker, take.number, ResumeOutcome::kUnknown);
  Entry& entry = found->second;
  if (!IsSame(entry.key, take.key)) return Tell(take.asker, take.number, ResumeOutcome::kWrongKey);
  if (take.asked_at < entry.asked_at) {
    return Tell(take.asker, take.number, ResumeOutcome::kTakenOver);
  }
  entry.asked_at = take.asked_at;
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
  if (ended_numbers_.contains(park.number)) return OnEnd({park.holder, park.number});
  if (entry.asker) return HandOver(park.number, entry, std::move(park.session));
  const std::size_t bytes = BytesOf(park.session);
  order_.push_back(park.number);
  entry.parked = std::make_unique<Parked>(Parked{std::move(park.session), bytes,
                                                 now.instant + config_.resume_window,
                                                 std::prev(order_.end())});
  parked_of_.emplace(entry.parked->session.user, park.number);
  parked_bytes_ += bytes;
  const std::size_t parked_max = ShareOf(config_.parked_max, config_.shards);
  const std::size_t bytes_max = ShareOf(config_.parked_bytes_max, config_.shards);
  while (order_.size() > parked_max || parked_bytes_ > bytes_max) {
    DropOldest(ParkedDrop::kEvicted);
  }
}

void SessionDirectory::OnEnd(const EndSession& end) {
  const auto found = entries_.find(end.number);
  if (found == entries_.end()) return;
  if (found->second.asker) {
    Tell(*found->second.asker, end.number,
         ended_numbers_.contains(end.number) ? ResumeOutcome::kRevoked : ResumeOutcome::kUnknown);
  }
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
  const auto [begin, end] = parked_of_.equal_range(parked->session.user);
  for (auto at = begin; at != end; ++at) {
    if (at->second != *parked->place) continue;
    parked_of_.erase(at);
    break;
  }
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

// ---- What a backend orders
// ------------------------------------------------------------------------

void SessionDirectory::RememberEnded(const SessionNumber& number, Now now) {
  if (!ended_numbers_.insert(number).second) return;
  ended_.push_back({now.instant + config_.resume_window, number});
  while (ended_.size() > kEndedMax || ended_.front().until <= now.instant) {
    ended_numbers_.erase(ended_.front().number);
    ended_.pop_front();
    if (ended_.empty()) return;
  }
}

void SessionDirectory::OnEndByOrder(const EndOneSession& order, Now now) {
  const TallyRef tally = tallies_.Open(order.call);
  const auto found = entries_.find(order.number);
  if (found == entries_.end()) return tallies_.Add(tally, 0);
  const bool stops =
      AfterCloseCode(static_cast<std::uint32_t>(order.words.code)) == AfterClose::kStop;
  if (stops) RememberEnded(order.number, now);
  if (found->second.parked) {
    if (stops) {
      Unpark(found->second);
      entries_.erase(found);
    }
    return tallies_.Add(tally, stops ? 1 : 0);
  }
  const SessionRef holder = found->second.holder;
  courier_.Send(holder.shard, UserMail(OrderEnd{holder, order.words, tally}));
}

void SessionDirectory::OnForgetParked(const ForgetParked& order) {
  std::uint32_t count = 0;
  for (auto at = parked_of_.find(order.user); at != parked_of_.end();
       at = parked_of_.find(order.user)) {
    const auto entry = entries_.find(at->second);
    Unpark(entry->second);
    entries_.erase(entry);
    ++count;
  }
  tallies_.Report(order.tally, count);
}

std::optional<SessionRef> SessionDirectory::HolderOf(const SessionNumber& number) const {
  const auto found = entries_.find(number);
  if (found == entries_.end() || found->second.parked) return std::nullopt;
  return found->second.holder;
}

Instant SessionDirectory::NextDeadline() const {
  return order_.empty() ? kNever : entries_.find(order_.front())->second.parked->until;
}

void SessionDirectory::OnTime(Now now) {
  while (NextDeadline() <= now.instant) DropOldest(ParkedDrop::kExpired);
}

// ---- Who looks

DirectoryEntry SessionDirectory::ToEntry(const SessionNumber& number, const Entry& entry,
                                         const SessionFilter& filter) {
  DirectoryEntry shown;
  shown.number = number;
  if (!entry.parked) {
    shown.holder = entry.holder;
    return shown;
  }
  const ParkedSession& session = entry.parked->session;
  if (!filter.user.empty() && session.user != filter.user) return shown;
  if (!filter.room.empty() &&
      std::none_of(session.rooms.begin(), session.rooms.end(),
                   [&](const ParkedRoom& room) { return room.name == filter.room; })) {
    return shown;
  }
  SessionFacts& facts = shown.parked.emplace();
  facts.number = number;
  facts.user = session.user;
  facts.shard = number.home;
  facts.parked = true;
  facts.opened_at = session.opened_at;
  facts.connected_at = session.connected_at;
  facts.client = session.client;
  facts.room_count = static_cast<std::uint32_t>(session.rooms.size());
  return shown;
}

DirectoryPage SessionDirectory::List(const std::optional<SessionNumber>& after,
                                     const SessionFilter& filter, std::size_t most) const {
  DirectoryPage page;
  auto at = after ? entries_.upper_bound(*after) : entries_.begin();
  for (; at != entries_.end() && page.entries.size() < most; ++at) {
    page.entries.push_back(ToEntry(at->first, at->second, filter));
  }
  page.more = at != entries_.end();
  return page;
}

std::optional<DirectoryEntry> SessionDirectory::Look(const SessionNumber& number,
                                                     const SessionFilter& filter) const {
  const auto found = entries_.find(number);
  if (found == entries_.end()) return std::nullopt;
  return ToEntry(found->first, found->second, filter);
}

}  // namespace roomcast::hub
