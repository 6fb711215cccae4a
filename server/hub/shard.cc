#include "server/hub/shard.h"

#include <utility>

#include "server/hub/commands.h"
#include "server/hub/courier.h"
#include "server/hub/credentials.h"
#include "server/hub/deadlines.h"
#include "server/hub/drain.h"
#include "server/hub/greeter.h"
#include "server/hub/home_rooms.h"
#include "server/hub/inspector.h"
#include "server/hub/joiner.h"
#include "server/hub/local_rooms.h"
#include "server/hub/orders.h"
#include "server/hub/resumer.h"
#include "server/hub/revocations.h"
#include "server/hub/session_directory.h"
#include "server/hub/sessions.h"
#include "server/hub/speaker.h"
#include "server/hub/tallies.h"
#include "server/hub/users.h"
#include "server/hub/watches.h"

namespace roomcast::hub {

class Shard::Impl {
 public:
  Impl(ShardId id, const HubConfig& config, const ShardWorld& world)
      : config_(config),
        world_(world),
        sessions_(id),
        speaker_(world.outbox, world.write_head, world.events),
        drain_(sessions_, speaker_),
        courier_(id, config_.shards, world.post_office, world.events),
        local_(config_, sessions_, speaker_, world.outbox, courier_, world.events),
        home_(id, config_, world.engine, courier_, world.bridge_answers, world.events,
              world.write_head),
        tallies_(id, courier_, world.bridge_answers),
        revocations_(config_.revocations_max),
        directory_(config_, courier_, tallies_, world.events),
        users_(config_, courier_, tallies_, revocations_, directory_),
        shares_(id, config_, courier_),
        credentials_(config_, world.authenticator, revocations_, speaker_, local_, deadlines_,
                     world.events),
        joiner_(config_, local_, credentials_, courier_),
        resumer_(config_, local_, directory_, courier_, speaker_, clients_, world.events),
        greeter_(id, config_, credentials_, world.secrets, speaker_, joiner_, local_, resumer_,
                 deadlines_, courier_, drain_, clients_, world.events),
        orders_(sessions_, local_, joiner_, speaker_, tallies_, world.events),
        commands_(config_, speaker_, greeter_, joiner_, credentials_, local_, shares_, courier_,
                  world.outbox, world.events),
        inspector_(id, config_, home_, local_, sessions_, directory_, clients_),
        watches_(config_, sessions_, local_, world.outbox, deadlines_, courier_, world.events) {}

  void OnOpen(ConnectionId id, Now now) {
    deadlines_.Schedule(sessions_.Open(id), now.instant + config_.hello_deadline);
  }

  void OnMessage(ConnectionId id, std::string_view bytes, Now now) {
    Session* session = sessions_.Find(id);
    if (session == nullptr) return;
    commands_.OnFrame(*session, bytes, now);
    Touch(*session);
    Finish(now);
  }

  void OnAlive(ConnectionId id, Now now) {
    Session* session = sessions_.Find(id);
    if (session != nullptr && session->heartbeat) session->heartbeat->OnHeard(now.instant);
  }

  void OnClosed(ConnectionId id, std::uint16_t code, Now now) {
    Session* session = sessions_.Find(id);
    if (session == nullptr) return;
    session->state = Session::State::kEnded;
    session->parks = AfterCloseCode(code) != AfterClose::kStop;
    Touch(*session);
    Finish(now);
  }

  void OnDrained(ConnectionId id, Now now) {
    Session* session = sessions_.Find(id);
    if (session == nullptr) return;
    session->over_soft = false;
    local_.OnDrained(*session);
    if (!session->watching) commands_.OnDrained(*session, now);
    Touch(*session);
    Finish(now);
  }

  void OnWatch(ConnectionId id, const WatchInput& input, Now now) {
    if (const Session* session = watches_.On(id, input, now)) Touch(*session);
    Finish(now);
  }

