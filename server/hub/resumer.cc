#include "server/hub/resumer.h"

#include <algorithm>
#include <utility>

#include "server/hub/home.h"

namespace roomcast::hub {

Resumer::Resumer(const HubConfig& config, LocalRooms& rooms, SessionDirectory& directory,
                 Courier& courier, Speaker& speaker, const ClientNames& clients, Events& events)
    : config_(config),
      rooms_(rooms),
      directory_(directory),
      courier_(courier),
      speaker_(speaker),
      clients_(clients),
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
  take.asked_at = now.instant;
  std::copy(resume.session_key.view.begin(), resume.session_key.view.end(), take.key.begin());
  courier_.Send(number->home, take);
  return true;
}

bool Resumer::OnTaken(Session& session, SessionTaken taken) {
  if (taken.outcome == ResumeOutcome::kTakenOver) {
    events_.OnResume(taken.outcome);
    speaker_.Disconnect(session, DisconnectCode::kTakenOver, "a newer connection has the session");
    return false;
  }
  if (taken.outcome == ResumeOutcome::kRevoked) {
    events_.OnResume(taken.outcome);
    speaker_.Disconnect(session, DisconnectCode::kByOperator, "the session was ended for good");
    return false;
  }
  session.arrival->number = taken.number;
  session.arrival->session = std::move(taken.session);
  if (taken.outcome != ResumeOutcome::kResumed) events_.OnResume(taken.outcome);
  return true;
}

void Resumer::GiveBack(SessionTaken taken) {
  if (!taken.session) return;
  courier_.Send(taken.number.home,
                ParkSession{taken.asker, taken.number, *std::move(taken.session)});
}

bool Resumer::Adopt(Session& session) {
  if (!session.arrival->session) return false;
  ParkedSession parked = *std::exchange(session.arrival->session, std::nullopt);
  const SessionNumber number = session.arrival->number;
  if (session.anonymous != parked.anonymous ||
      (!session.anonymous && session.user != parked.user)) {
    // Who has the key has become somebody else: nobody will come for the old one.
    events_.OnResume(ResumeOutcome::kOtherUser);
    courier_.Send(number.home, EndSession{session.ref, number});
    return false;
  }
  events_.OnResume(ResumeOutcome::kResumed);
  session.resumed = true;
  session.number = number;
  session.has_number = true;
  session.key = parked.key;
  session.opened_at = parked.opened_at;
  if (parked.rates) session.rates.reset(new Session::Rates{*parked.rates});
  session.arrival->former_rooms = std::move(parked.rooms);
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
  if (session.rates) parked.rates = session.rates->own;
  parked.opened_at = session.opened_at;
  parked.connected_at = session.connected_at;
  parked.client = clients_.At(session.client);
  // A connection that was lost before Welcome has not changed what it came back to.
  if (session.arrival) parked.rooms = session.arrival->former_rooms;
  if (session.greeting) parked.rooms = session.greeting->former_rooms;
  if (session.arrival || session.greeting) return parked;
  rooms_.ForEachRoom(session, [&](const std::string& name, const Membership& membership) {
    parked.rooms.push_back({name, std::string(membership.member_data()), membership.token()});
  });
  return parked;
}

void Resumer::LetGo(const Session& session) {
  if (!session.has_number) {
    // Asked for one, and was given it, but did not get to use it.
    if (session.arrival && session.arrival->session) {
      courier_.Send(session.arrival->number.home,
                    ParkSession{session.ref, session.arrival->number, *session.arrival->session});
    }
    return;
  }
  if (!session.anonymous) {
    courier_.Send(HomeShardOfUser(config_, session.user),
                  UserMail(SessionGone{session.ref, session.user}));
  }
  const bool was_there = session.welcomed || session.resumed;
  if (session.parks && was_there && config_.resume_window > Duration(0)) {
    courier_.Send(session.number.home, ParkSession{session.ref, session.number, ToParked(session)});
  } else {
    courier_.Send(session.number.home, EndSession{session.ref, session.number});
  }
}

}  // namespace roomcast::hub
