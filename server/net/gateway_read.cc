// What the bridge asks without changing anything, of the shards that know.
#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>
#include <variant>

#include "server/hub/home.h"
#include "server/hub/inspector.h"
#include "server/net/bridge_desk.h"
#include "server/net/clock.h"
#include "server/net/gateway.h"
#include "server/net/letter.h"

namespace roomcast::net {
namespace {

std::optional<Position> ToPosition(const std::optional<bridge::RoomPosition>& position) {
  if (!position) return std::nullopt;
  return Position{position->epoch, position->offset};
}

// A null view: the hub stops. nullopt: go on.
std::optional<bridge::HubError> WhyNot(const ShardView* view, bridge::Deadline not_after) {
  if (view == nullptr) return Overloaded("the hub stops");
  if (not_after < SteadyTimeOf(view->now.instant)) return PastDeadline();
  return std::nullopt;
}

bridge::PresenceOutcome ToOutcome(hub::PresenceState state) {
  bridge::PresenceOutcome outcome;
  outcome.version = state.version;
  outcome.user_count = state.user_count;
  outcome.session_count = state.session_count;
  outcome.more = state.more;
  outcome.users.reserve(state.users.size());
  for (hub::PresentUser& user : state.users) {
    outcome.users.push_back({std::move(user.user), user.sessions, std::move(user.data)});
  }
  return outcome;
}

// Many rooms' counts, from many shards. Each room has an element of its own, and the last shard to
// come sees all of them: no lock.
class CountsUnderWay {
 public:
  CountsUnderWay(std::vector<std::string> rooms, bridge::Deadline not_after,
                 bridge::Done<bridge::PresenceCounts> done)
      : rooms_(std::move(rooms)),
        not_after_(not_after),
        counts_(rooms_.size(), bridge::PresenceCount{}),
        done_(std::move(done)) {}

  [[nodiscard]] const std::vector<std::string>& rooms() const { return rooms_; }
  void Expect(std::size_t parts) { missing_.store(parts, std::memory_order_relaxed); }
  void Answer(const ShardView* view, const std::vector<std::size_t>& which) {
    const auto error = WhyNot(view, not_after_);
    for (const std::size_t i : which) {
      if (error) {
        counts_[i] = *error;
      } else {
        auto answer = view->inspector.PresenceOf(rooms_[i], {}, 0);
        if (const auto* failure = std::get_if<hub::Failure>(&answer)) {
          counts_[i] = HubErrorOf(*failure);
        } else {
          const auto& state = std::get<hub::PresenceState>(answer);
          counts_[i] = bridge::PresenceCount{state.user_count, state.session_count};
        }
      }
    }
    Arrive();
  }
  void Refuse(const bridge::HubError& error, const std::vector<std::size_t>& which) {
    for (const std::size_t i : which) counts_[i] = error;
    Arrive();
  }

 private:
  void Arrive() {
    if (missing_.fetch_sub(1, std::memory_order_acq_rel) == 1) std::move(done_)(std::move(counts_));
  }

  const std::vector<std::string> rooms_;
  const bridge::Deadline not_after_;
  bridge::PresenceCounts counts_;
  bridge::Done<bridge::PresenceCounts> done_;
  std::atomic<std::size_t> missing_{0};
};

}  // namespace

void Gateway::GetHistory(bridge::HistoryQuery query, bridge::Done<bridge::HistoryOutcome> done) {
  const hub::ShardId home = hub::HomeShardOf(config_, query.room);
  hub::ReadHistory ask;
  ask.room = std::move(query.room);
  ask.since = ToPosition(query.since);
  ask.before = ToPosition(query.before);
  ask.limit = query.limit;
  ask.reverse = query.reverse;
  Letter letter(BridgeHistory{std::move(ask), query.not_after, std::move(done)});
  if (post_office_.Post(home, letter)) return;
  std::move(std::get<BridgeHistory>(letter).done)(Overloaded("the room's shard is busy"));
}

void Gateway::GetPresence(bridge::PresenceQuery query, bridge::Done<bridge::PresenceOutcome> done) {
  const hub::ShardId home = hub::HomeShardOf(config_, query.room);
  // Shared with the letter that may not be posted.
  auto waiter = std::make_shared<bridge::Done<bridge::PresenceOutcome>>(std::move(done));
  Letter letter(AskShard{[query = std::move(query), waiter](const ShardView* view) {
    if (const auto error = WhyNot(view, query.not_after)) return std::move(*waiter)(*error);
    const std::size_t most = query.limit == 0 ? kPresencePageUsers : query.limit;
    auto answer = view->inspector.PresenceOf(query.room, query.after, most);
    if (const auto* failure = std::get_if<hub::Failure>(&answer)) {
      return std::move(*waiter)(HubErrorOf(*failure));
    }
    std::move (*waiter)(ToOutcome(std::get<hub::PresenceState>(std::move(answer))));
  }});
  if (!post_office_.Post(home, letter)) {
    std::move (*waiter)(Overloaded("the room's shard is busy"));
  }
}

void Gateway::GetPresenceCounts(std::vector<std::string> rooms, bridge::Deadline not_after,
                                bridge::Done<bridge::PresenceCounts> done) {
  auto counts = std::make_shared<CountsUnderWay>(std::move(rooms), not_after, std::move(done));
  std::vector<std::vector<std::size_t>> by_shard(config_.shards);
  for (std::size_t i = 0; i < counts->rooms().size(); ++i) {
    by_shard[static_cast<std::size_t>(hub::HomeShardOf(config_, counts->rooms()[i]))].push_back(i);
  }
  counts->Expect(static_cast<std::size_t>(std::count_if(
      by_shard.begin(), by_shard.end(), [](const auto& which) { return !which.empty(); })));
  for (std::size_t shard = 0; shard < by_shard.size(); ++shard) {
    if (by_shard[shard].empty()) continue;
    const auto which = std::make_shared<std::vector<std::size_t>>(std::move(by_shard[shard]));
    Letter letter(
        AskShard{[counts, which](const ShardView* view) { counts->Answer(view, *which); }});
    if (post_office_.Post(static_cast<hub::ShardId>(shard), letter)) continue;
    counts->Refuse(Overloaded("the room's shard is busy"), *which);
  }
}

std::variant<std::shared_ptr<bridge::WatchFeed>, bridge::HubError> Gateway::OpenWatch(
    std::weak_ptr<bridge::WatchListener> listener) {
  if (facts_.watches.empty()) return Overloaded("this hub carries no streams");
  // The shards in turn; each carries as many as the others.
  for (std::size_t i = 0; i < facts_.watches.size(); ++i) {
    WatchDesk& desk = *facts_.watches[next_watch_.fetch_add(1) % facts_.watches.size()];
    if (auto line = desk.Open(listener)) return std::shared_ptr<bridge::WatchFeed>(std::move(line));
  }
  return HubErrorOf({ErrorCode::kOverloaded, "the hub carries as many streams as it may",
                     std::chrono::seconds(1)});
}

}  // namespace roomcast::net
