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

void PublishQueue::LookAfter(const Entry& entry) {
  const Now& start = StartOf(entry);
  const Duration limit = LimitOf(entry);
  look_at_.instant = std::min(look_at_.instant, start.instant + limit);
  look_at_.wall =
      WallTime{std::min(Microseconds(look_at_.wall), Microseconds(start.wall) + limit.count())};
}

bool PublishQueue::Add(std::unique_ptr<Entry> entry) {
  if (size_ >= kQueueMessages || bytes_ + entry->frame.size() > kQueueBytes) return false;
  bytes_ += entry->frame.size();
  LookAfter(*entry);
  entries_[size_++] = std::move(entry);
  return true;
}

PublishQueue::Entry* PublishQueue::NextToSend() {
  if (sent_ >= size_) return nullptr;
  Entry* next = entries_[sent_].get();
  if (next->counter == 0) return next;
  std::size_t oldest = 0;
  while (entries_[oldest]->counter == 0) ++oldest;
  return next->counter - entries_[oldest]->counter < kCountersInFlight ? next : nullptr;
}

void PublishQueue::MarkSent(Entry& entry, const Now& now) {
  entry.sent = now;
  entry.resent = entry.may_count();
  entry.ever_sent = true;
  ++sent_;
  LookAfter(entry);
}

std::unique_ptr<PublishQueue::Entry> PublishQueue::TakeAt(std::size_t index) {
  std::unique_ptr<Entry> taken = std::move(entries_[index]);
  if (index < sent_) --sent_;
  --size_;
  // The empty place goes to the end.
  for (; index < size_; ++index) entries_[index].swap(entries_[index + 1]);
  bytes_ -= taken->frame.size();
  return taken;
}

std::unique_ptr<PublishQueue::Entry> PublishQueue::Take(CallId call) {
  for (std::size_t i = 0; i < size_; ++i) {
    if (entries_[i]->call == call) return TakeAt(i);
  }
  return nullptr;
}

std::unique_ptr<PublishQueue::Entry> PublishQueue::TakeEverSent() {
  for (std::size_t i = 0; i < size_; ++i) {
    if (entries_[i]->may_count()) return TakeAt(i);
  }
  return nullptr;
}

std::unique_ptr<PublishQueue::Entry> PublishQueue::TakeFirst() {
  if (size_ == 0) return nullptr;
  return TakeAt(0);
}

std::unique_ptr<PublishQueue::Entry> PublishQueue::TakeExpired(const Now& now) {
  if (now.instant < look_at_.instant && now.wall < look_at_.wall) return nullptr;
  look_at_ = kNoLook;
  for (std::size_t i = 0; i < size_; ++i) {
    const Entry& entry = *entries_[i];
    if (Elapsed(StartOf(entry), now) >= LimitOf(entry)) {
      // Look again: what comes behind it was not looked at.
      look_at_ = now;
      return TakeAt(i);
    }
    LookAfter(entry);
  }
  return nullptr;
}

void PublishQueue::MarkUnsent() {
  for (const auto& entry : entries()) {
    entry->sent.reset();
    LookAfter(*entry);
  }
  sent_ = 0;
}

}  // namespace roomcast::client
