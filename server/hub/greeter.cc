#include "server/hub/greeter.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "proto/protocol/limits.h"
#include "server/hub/home.h"
#include "server/hub/joiner.h"
#include "server/hub/resumer.h"

namespace roomcast::hub {
namespace {

constexpr std::uint32_t kProtocolVersion = 1;
// Pings go out at few moments, so that a hub wakes up for many idle sessions at once and not for
// each: ten times a second, or so many times an interval where that is short.
constexpr Duration kPingSlot = 100ms;
constexpr int kPingSlotsAtLeast = 16;

std::string TooMany(std::string_view what, std::size_t is, std::size_t most) {
  return std::string(what) + " " + std::to_string(is) + ", the most is " + std::to_string(most);
}

// Why this Hello does not make sense; empty: it does.
std::string FaultOf(const Hello& hello, const HubConfig& config) {
  if (hello.protocol_version != kProtocolVersion) {
    return "protocol version " + std::to_string(hello.protocol_version) + " is not spoken, 1 is";
  }
  if (hello.producer.view.size() != kProducerBytes) {
    return "producer has " + std::to_string(hello.producer.view.size()) + " bytes, not 16";
  }
  if (hello.token.view.size() > kTokenBytesMax) {
    return TooMany("token bytes:", hello.token.view.size(), kTokenBytesMax);
  }
  const std::size_t name_bytes =
      std::max(hello.client_name.view.size(), hello.client_version.view.size());
  if (name_bytes > kClientNameBytesMax) {
    return TooMany("client name or version bytes:", name_bytes, kClientNameBytesMax);
  }
  if (hello.joins.size() > config.rooms_per_connection) {
    return TooMany("joins in Hello:", hello.joins.size(), config.rooms_per_connection);
  }
  return {};
}

ProducerId ToProducer(std::string_view bytes) {
  ProducerId id;
  for (std::size_t i = 8; i-- > 0;) {
    id.public_half = id.public_half << 8 | static_cast<unsigned char>(bytes[i]);
    id.secret_half = id.secret_half << 8 | static_cast<unsigned char>(bytes[i + 8]);
  }
  return id;
}

}  // namespace

Greeter::Greeter(ShardId self, const HubConfig& config, Credentials& credentials, Secrets& secrets,
                 Speaker& speaker, Joiner& joiner, LocalRooms& rooms, Resumer& resumer,
                 Deadlines& deadlines, Courier& courier, const Drain& drain, ClientNames& clients,
                 Events& events)
    : self_(self),
      config_(config),
      credentials_(credentials),
      secrets_(secrets),
      speaker_(speaker),
      joiner_(joiner),
      rooms_(rooms),
      resumer_(resumer),
      deadlines_(deadlines),
      courier_(courier),
      drain_(drain),
      clients_(clients),
      events_(events) {}

std::uint64_t Greeter::RandomNumber() {
  char bytes[8];
  secrets_.Fill(bytes, sizeof bytes);
  std::uint64_t number = 0;
  std::memcpy(&number, bytes, sizeof number);
  return number;
}

bool Greeter::OnHello(Session& session, std::uint32_t message_id, const Hello& hello, Now now) {
  if (!BecomeKnown(session, hello, now)) return session.state == Session::State::kEnded;
  const std::unique_ptr<Arrival> arrival = std::move(session.arrival);
  session.connected_at = arrival->hello_received_at;
  if (session.opened_at == WallTime{}) session.opened_at = session.connected_at;
  session.client = clients_.NumberOf(hello.client_name.view, hello.client_version.view);
  session.producer = ToProducer(hello.producer.view);
  session.state = Session::State::kGreeting;
  deadlines_.Schedule(
      session, std::min(session.heartbeat->NextDeadline(), Credentials::NextDeadline(session)));

  session.greeting = std::make_unique<Greeting>();
  Greeting& greeting = *session.greeting;
  greeting.former_rooms = std::move(arrival->former_rooms);
  greeting.hello_sent_at = hello.sent_at;
  greeting.hello_received_at = arrival->hello_received_at;
  greeting.message_id = message_id;
  AskForJoins(session, hello, now);
  AskForOthers(session, arrival->rooms, now);
  if (greeting.unanswered == 0) Welcome(session, now);
  return true;
}

bool Greeter::BecomeKnown(Session& session, const Hello& hello, Now now) {
  if (!session.arrival) {
    const std::string fault = FaultOf(hello, config_);
    if (!fault.empty()) {
      events_.OnBadMessage(BadMessage::kBadHello);
      speaker_.Disconnect(session, DisconnectCode::kBadRequest, fault);
      return false;
    }
    if (drain_.has_begun()) {
      speaker_.Disconnect(session, DisconnectCode::kShutdown, "the hub is stopping");
      return false;
    }
    session.arrival = std::make_unique<Arrival>();
    session.arrival->hello_received_at = now.wall;
    // From here on: how long other shards take to answer is no sign of the client's life.
    session.heartbeat.emplace(Heartbeat::Role::kAsks,
                              Heartbeat::Config{config_.ping_interval, config_.ping_grace},
                              now.instant, FirstPingAfter(now));
    // Before a session is asked for, so that a token that is not good leaves it parked.
    if (!credentials_.Identify(session, hello.token.view, now)) return false;
    if (hello.resume && resumer_.Ask(session, *hello.resume, now)) return false;
  }
  Arrival& arrival = *session.arrival;
  if (!session.has_number) {
    if (!resumer_.Adopt(session)) BecomeNew(session);
    if (!session.anonymous) {
      courier_.Send(HomeShardOfUser(config_, session.user),
                    UserMail(AdmitSession{session.ref, session.number, session.user,
                                          arrival.token_issued_at}));
      return false;
    }
    session.user = FormatSessionId(session.number);
  }
  return session.anonymous || arrival.admitted;
}

bool Greeter::OnAdmitted(Session& session, const SessionAdmitted& admitted) {
  if (admitted.refused) {
    speaker_.Disconnect(session, *admitted.refused);
    return false;
  }
  session.arrival->admitted = true;
  // Behind those that it was ordered into meanwhile.
  std::vector<KeptRoom>& rooms = session.arrival->rooms;
  rooms.insert(rooms.end(), admitted.rooms.begin(), admitted.rooms.end());
  return true;
}

Duration Greeter::FirstPingAfter(Now now) {
  const Duration slot =
      std::max(std::min(kPingSlot, config_.ping_interval / kPingSlotsAtLeast), Duration(1));
  const auto span = static_cast<std::uint64_t>((config_.ping_interval - slot).count()) + 1;
  const Instant at = now.instant + Duration(static_cast<std::int64_t>(RandomNumber() % span));
  // The end of the slot that it falls into.
  return at - at.time_since_epoch() % slot + slot - now.instant;
}

void Greeter::BecomeNew(Session& session) {
  session.number.home = self_;
  session.number.high = RandomNumber();
  session.number.low = static_cast<std::uint32_t>(RandomNumber());
  session.has_number = true;
  secrets_.Fill(session.key.data(), session.key.size());
  resumer_.Begin(session);
}

void Greeter::AskForJoins(Session& session, const Hello& hello, Now now) {
  Greeting& greeting = *session.greeting;
  greeting.unanswered = hello.joins.size();
  greeting.asked = hello.joins.size();
  greeting.answers.resize(hello.joins.size());
  for (std::uint32_t i = 0; i < hello.joins.size(); ++i) {
    const Join& join = hello.joins[i];
    JoinAnswer refusal;
    refusal.request = i;
    refusal.room = join.room.view;
    refusal.refused = true;
    std::optional<Failure> failure;
    if (Joiner::IsUnderWay(session, join.room.view)) {
      failure = Failure{ErrorCode::kBadRequest, "the room is among the joins twice"};
    } else {
      failure = joiner_.Ask(session, join, i, now);
    }
    if (!failure) continue;
    refusal.failure = std::move(*failure);
    greeting.answers[i] = std::move(refusal);
    --greeting.unanswered;
  }
}

void Greeter::AskForOthers(Session& session, const std::vector<KeptRoom>& rooms, Now now) {
  Greeting& greeting = *session.greeting;
  const auto ask = [&](const KeptRoom& room, bool by_order) {
    if (Joiner::IsUnderWay(session, room.name)) return;
    const auto request = static_cast<std::uint32_t>(greeting.answers.size());
    Join join;
    join.room = room.name;
    join.member_data = Bytes(room.member_data);
    const RoomTokenRights given{{.join = by_order}};
    // Who may not is not told: the client did not ask.
    if (joiner_.Ask(session, join, request, now, given)) return;
    greeting.answers.emplace_back();
    ++greeting.unanswered;
  };
  if (config_.FindNamespace("$user") != nullptr) ask({"$user:" + session.user, {}}, false);
  for (const KeptRoom& room : rooms) ask(room, true);
}

void Greeter::OnAnswer(Session& session, const JoinAnswer& answer, Now now) {
  Greeting& greeting = *session.greeting;
  std::optional<JoinAnswer>& place = greeting.answers[answer.request];
  if (!place) --greeting.unanswered;
  place = answer;
  joiner_.Settle(session, answer);
  if (greeting.unanswered == 0) Welcome(session, now);
}

void Greeter::OnReset(Session& session, const StreamReset& reset) {
  for (std::optional<JoinAnswer>& answer : session.greeting->answers) {
    if (!answer || answer->refused || answer->handle != reset.handle) continue;
    answer->top = reset.position;
    answer->start = reset.position.offset;
    if (answer->verdict == Verdict::kRecovered) answer->verdict = Verdict::kLost;
  }
}

void Greeter::Welcome(Session& session, Now now) {
  const std::unique_ptr<Greeting> greeting = std::move(session.greeting);
  std::vector<JoinOutcome> outcomes;
  outcomes.reserve(greeting->asked);
  for (std::size_t i = 0; i < greeting->asked; ++i) {
    const auto& answer = greeting->answers[i];
    if (answer->refused) {
      outcomes.push_back({speaker_.ToError(answer->failure)});
    } else {
      outcomes.push_back({joiner_.ToJoined(session, *answer)});
    }
  }
  const std::string session_id = FormatSessionId(session.number);
  roomcast::Welcome welcome;
  welcome.instance = config_.instance;
  welcome.session_id = session_id;
  welcome.session_key = Bytes(std::string_view(session.key.data(), session.key.size()));
  welcome.resumed = session.resumed;
  welcome.user = session.user;
  welcome.resume_window_ms = Milliseconds(config_.resume_window);
  welcome.ping_interval_ms = Milliseconds(config_.ping_interval);
  welcome.ping_grace_ms = Milliseconds(config_.ping_grace);
  Limits limits;
  limits.message_bytes_max = kInboundMessageBytesMax;
  limits.rooms_max = static_cast<std::uint32_t>(config_.rooms_per_connection);
  limits.publishes_per_second = config_.publishes_per_second;
  limits.publish_burst = config_.publish_burst;
  limits.member_data_bytes_max = static_cast<std::uint32_t>(config_.member_data_bytes);
  welcome.limits = limits;
  welcome.hello_sent_at = greeting->hello_sent_at;
  welcome.hello_received_at = Microseconds(greeting->hello_received_at);
  welcome.sent_at = Microseconds(now.wall);
  welcome.node = config_.node;
  welcome.joins = outcomes;
  if (session.token_until != kNever) {
    // 0 would say that it does not expire.
    welcome.token_lifetime_ms = std::max(Milliseconds(session.token_until - now.instant), 1u);
  }
  // In the fast lane, where the first Ping cannot overtake it.
  speaker_.Say(session, {greeting->message_id, welcome}, Outbox::Lane::kFast);
  session.state = Session::State::kOpen;
  session.welcomed = true;
  events_.OnSession(session.resumed);
  for (std::size_t i = greeting->asked; i < greeting->answers.size(); ++i) {
    const JoinAnswer& answer = *greeting->answers[i];
    if (!answer.refused) speaker_.Push(session, joiner_.ToJoined(session, answer));
  }
  rooms_.OnWelcomed(session);
  for (OrderLeave& leave : greeting->leaves) courier_.Send(self_, UserMail(std::move(leave)));
}

}  // namespace roomcast::hub
