#include "server/net/shard_loop.h"

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <variant>

#include "server/hub/inspector.h"
#include "server/net/census.h"
#include "server/net/frame_heads.h"

namespace roomcast::net {
namespace {

// A thread that makes a turn, or gives the answers of one, goes on no visits: nobody waits for two
// shards' turns at once, and an answer that asks again does not begin another one within itself.
class AtTurn {
 public:
  AtTurn() : before_(std::exchange(here_, true)) {}
  AtTurn(const AtTurn&) = delete;
  AtTurn& operator=(const AtTurn&) = delete;
  ~AtTurn() { here_ = before_; }
  [[nodiscard]] static bool IsThisThread() { return here_; }

 private:
  static inline thread_local bool here_ = false;
  const bool before_;
};

}  // namespace

ShardLoop::ShardLoop(const ShardParts& parts)
    : mailbox_(parts.mailbox),
      metrics_(parts.metrics),
      events_(parts.metrics),
      desk_(parts.bridge_calls_max),
      watches_(parts.watches),
      connections_(poller_, clock_, parts.connection_config, parts.metrics, parts.connection_log,
                   parts.doorman),
      outboxes_(connections_, watches_),
      shard_(parts.id, parts.hub_config,
             {outboxes_, parts.post_office, desk_, parts.engine, parts.authenticator, parts.secrets,
              events_, WriteBinaryHead}),
      application_(shard_) {
  connections_.SetApplication(application_);
  mailbox_.SetReader(*this);
  if (!poller_.Watch(mailbox_.event(), kMailToken, {}, {.reads = true})) std::abort();
}

void ShardLoop::Listen(FileDescriptor socket, int descriptors_max) {
  listener_.emplace(poller_, kListenerToken, std::move(socket), connections_, descriptors_max);
  listener_->Start();
}

void ShardLoop::Run() {
  while (!stopping_ || connections_.size() > 0) Turn();
}

void ShardLoop::Turn() {
  TakeReadiness();
  const AtTurn at_turn;
  Work(Connections::Whose::kOwners);
  BridgeDesk::Answers answers;
  desk_.MoveAnswers(answers);
  BridgeDesk::Give(std::move(answers));
}

void ShardLoop::TakeReadiness() {
  Duration patience = Poller::kForever;
  if (next_ != kNever) {
    patience = std::max(next_, clock_.now().instant) - clock_.now().instant;
    clock_.EndTurn();
  }
  bool sleeps = patience > Duration::zero();
  if (sleeps) {
    wakes_at_ = next_;
    owner_called_ = false;
    sleeps = baton_.PutDown();
    if (!sleeps) {
      mailbox_.BeginLooking();
      patience = Duration::zero();
    }
  }
  poller_.Wait(patience);
  if (sleeps) baton_.Take();
  poller_.ForEachReady([this](Poller::Token token, bool readable, bool writable) {
    if (token >= Poller::kSmallTokens) {
      connections_.OnReady(token, readable, writable);
    } else if (token == kListenerToken) {
      listener_->OnReady();
    } else {
      mailbox_.OnEvent();
    }
  });
}

void ShardLoop::Visit() noexcept {
  Mailbox& mailbox = mailbox_;
  if (AtTurn::IsThisThread()) return mailbox.WakeUp();
  if (!baton_.TryTakeOrKnock()) return;
  const AtTurn at_turn;
  BridgeDesk::Answers answers;
  bool calls = false;
  int rounds = 0;
  do {
    mailbox.BeginLooking();
    Work(Connections::Whose::kVisitors);
    desk_.MoveAnswers(answers);
    if ((busy_ || next_ < wakes_at_) && !std::exchange(owner_called_, true)) calls = true;
    // The owner comes for the baton.
    if (++rounds == kRoundsOfAVisit) mailbox.WakeUp();
  } while (!baton_.PutDown());
  if (calls) mailbox.WakeUp();
  BridgeDesk::Give(std::move(answers));
}

void ShardLoop::Work(Connections::Whose turn) {
  const bool owners = turn == Connections::Whose::kOwners;
  busy_ = false;
  const Instant began = clock_.now().instant;
  if (owners) BeginEnd();
  TakeMail(owners ? kLettersPerTurn : kLettersPerVisit);
  if (watches_ != nullptr) watches_->Hear(shard_, clock_.now());
  if (owners) {
    connections_.ResumeReading();
    OnDeadlines();
  }
  if (owners || shard_.counts().members <= kMembersOfAVisit) {
    WriteTurn(turn);
  } else {
    busy_ = true;
  }
  desk_.items().Flush();
  connections_.Reap();
  if (draining_ && connections_.size() == 0) drained_.store(true, std::memory_order_release);
  SetGauges();
  clock_.EndTurn();
  const Instant ended = clock_.now().instant;
  metrics_.Observe(ops::Histogram::kLoopTurn, static_cast<std::uint64_t>((ended - began).count()));
  next_ = busy_ ? ended : NextDeadline();
  clock_.EndTurn();
}

void ShardLoop::BeginEnd() {
  if (!stopping_ && stop_patience_us_.load(std::memory_order_acquire) >= 0) BeginStop();
  if (!draining_ && drain_asked_.load(std::memory_order_acquire)) BeginDrain();
}

void ShardLoop::TakeMail(int letters_max) {
  Letter letter;
  int letters = 0;
  while (letters < letters_max && mailbox_.Take(letter)) {
    if (auto* items = std::get_if<BridgeItems>(&letter)) {
      letters += OnBridgeItems(std::move(*items));
    } else {
      OnLetter(std::move(letter));
      ++letters;
    }
  }
  busy_ = busy_ || letters >= letters_max;
}

void ShardLoop::OnLetter(Letter letter) {
  if (auto* mail = std::get_if<hub::Mail>(&letter)) {
    shard_.OnMail(std::move(*mail), clock_.now());
  } else if (auto* publish = std::get_if<BridgePublish>(&letter)) {
    OnBridgePublish(std::move(*publish));
  } else if (auto* order = std::get_if<BridgeOrder>(&letter)) {
    OnBridgeOrder(std::move(*order));
  } else if (auto* history = std::get_if<BridgeHistory>(&letter)) {
    OnBridgeHistory(std::move(*history));
  } else if (auto* ask = std::get_if<AskShard>(&letter)) {
    const ShardView view{shard_.inspector(), connections_, clock_.now()};
    std::move(ask->question)(&view);
  } else if (auto* config = std::get_if<TakeConfig>(&letter)) {
    shard_.Reconfigure(*config->wanted, clock_.now());
  } else if (auto* count = std::get_if<CountYourself>(&letter)) {
    const hub::Shard::Counts counts = shard_.counts();
    count->census->Answer(
        {connections_.size(), counts.sessions, counts.rooms, events_.publications()});
  }
}

void ShardLoop::OnBridgePublish(BridgePublish letter) {
  if (letter.not_after < SteadyTimeOf(clock_.now().instant)) {
    return desk_.Refuse(std::move(letter.done), PastDeadline());
  }
  const auto call = desk_.Open(letter.done);
  if (!call) return desk_.Refuse(std::move(letter.done), DeskFull());
  letter.publish.origin = {*call, 0};
  shard_.OnMail(std::move(letter.publish), clock_.now());
}

int ShardLoop::OnBridgeItems(BridgeItems letter) {
  const auto batch = desk_.items().Open(letter);
  if (!batch) {
    letter.Refuse(DeskFull());
    return 1;
  }
  for (std::size_t i = 0; i < letter.items.size(); ++i) {
    hub::PublishToRoom& publish = letter.items[i].publish;
    publish.origin = {desk_.items().CallOf(*batch, i), 0};
    shard_.OnMail(std::move(publish), clock_.now());
  }
  return static_cast<int>(letter.items.size());
}

void ShardLoop::OnBridgeOrder(BridgeOrder letter) {
  std::visit(
      [&](auto& done) {
        if (letter.not_after < SteadyTimeOf(clock_.now().instant)) {
          return desk_.Refuse(std::move(done), PastDeadline());
        }
        const auto call = desk_.Open(done);
        if (!call) return desk_.Refuse(std::move(done), DeskFull());
        shard_.OnMail(BridgeOrder::MailOf(std::move(letter), *call), clock_.now());
      },
      letter.done);
}

void ShardLoop::OnBridgeHistory(BridgeHistory letter) {
  if (letter.not_after < SteadyTimeOf(clock_.now().instant)) {
    return desk_.Refuse(std::move(letter.done), PastDeadline());
  }
  letter.ask.call = desk_.Open(letter.done);
  if (!letter.ask.call) return desk_.Refuse(std::move(letter.done), DeskFull());
  shard_.OnMail(std::move(letter.ask), clock_.now());
}

void ShardLoop::OnDeadlines() {
  const Now& now = clock_.now();
  connections_.OnTime();
  if (now.instant >= stop_by_) connections_.EndAll();
  if (listener_ && listener_->NextDeadline() <= now.instant) listener_->OnTime(now.instant);
  if (shard_.NextDeadline() > now.instant) return;
  connections_.AskKernelOfTheSilent();
  shard_.OnTime(now);
}

void ShardLoop::BeginStop() {
  stopping_ = true;
  stop_by_ = clock_.now().instant + Duration(stop_patience_us_.load(std::memory_order_acquire));
  if (listener_) listener_->Stop();
  connections_.EndHeads();
  shard_.Shutdown(clock_.now());
}

void ShardLoop::BeginDrain() {
  draining_ = true;
  if (listener_) listener_->Stop();
  shard_.BeginDrain(drain_plan_, clock_.now());
}

bool ShardLoop::FlushOutboxes(Connections::Whose turn) {
  const bool drained = watches_ != nullptr && watches_->Flush(shard_, clock_.now());
  return connections_.Flush(turn) || drained;
}

void ShardLoop::WriteTurn(Connections::Whose turn) {
  bool mail_waits = shard_.EndTurn(clock_.now());
  if (FlushOutboxes(turn)) {
    // A queue that drained asks for more, and an end is told to others: out with it, once. What
    // comes of that is for the next turn, so that one connection cannot hold the loop.
    mail_waits = shard_.EndTurn(clock_.now());
    if (FlushOutboxes(turn)) busy_ = true;
  }
  retry_mail_at_ = mail_waits ? clock_.now().instant + kMailRetry : kNever;
}

Instant ShardLoop::NextDeadline() const {
  const Instant next = std::min({shard_.NextDeadline(), connections_.NextDeadline(), retry_mail_at_,
                                 stopping_ ? stop_by_ : kNever});
  return listener_ ? std::min(next, listener_->NextDeadline()) : next;
}

void ShardLoop::SetGauges() {
  const hub::Shard::Counts counts = shard_.counts();
  metrics_.Set(ops::Gauge::kConnections, connections_.size());
  metrics_.Set(ops::Gauge::kSessions, counts.sessions);
  metrics_.Set(ops::Gauge::kParkedSessions, counts.parked);
  metrics_.Set(ops::Gauge::kParkedBytes, shard_.inspector().parked_bytes());
  metrics_.Set(ops::Gauge::kRooms, counts.rooms);
  metrics_.Set(ops::Gauge::kMembers, counts.members);
  metrics_.Set(ops::Gauge::kSlowMembers, shard_.inspector().behind());
  metrics_.Set(ops::Gauge::kStatsReaders, shard_.inspector().stats_readers());
  metrics_.Set(ops::Gauge::kHistoryBytes, counts.history_bytes);
  metrics_.Count(ops::Counter::kHistoryEvicted,
                 counts.history_evicted - std::exchange(evicted_told_, counts.history_evicted));
  metrics_.Set(ops::Gauge::kOutboxBytes,
               connections_.queued_bytes() + (watches_ == nullptr ? 0 : watches_->queued_bytes()));
  metrics_.Set(ops::Gauge::kMailboxMessages, mailbox_.size());
}

void ShardLoop::RequestDrain(const hub::DrainPlan& plan) {
  drain_plan_ = plan;
  drain_asked_.store(true, std::memory_order_release);
  mailbox_.WakeUp();
}

void ShardLoop::RequestStop(Duration patience) {
  stop_patience_us_.store(Microseconds(patience), std::memory_order_release);
  mailbox_.WakeUp();
}

}  // namespace roomcast::net
