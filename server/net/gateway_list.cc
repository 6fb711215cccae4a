// Lists, put together of what shards answer. One page at a time: each shard looks at a bounded
// part, and who reads slowly asks for the next page late.
#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "server/hub/inspector.h"
#include "server/net/bridge_desk.h"
#include "server/net/clock.h"
#include "server/net/connections.h"
#include "server/net/gateway.h"
#include "server/net/letter.h"

namespace roomcast::net {
namespace {

std::optional<bridge::HubError> WhyNot(const ShardView* view, bridge::Deadline not_after) {
  if (view == nullptr) return Overloaded("the hub stops");
  if (not_after < SteadyTimeOf(view->now.instant)) return PastDeadline();
  return std::nullopt;
}

// Many questions at once, to shards; the last answer calls `then`. What an answer writes to is its
// own. The first error wins.
class Round {
 public:
  using Then = absl::AnyInvocable<void(std::optional<bridge::HubError>) &&>;

  Round(std::size_t parts, bridge::Deadline not_after, Then then)
      : missing_(parts), not_after_(not_after), then_(std::move(then)) {}

  template <class Question>
  static void Ask(const std::shared_ptr<Round>& round, PostOffice& post_office, hub::ShardId shard,
                  Question question) {
    Letter letter(AskShard{[round, question = std::move(question)](const ShardView* view) mutable {
      auto error = WhyNot(view, round->not_after_);
      if (!error) question(*view);
      round->Arrive(std::move(error));
    }});
    if (!post_office.Post(shard, letter)) round->Arrive(Overloaded("a shard is busy"));
  }

