#include "server/hub/resumer.h"

#include <algorithm>
#include <utility>

namespace roomcast::hub {

Resumer::Resumer(const HubConfig& config, LocalRooms& rooms, SessionDirectory& directory,
                 Courier& courier, Speaker& speaker, Events& events)
    : config_(config),
      rooms_(rooms),
      directory_(directory),
      courier_(courier),
      speaker_(speaker),
      events_(events) {}

bool Resumer::Ask(Session& session, const Resume& resume, Now now) {
  if (config_.resume_window == Duration(0)) return false;
  const auto number = ParseSessionId(resume.session_id.view);
  TakeSession take;
  if (!number || static_cast<std::uint16_t>(number->home) >= config_.shards ||
      resume.session_key.view.size() != take.key.size()) {
    events_.OnResume(ResumeOutcome::kUnknown);
    return false;
  }
  take.asker = session.ref;
  take.number = *number;
  std::copy(resume.session_key.view.begin(), resume.session_key.view.end(), take.key.begin());
  session.resuming = std::make_unique<Resuming>();
  session.resuming->hello_received_at = now.wall;
  courier_.Send(number->home, take);
  return true;
}

bool Resumer::OnTaken(Session& session, SessionTaken taken) {
  if (taken.outcome == ResumeOutcome::kTakenOver) {
    events_.OnResume(taken.outcome);
    speaker_.Disconnect(session, DisconnectCode::kTakenOver, "a newer connection has the session");
    return false;
  }
  session.resuming->number = taken.number;
  session.resuming->answered = true;
  session.resuming->session = std::move(taken.session);
  if (taken.outcome != ResumeOutcome::kResumed) events_.OnResume(taken.outcome);
  return true;
}

void Resumer::GiveBack(SessionTaken taken) {
  if (!taken.session) return;
  courier_.Send(taken.number.home,
                ParkSession{taken.asker, taken.number, *std::move(taken.session)});
}

bool Resumer::Adopt(Session& session) {
  if (!session.resuming || !session.resuming->session) return false;
  const std::unique_ptr<Resuming> resuming = std::move(session.resuming);
  ParkedSession& parked = *resuming->session;
  if (session.anonymous != parked.anonymous ||
      (!session.anonymous && session.user != parked.user)) {
    // Who has the key has become somebody else: nobody will come for the old one.
    events_.OnResume(ResumeOutcome::kOtherUser);
    courier_.Send(resuming->number.home, EndSession{session.ref, resuming->number});
    return false;
  }
  events_.OnResume(ResumeOutcome::kResumed);
  session.resumed = true;
  session.number = resuming->number;
  session.has_number = true;
  session.key = parked.key;
  if (parked.rates) session.rates = std::make_unique<SessionRates>(*parked.rates);
  session.greeting->former_rooms = std::move(parked.rooms);
  return true;
}

void Resumer::Begin(const Session& session) {
  directory_.Add(session.number, session.key, session.ref);
}

void Resumer::Yield(Session& session) {
  // What ended it first decides what is left of it.
  if (session.state == Session::State::kEnded) return;
  speaker_.Disconnect(session, DisconnectCode::kTakenOver, "a newer connection has the session");
  session.parks = true;
}

ParkedSession Resumer::ToParked(const Session& session) const {
  ParkedSession parked;
  parked.key = session.key;
  parked.user = session.user;
  parked.anonymous = session.anonymous;
  if (session.rates) parked.rates = *session.rates;
  // A connection that was lost before Welcome has not changed what it came back to.
  if (session.greeting) parked.rooms = session.greeting->former_rooms;
  rooms_.ForEachRoom(session, [&](const std::string& name, const Membership& membership) {
    const auto& extras = membership.extras;
    parked.rooms.push_back({name, extras ? extras->member_data : "", membership.token()});
  });
  return parked;
}

void Resumer::LetGo(const Session& session) {
  if (!session.has_number) {
    // Asked for one, and was given it, but did not get to use it.
    if (session.resuming && session.resuming->session) {
      courier_.Send(session.resuming->number.home,
                    ParkSession{session.ref, session.resuming->number, *session.resuming->session});
    }
    return;
  }
  const bool was_there = session.welcomed || session.resumed;
  if (session.parks && was_there && config_.resume_window > Duration(0)) {
    courier_.Send(session.number.home, ParkSession{session.ref, session.number, ToParked(session)});
  } else {
    courier_.Send(session.number.home, EndSession{session.ref, session.number});
  }
}

}  // namespace roomcast::hub
