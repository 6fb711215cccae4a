#include "client-wasm/core/publish_queue.h"

#include <algorithm>
#include <utility>

namespace roomcast::client {
namespace {

Duration LimitOf(const PublishQueue::Entry& entry) {
  return entry.sent ? entry.timeout : kQueueAge;
}
const Now& StartOf(const PublishQueue::Entry& entry) {
  return entry.sent ? *entry.sent : entry.begun;
}

}  // namespace

bool PublishQueue::Add(Entry entry) {
  if (entries_.size() >= kQueueMessages || bytes_ + entry.frame.size() > kQueueBytes) return false;
  bytes_ += entry.frame.size();
  entries_.push_back(std::move(entry));
  return true;
}

PublishQueue::Entry* PublishQueue::NextToSend() {
  if (sent_ >= entries_.size()) return nullptr;
  Entry& next = entries_[sent_];
  if (next.counter - entries_.front().counter >= kCountersInFlight) return nullptr;
  return &next;
}

void PublishQueue::MarkSent(Entry& entry, const Now& now) {
  entry.sent = now;
  entry.resent = entry.ever_sent;
  entry.ever_sent = true;
  ++sent_;
}

PublishQueue::Entry PublishQueue::TakeAt(std::size_t index) {
  Entry taken = std::move(entries_[index]);
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(index));
  if (index < sent_) --sent_;
  bytes_ -= taken.frame.size();
  return taken;
}

std::optional<PublishQueue::Entry> PublishQueue::Take(CallId call) {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].call == call) return TakeAt(i);
  }
  return std::nullopt;
}

std::optional<PublishQueue::Entry> PublishQueue::TakeEverSent() {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].ever_sent) return TakeAt(i);
  }
  return std::nullopt;
}

std::optional<PublishQueue::Entry> PublishQueue::TakeFirst() {
  if (entries_.empty()) return std::nullopt;
  return TakeAt(0);
}

std::optional<PublishQueue::Entry> PublishQueue::TakeExpired(const Now& now) {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (Elapsed(StartOf(entries_[i]), now) >= LimitOf(entries_[i])) return TakeAt(i);
  }
  return std::nullopt;
}

Instant PublishQueue::NextDeadline() const {
  Instant next = kNever;
  for (const Entry& entry : entries_) {
    next = std::min(next, StartOf(entry).instant + LimitOf(entry));
  }
  return next;
}

void PublishQueue::MarkUnsent() {
  for (Entry& entry : entries_) entry.sent.reset();
  sent_ = 0;
}

}  // namespace roomcast::client