  void OnMail(Mail&& mail, Now now) {
    Deliver(mail, now);
    Finish(now);
  }

  void OnTime(Now now) {
    home_.OnTime(now);
    directory_.OnTime(now);
    for (const SessionRef& ref : drain_.OnTime(now)) ended_.push_back(ref);
    for (Deadlines::Look look; deadlines_.Take(now.instant, look);) {
      Session* session = sessions_.Find(look.session, look.use);
      if (session == nullptr || session->look_at != look.at) continue;
      LookAt(*session, now);
      Touch(*session);
    }
    Finish(now);
  }

  Instant NextDeadline() const {
    return std::min({deadlines_.Next(), home_.NextDeadline(), directory_.NextDeadline(),
                     drain_.NextDeadline()});
  }

  bool EndTurn(Now now) {
    const bool missed = home_.Flush();
    Finish(now);
    return courier_.Flush() || missed;
  }

  void BeginDrain(const DrainPlan& plan, Now now) {
    drain_.Begin(plan, now);
    sessions_.ForEach([&](const Session& session) { Touch(session); });
    Finish(now);
  }

  // What of it may change is taken over; the rest is as it was.
  void Reconfigure(const HubConfig& wanted, Now now) {
    TakeReloadable(config_, wanted);
    home_.OnConfigChanged(now);
    local_.OnConfigChanged();
    sessions_.ForEach([&](Session& session) {
      if (session.rates) session.rates->own.Reconfigure(config_);
      if (session.state == Session::State::kOpen) {
        credentials_.LeaveForbidden(session, LeftCode::kPermissionLost);
      }
      Touch(session);
    });
    Finish(now);
  }

  void Shutdown(Now now) {
    sessions_.ForEach([&](Session& session) {
      speaker_.Disconnect(session, DisconnectCode::kShutdown, "the hub is stopping");
      Touch(session);
    });
    watches_.EndAll();
    sessions_.ForEachStream([&](const Session& session) { Touch(session); });
    Finish(now);
  }

  const Inspector& inspector() const { return inspector_; }
  Counts counts() const {
    return {sessions_.size(),
            directory_.parked(),
            users_.size(),
            home_.size(),
            local_.members(),
            world_.engine.history_bytes(),
            world_.engine.history_evicted()};
  }

 private:
  // Its moment has come: Hello is overdue, a ping is due, or nothing was heard for too long.
  void LookAt(Session& session, Now now) {
    if (session.state == Session::State::kEnded) return;
    if (session.watching) return watches_.OnTime(session, now);
    if (session.state == Session::State::kExpectsHello) {
      if (session.arrival) {
        return speaker_.Disconnect(session, DisconnectCode::kHubError,
                                   "the hub's shards did not answer in time");
      }
      return speaker_.Disconnect(session, DisconnectCode::kNotAuthenticatedInTime,
                                 "no Hello came in time");
    }
    credentials_.OnTime(session, now);
    if (session.state == Session::State::kEnded) return;
    switch (session.heartbeat->OnTime(now.instant)) {
      case Heartbeat::Verdict::kPeerLost:
        return speaker_.Disconnect(session, DisconnectCode::kNoPong,
                                   "nothing was heard for interval and grace");
      case Heartbeat::Verdict::kSendPing:
        // Welcome comes first; a greeting that takes an interval can do without.
        if (session.state == Session::State::kOpen) {
          speaker_.Push(session, session.heartbeat->MakePing(now.instant, Microseconds(now.wall)),
                        Outbox::Lane::kFast);
          SayTops(session);
        }
        break;
      case Heartbeat::Verdict::kWait:
        break;
    }
    deadlines_.Schedule(
        session, std::min(session.heartbeat->NextDeadline(), Credentials::NextDeadline(session)));
  }

  // What was queued for the session so far, so that it can tell whether it has it all. Not while
  // its outbox is full: it comes with the next ping.
  void SayTops(Session& session) {
    if (session.over_soft) return;
    const std::vector<Top> tops = local_.TakeTops(session);
    if (!tops.empty()) speaker_.Push(session, Tops{tops});
  }

