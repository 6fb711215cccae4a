#include <utility>

#include "roomcast/v1/bridge.pb.h"
#include "tests/bridge/memory_gateway.h"

namespace roomcast::bridge {

void MemoryGateway::GetHistory(HistoryQuery query, Done<HistoryOutcome> done) {
  {
    const std::lock_guard lock(mutex_);
    const auto refused = refused_.find(query.room);
    if (refused != refused_.end()) return std::move(done)(refused->second);
  }
  v1::HistoryPage page;
  v1::Publication& publication = *page.add_publications();
  publication.set_offset(query.since ? query.since->offset + 1 : 1);
  publication.set_data("kept");
  std::move(done)(HistoryOutcome{{77, 9}, page.SerializeAsString(), query.reverse, false});
}

void MemoryGateway::GetPresence(PresenceQuery query, Done<PresenceOutcome> done) {
  PresenceOutcome outcome;
  outcome.version = 3;
  outcome.user_count = 2;
  outcome.session_count = 3;
  outcome.more = query.after.empty();
  outcome.users.push_back({query.after.empty() ? "ada" : "bob", 2, "data"});
  std::move(done)(std::move(outcome));
}

void MemoryGateway::GetPresenceCounts(std::vector<std::string> rooms, Deadline /*not_after*/,
                                      Done<PresenceCounts> done) {
  PresenceCounts counts;
  for (const std::string& room : rooms) {
    const std::lock_guard lock(mutex_);
    const auto refused = refused_.find(room);
    if (refused != refused_.end()) {
      counts.emplace_back(refused->second);
    } else {
      counts.emplace_back(PresenceCount{static_cast<std::uint32_t>(room.size()), 1});
    }
  }
  std::move(done)(std::move(counts));
}

void MemoryGateway::ListRooms(RoomsQuery query, std::string after, Deadline /*not_after*/,
                              Done<ListPage<RoomFacts>> done) {
  {
    const std::lock_guard lock(mutex_);
    const auto refused = refused_.find(query.name_prefix);
    if (refused != refused_.end()) return std::move(done)(refused->second);
  }
  ListPage<RoomFacts> page;
  for (int i = 0; i < 600; ++i) {
    const std::string name = "room-" + std::to_string(1000 + i).substr(1);
    if (name <= after) continue;
    if (page.items.size() == 250) {
      page.more = true;
      break;
    }
    page.items.push_back({name, static_cast<std::uint32_t>(i), 0, {77, 1}, 0, 0, 0, 0});
    page.reached = name;
  }
  std::move(done)(std::move(page));
}

void MemoryGateway::ListSessions(SessionsQuery query, std::string after, Deadline /*not_after*/,
                                 Done<ListPage<SessionFacts>> done) {
  ListPage<SessionFacts> page;
  // A page that has nothing that fits is not the last.
  page.more = after.empty();
  page.reached = "0";
  if (!after.empty()) {
    for (const char* id : {"1", "2", "3"}) {
      SessionFacts facts;
      facts.session = id;
      facts.user = query.user.empty() ? "ada" : query.user;
      facts.round_trip_us = 1500;
      page.items.push_back(std::move(facts));
    }
  }
  std::move(done)(std::move(page));
}

std::variant<std::shared_ptr<WatchFeed>, HubError> MemoryGateway::OpenWatch(
    std::weak_ptr<WatchListener> listener) {
  auto feed = std::make_shared<MemoryFeed>(std::move(listener));
  const std::lock_guard lock(mutex_);
  feed_ = feed;
  arrived_.notify_all();
  return std::shared_ptr<WatchFeed>(std::move(feed));
}

std::shared_ptr<MemoryFeed> MemoryGateway::WaitForFeed() {
  std::unique_lock lock(mutex_);
  arrived_.wait(lock, [&] { return feed_ != nullptr; });
  return std::exchange(feed_, nullptr);
}

bool MemoryFeed::Ask(WatchOrder order) {
  const std::lock_guard lock(mutex_);
  orders_.push_back(std::move(order));
  changed_.notify_all();
  return orders_.size() < hold_back_after_;
}

WatchFeed::Taken MemoryFeed::Take() {
  const std::lock_guard lock(mutex_);
  used_after_close_ = used_after_close_ || closed_;
  Taken taken;
  for (std::string& one : said_) {
    auto* owner = new std::string(std::move(one));
    taken.pieces.emplace_back(*owner, owner,
                              [](void* held) { delete static_cast<std::string*>(held); });
  }
  said_.clear();
  taken.asks_again = std::exchange(asks_again_, false);
  taken.end = end_;
  return taken;
}

void MemoryFeed::Close() {
  std::unique_lock lock(mutex_);
  if (cut_when_closed_) {
    lock.unlock();
    if (const auto listener = listener_.lock()) listener->OnWatchCut();
    lock.lock();
  }
  closed_ = true;
  changed_.notify_all();
}

void MemoryFeed::Say(const std::string& encoded) {
  {
    const std::lock_guard lock(mutex_);
    said_.push_back(encoded);
  }
  Tell();
}

void MemoryFeed::End(const HubError& why) {
  {
    const std::lock_guard lock(mutex_);
    end_ = why;
  }
  Tell();
}

void MemoryFeed::HoldBackAfter(std::size_t orders) {
  const std::lock_guard lock(mutex_);
  hold_back_after_ = orders;
}

void MemoryFeed::GoOn() {
  {
    const std::lock_guard lock(mutex_);
    hold_back_after_ = SIZE_MAX;
    asks_again_ = true;
  }
  Tell();
}

std::vector<WatchOrder> MemoryFeed::WaitForOrders(std::size_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return orders_.size() >= count; });
  return orders_;
}

void MemoryFeed::WaitForClose() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return closed_; });
}

void MemoryFeed::CutWhenClosed() {
  const std::lock_guard lock(mutex_);
  cut_when_closed_ = true;
}

bool MemoryFeed::was_used_after_close() {
  const std::lock_guard lock(mutex_);
  return used_after_close_;
}

void MemoryFeed::Tell() {
  if (const auto listener = listener_.lock()) listener->OnWatchReady();
}

}  // namespace roomcast::bridge