 private:
  void Arrive(std::optional<bridge::HubError> error) {
    if (error) {
      const std::lock_guard lock(mutex_);
      if (!error_) error_ = std::move(error);
    }
    if (missing_.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
    std::move(then_)(std::move(error_));
  }

  std::atomic<std::size_t> missing_;
  const bridge::Deadline not_after_;
  Then then_;
  std::mutex mutex_;
  std::optional<bridge::HubError> error_;
};

// ---- Rooms

struct RoomsUnderWay {
  hub::RoomsAsk ask;
  bridge::Deadline not_after;
  bridge::Done<bridge::ListPage<bridge::RoomFacts>> done;
  std::vector<hub::RoomsPage> pages;  // by shard
  bridge::ListPage<bridge::RoomFacts> page;
  std::vector<hub::RoomHandle> handles;            // of page.items
  std::vector<std::vector<std::uint32_t>> behind;  // by shard, of page.items
};

// All shards' rooms, as far as every one of them has looked.
void Merge(RoomsUnderWay& list) {
  std::optional<std::string> horizon;
  for (const hub::RoomsPage& page : list.pages) {
    if (page.more && (!horizon || page.reached < *horizon)) horizon = page.reached;
  }
  std::vector<const hub::RoomFacts*> rooms;
  for (const hub::RoomsPage& page : list.pages) {
    for (const hub::RoomFacts& room : page.rooms) {
      if (!horizon || room.room <= *horizon) rooms.push_back(&room);
    }
  }
  std::sort(rooms.begin(), rooms.end(),
            [](const auto* a, const auto* b) { return a->room < b->room; });
  for (const hub::RoomFacts* room : rooms) {
    list.handles.push_back(room->handle);
    list.page.items.push_back({room->room,
                               room->members,
                               room->users,
                               {room->position.epoch, room->position.offset},
                               static_cast<std::uint32_t>(room->held.messages),
                               room->held.bytes,
                               Microseconds(room->last_publication_at),
                               0});
  }
  list.page.more = horizon.has_value();
  if (horizon) list.page.reached = *horizon;
}

void CountBehind(const std::shared_ptr<RoomsUnderWay>& list, PostOffice& post_office) {
  list->behind.resize(post_office.shards());
  auto round = std::make_shared<Round>(post_office.shards(), list->not_after,
                                       [list](std::optional<bridge::HubError> error) {
                                         if (error) return std::move(list->done)(*std::move(error));
                                         for (const auto& of_shard : list->behind) {
                                           for (std::size_t i = 0; i < of_shard.size(); ++i)
                                             list->page.items[i].behind += of_shard[i];
                                         }
                                         std::move(list->done)(std::move(list->page));
                                       });
  for (std::size_t shard = 0; shard < post_office.shards(); ++shard) {
    Round::Ask(round, post_office, static_cast<hub::ShardId>(shard),
               [list, shard](const ShardView& view) {
                 for (const hub::RoomHandle handle : list->handles) {
                   list->behind[shard].push_back(view.inspector.BehindIn(handle));
                 }
               });
  }
}

// ---- Sessions

struct SessionsUnderWay {
  hub::SessionFilter filter;
  bridge::Deadline not_after;
  bridge::Done<bridge::ListPage<bridge::SessionFacts>> done;
  std::string node;
  hub::DirectoryPage directory;
  std::vector<std::optional<bridge::SessionFacts>> facts;  // of directory.entries
  bool shards_follow = false;                              // after the one that was asked
};

bridge::SessionFacts ToFacts(const hub::SessionFacts& session, const std::string& node) {
  bridge::SessionFacts facts;
  facts.session = hub::FormatSessionId(session.number);
  facts.user = session.user;
  facts.node = node;
  facts.shard = static_cast<std::uint32_t>(session.shard);
  facts.parked = session.parked;
  facts.opened_at = Microseconds(session.opened_at);
  facts.connected_at = Microseconds(session.connected_at);
  facts.client_name = session.client.name;
  facts.client_version = session.client.version;
  facts.round_trip_us = static_cast<std::uint32_t>(Microseconds(session.round_trip));
  facts.room_count = session.room_count;
  return facts;
}

// Where the next page begins: after the last id that was looked at, or before the next shard's
// first, which is random and not 0.
std::string ReachedBy(const SessionsUnderWay& list, hub::ShardId shard) {
  if (list.directory.more) return hub::FormatSessionId(list.directory.entries.back().number);
  hub::SessionNumber begin;
  begin.home = static_cast<hub::ShardId>(static_cast<std::uint16_t>(shard) + 1);
  return hub::FormatSessionId(begin);
}

void AskHolders(const std::shared_ptr<SessionsUnderWay>& list, hub::ShardId asked,
                PostOffice& post_office) {
  list->facts.resize(list->directory.entries.size());
  std::vector<std::vector<std::size_t>> by_shard(post_office.shards());
  for (std::size_t i = 0; i < list->directory.entries.size(); ++i) {
    const hub::DirectoryEntry& entry = list->directory.entries[i];
    if (entry.parked) list->facts[i] = ToFacts(*entry.parked, list->node);
    if (entry.holder) by_shard[static_cast<std::size_t>(entry.holder->shard)].push_back(i);
  }
  std::string reached = ReachedBy(*list, asked);
  const auto parts = static_cast<std::size_t>(std::count_if(
      by_shard.begin(), by_shard.end(), [](const auto& which) { return !which.empty(); }));
  const auto finish = [list, reached](std::optional<bridge::HubError> error) {
    if (error) return std::move(list->done)(*std::move(error));
    bridge::ListPage<bridge::SessionFacts> page;
    for (auto& facts : list->facts) {
      if (facts) page.items.push_back(*std::move(facts));
    }
    page.more = list->directory.more || list->shards_follow;
    if (page.more) page.reached = reached;
    std::move(list->done)(std::move(page));
  };
  if (parts == 0) return finish(std::nullopt);
  auto round = std::make_shared<Round>(parts, list->not_after, finish);
  for (std::size_t shard = 0; shard < by_shard.size(); ++shard) {
    if (by_shard[shard].empty()) continue;
    Round::Ask(round, post_office, static_cast<hub::ShardId>(shard),
               [list, which = std::move(by_shard[shard])](const ShardView& view) {
                 for (const std::size_t i : which) {
                   const auto& entry = list->directory.entries[i];
                   const auto found = view.inspector.SessionOf(*entry.holder, list->filter);
                   if (!found) continue;
                   bridge::SessionFacts facts = ToFacts(*found, list->node);
                   if (const Connection* connection = view.connections.Find(found->connection)) {
                     facts.address = connection->address();
                     facts.outbox_bytes = static_cast<std::uint32_t>(connection->queued_bytes());
                   }
                   list->facts[i] = std::move(facts);
                 }
               });
  }
}

}  // namespace

void Gateway::ListRooms(bridge::RoomsQuery query, std::string after, bridge::Deadline not_after,
                        bridge::Done<bridge::ListPage<bridge::RoomFacts>> done) {
  auto list = std::make_shared<RoomsUnderWay>();
  list->ask = {std::move(query.name_prefix), std::move(query.namespaces), query.members_min,
               std::move(after)};
  list->not_after = not_after;
  list->done = std::move(done);
  list->pages.resize(post_office_.shards());
  auto round = std::make_shared<Round>(post_office_.shards(), not_after,
                                       [this, list](std::optional<bridge::HubError> error) {
                                         if (error) return std::move(list->done)(*std::move(error));
                                         Merge(*list);
                                         if (list->handles.empty())
                                           return std::move(list->done)(std::move(list->page));
                                         CountBehind(list, post_office_);
                                       });
  for (std::size_t shard = 0; shard < post_office_.shards(); ++shard) {
    Round::Ask(round, post_office_, static_cast<hub::ShardId>(shard),
               [list, shard](const ShardView& view) {
                 list->pages[shard] = view.inspector.Rooms(list->ask);
               });
  }
}

void Gateway::ListSessions(bridge::SessionsQuery query, std::string after,
                           bridge::Deadline not_after,
                           bridge::Done<bridge::ListPage<bridge::SessionFacts>> done) {
  const bool one = !query.session.empty();
  const auto number = hub::ParseSessionId(one ? query.session : after);
  hub::ShardId shard{};
  if (number) shard = number->home;
  if ((one && !number) || static_cast<std::uint16_t>(shard) >= config_.shards) {
    // No session of this hub is named so, or the last shard's last has been looked at.
    return std::move(done)(bridge::ListPage<bridge::SessionFacts>{});
  }
  if (!one && !after.empty() && !number) {
    return std::move(done)(HubErrorOf({ErrorCode::kBadRequest, "the page token is none", {}}));
  }
  auto list = std::make_shared<SessionsUnderWay>();
  list->filter = {std::move(query.user), std::move(query.room)};
  list->not_after = not_after;
  list->done = std::move(done);
  list->node = config_.node;
  list->shards_follow = !one && static_cast<std::uint16_t>(shard) + 1 < config_.shards;
  auto round = std::make_shared<Round>(1, not_after,
                                       [this, list, shard](std::optional<bridge::HubError> error) {
                                         if (error) return std::move(list->done)(*std::move(error));
                                         AskHolders(list, shard, post_office_);
                                       });
  Round::Ask(round, post_office_, shard, [list, one, number](const ShardView& view) {
    if (!one) {
      list->directory = view.inspector.Directory(number, list->filter);
      return;
    }
    const auto entry = view.inspector.DirectoryOf(*number, list->filter);
    if (entry) list->directory.entries.push_back(*entry);
  });
}

}  // namespace roomcast::net