  // What came for a session, unless that has ended meanwhile.
  template <class Act>
  void For(const SessionRef& ref, Act act) {
    Session* session = sessions_.Find(ref);
    if (session == nullptr) return;
    act(*session);
    Touch(*session);
  }

  // Takes what it needs out of the mail, which is large to hand on.
  void Deliver(Mail& mail, Now now) {
    if (auto* join = std::get_if<JoinRoom>(&mail)) {
      home_.OnJoin(std::move(*join), now);
    } else if (const auto* again = std::get_if<RejoinRoom>(&mail)) {
      home_.OnRejoin(*again);
    } else if (const auto* leave = std::get_if<LeaveRoom>(&mail)) {
      home_.OnLeave(*leave, now);
    } else if (auto* publish = std::get_if<PublishToRoom>(&mail)) {
      home_.OnPublish(std::move(*publish), now);
    } else if (const auto* ask = std::get_if<CatchUp>(&mail)) {
      home_.OnCatchUp(*ask, now);
    } else if (const auto* batch = std::get_if<Batch>(&mail)) {
      local_.OnBatch(*batch);
    } else if (const auto* behind = std::get_if<Behind>(&mail)) {
      local_.OnBehind(*behind);
    } else if (const auto* page = std::get_if<Page>(&mail)) {
      for (const SessionRef& ref : local_.OnPage(*page)) Touch(ref);
    } else if (const auto* joined = std::get_if<JoinAnswer>(&mail)) {
      OnJoinAnswer(*joined, now);
    } else if (auto* history = std::get_if<ReadHistory>(&mail)) {
      home_.OnReadHistory(std::move(*history), now);
    } else if (const auto* read = std::get_if<HistoryAnswer>(&mail)) {
      For(read->session, [&](Session& one) { commands_.OnHistoryAnswer(one, *read, now); });
    } else if (const auto* published = std::get_if<PublishAnswer>(&mail)) {
      For(published->session, [&](Session& one) { commands_.OnPublishAnswer(one, *published); });
    } else if (const auto* push = std::get_if<PresencePush>(&mail)) {
      local_.OnPresence(*push);
    } else {
      DeliverAside(std::move(mail), now);
    }
    home_.TakeAnswers(now);
  }

  void DeliverAside(Mail mail, Now now) {
    if (auto* user_mail = std::get_if<UserMail>(&mail)) {
      std::visit([&](auto& one) { On(one, now); }, *user_mail);
    } else if (const auto* watch = std::get_if<WatchPrefix>(&mail)) {
      home_.On(*watch);
    } else if (const auto* unwatch = std::get_if<UnwatchPrefix>(&mail)) {
      home_.On(*unwatch);
    } else if (const auto* news = std::get_if<WatchNews>(&mail)) {
      if (const Session* session = watches_.On(*news)) Touch(*session);
    } else if (const auto* gone = std::get_if<WatchedRoomGone>(&mail)) {
      if (const Session* session = watches_.On(*gone)) Touch(*session);
    } else if (auto* trim = std::get_if<TrimHistory>(&mail)) {
      home_.OnTrimHistory(std::move(*trim), now);
    } else if (const auto* reset = std::get_if<StreamReset>(&mail)) {
      OnReset(*reset);
    } else if (const auto* ask = std::get_if<ReadPresence>(&mail)) {
      home_.OnReadPresence(*ask);
    } else if (const auto* update = std::get_if<UpdatePresence>(&mail)) {
      home_.OnUpdatePresence(*update);
    } else if (const auto* answer = std::get_if<PresenceAnswer>(&mail)) {
      For(answer->session, [&](Session& one) { commands_.OnPresenceAnswer(one, *answer, now); });
    } else if (const auto* take = std::get_if<TakeSession>(&mail)) {
      directory_.OnTake(*take);
    } else if (auto* park = std::get_if<ParkSession>(&mail)) {
      directory_.OnPark(std::move(*park), now);
    } else if (const auto* end = std::get_if<EndSession>(&mail)) {
      directory_.OnEnd(*end);
    } else if (const auto* yield = std::get_if<YieldSession>(&mail)) {
      For(yield->holder, [&](Session& one) { resumer_.Yield(one); });
    } else if (auto* taken = std::get_if<SessionTaken>(&mail)) {
      Session* session = sessions_.Find(taken->asker);
      if (session == nullptr) return resumer_.GiveBack(std::move(*taken));
      if (resumer_.OnTaken(*session, std::move(*taken))) commands_.OnSessionTaken(*session, now);
      Touch(*session);
    }
  }

  void OnReset(const StreamReset& reset) {
    local_.OnReset(reset);
    for (const SessionRef& ref : local_.MembersOf(reset.handle)) Touch(*sessions_.Find(ref));
    // Who is about to be welcomed was answered from the old stream.
    sessions_.ForEach([&](Session& session) {
      if (session.greeting) Greeter::OnReset(session, reset);
    });
  }

  // ---- Users, and what backends order

  void On(const AdmitSession& ask, Now now) { users_.OnAdmit(ask, now); }
  void On(const SessionGone& gone, Now) { users_.OnGone(gone); }
  void On(const EndUser& order, Now now) {
    if (!Refuse(order.call, Orders::FaultOf(order.words))) users_.OnEnd(order, now);
  }
  void On(const JoinUser& order, Now) { users_.OnJoin(order); }
  void On(const LeaveUser& order, Now) {
    if (!Refuse(order.call, Orders::FaultOf(order.code))) users_.OnLeave(order);
  }
  void On(const UserSpent& spent, Now now) { users_.OnSpent(spent, now); }
  void On(const HoldUser& hold, Now now) { shares_.OnHold(hold, now.instant); }
  void On(const EndOneSession& order, Now now) {
    if (!Refuse(order.call, Orders::FaultOf(order.words))) directory_.OnEndByOrder(order, now);
  }
  void On(const EndRoom& order, Now) {
    if (!Refuse(order.call, Orders::FaultOf(order.words))) home_.OnEndRoom(order, tallies_);
  }
  void On(const SessionAdmitted& admitted, Now now) {
    Session* session = sessions_.Find(admitted.session);
    if (session == nullptr || session->state == Session::State::kEnded) return;
    if (greeter_.OnAdmitted(*session, admitted)) commands_.OnAdmitted(*session, now);
    Touch(*session);
  }
  void On(const OrderEnd& order, Now) {
    orders_.OnEnd(order);
    Touch(order.session);
  }
  void On(const OrderEndRoom& order, Now) {
    const std::vector<SessionRef> members = local_.MembersOf(order.room);
    orders_.OnEndRoom(order);
    for (const SessionRef& ref : members) Touch(ref);
  }
  void On(const OrderJoin& order, Now now) { orders_.OnJoin(order, now); }
  void On(OrderLeave& order, Now) {
    orders_.OnLeave(order);
    Touch(order.session);
  }
  void On(const RevokeTokens& order, Now now) { revocations_.Add(order.revocation, now); }
  void On(const ForgetParked& order, Now) { directory_.OnForgetParked(order); }
  void On(const Counted& counted, Now) { tallies_.Add(counted.tally, counted.sessions); }

  bool Refuse(BridgeCall call, std::optional<Failure> failure) {
    if (!failure) return false;
    tallies_.Refuse(call, *std::move(failure));
    return true;
  }

  void OnJoinAnswer(const JoinAnswer& answer, Now now) {
    Session* session = sessions_.Find(answer.session);
    if (session == nullptr) {
      // It left before it was in; the home counts it all the same.
      if (!answer.refused && !answer.again) {
        courier_.Send(HomeOf(answer.handle), LeaveAfter(answer));
      }
      return;
    }
    if (session->watching) {
      watches_.OnJoinAnswer(*session, answer);
    } else {
      commands_.OnJoinAnswer(*session, answer, now);
    }
    Touch(*session);
  }

  // Remembers a session that is to end when the sentence does.
  void Touch(const Session& session) {
    if (session.overflowed || session.state == Session::State::kEnded) {
      ended_.push_back(session.ref);
    }
  }
  void Touch(const SessionRef& ref) {
    if (const Session* session = sessions_.Find(ref)) Touch(*session);
  }

  // The sentence's end: what an input caused in this shard is done, and who ended is let go.
  void Finish(Now now) {
    do {
      home_.TakeAnswers(now);
      for (Mail mail; courier_.TakeOwn(mail);) Deliver(mail, now);
      for (const SessionRef& ref : std::exchange(ended_, {})) LetGo(ref);
    } while (!ended_.empty() || courier_.HasOwn());
  }

  void LetGo(const SessionRef& ref) {
    Session* session = sessions_.Find(ref);
    if (session == nullptr) return;
    if (session->watching) return watches_.LetGo(*session);
    if (session->state != Session::State::kEnded) {
      speaker_.Disconnect(*session, DisconnectCode::kSlow, "the outbox is at its hard limit");
    }
    orders_.LetGo(*session);
    resumer_.LetGo(*session);
    if (session->rates && session->rates->user) shares_.Leave(*session->rates->user);
    local_.RemoveAll(*session);
    sessions_.Remove(*session);
  }

  HubConfig config_;  // this shard's own, so that it can change; everything below refers to it
  ShardWorld world_;
  Sessions sessions_;
  Deadlines deadlines_;
  Speaker speaker_;
  Drain drain_;
  Courier courier_;
  LocalRooms local_;
  HomeRooms home_;
  Tallies tallies_;
  Revocations revocations_;
  SessionDirectory directory_;
  Users users_;
  UserShares shares_;
  ClientNames clients_;
  Credentials credentials_;
  Joiner joiner_;
  Resumer resumer_;
  Greeter greeter_;
  Orders orders_;
  Commands commands_;
  Inspector inspector_;
  Watches watches_;
  std::vector<SessionRef> ended_;
};

Shard::Shard(ShardId id, const HubConfig& config, const ShardWorld& world)
    : impl_(std::make_unique<Impl>(id, config, world)) {}
Shard::~Shard() = default;

void Shard::OnOpen(ConnectionId id, Now now) { impl_->OnOpen(id, now); }
void Shard::OnMessage(ConnectionId id, std::string_view bytes, Now now) {
  impl_->OnMessage(id, bytes, now);
}
void Shard::OnAlive(ConnectionId id, Now now) { impl_->OnAlive(id, now); }
void Shard::OnClosed(ConnectionId id, std::uint16_t code, Now now) {
  impl_->OnClosed(id, code, now);
}
void Shard::OnDrained(ConnectionId id, Now now) { impl_->OnDrained(id, now); }
void Shard::OnMail(Mail mail, Now now) { impl_->OnMail(std::move(mail), now); }
void Shard::OnTime(Now now) { impl_->OnTime(now); }
void Shard::OnWatch(ConnectionId id, const WatchInput& input, Now now) {
  impl_->OnWatch(id, input, now);
}
Instant Shard::NextDeadline() const { return impl_->NextDeadline(); }
bool Shard::EndTurn(Now now) { return impl_->EndTurn(now); }
void Shard::BeginDrain(const DrainPlan& plan, Now now) { impl_->BeginDrain(plan, now); }
void Shard::Reconfigure(const HubConfig& wanted, Now now) { impl_->Reconfigure(wanted, now); }
void Shard::Shutdown(Now now) { impl_->Shutdown(now); }
Shard::Counts Shard::counts() const { return impl_->counts(); }
const Inspector& Shard::inspector() const { return impl_->inspector(); }

}  // namespace roomcast::hub
