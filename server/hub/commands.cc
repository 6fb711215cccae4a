#include "server/hub/commands.h"

#include <string>
#include <utility>

#include "proto/protocol/frame.h"
#include "proto/protocol/limits.h"
#include "proto/protocol/room_name.h"
#include "server/hub/access.h"
#include "server/hub/home.h"
#include "server/hub/publication_rules.h"

namespace roomcast::hub {
namespace {

PublishToRoom ToMail(const Session& session, std::uint32_t id, const Publish& publish) {
  PublishToRoom mail;
  mail.origin = {session.ref, id};
  mail.room = publish.room.view;
  mail.type = publish.type.view;
  mail.encoding = publish.encoding;
  mail.data = publish.data.view;
  mail.key = publish.key.view;
  for (const Tag& tag : publish.tags) mail.tags.emplace_back(tag.name.view, tag.value.view);
  mail.publisher_session = FormatSessionId(session.number);
  mail.publisher_user = session.user;
  mail.producer = session.producer;
  mail.counter = publish.counter;
  mail.ephemeral = publish.ephemeral;
  return mail;
}

// What heartbeats say is no command.
bool IsCommand(const ClientMessage& message) {
  return !std::holds_alternative<Ping>(message.body) && !std::holds_alternative<Pong>(message.body);
}

// Another one of the session has to be answered first.
bool MustWait(const Session& session, const ClientMessage& message) {
  if (std::holds_alternative<History>(message.body) ||
      std::holds_alternative<PresenceGet>(message.body)) {
    return session.reads;
  }
  if (const auto* join = std::get_if<Join>(&message.body)) {
    return Joiner::IsUnderWay(session, join->room.view);
  }
  const auto* leave = std::get_if<Leave>(&message.body);
  return leave != nullptr && Joiner::IsUnderWay(session, leave->room.view);
}

// The first message of those that wait: a field of ClientFrame, as AppendFrame() wrote it.
std::string_view FirstOf(std::string_view frame) {
  std::size_t at = 1;
  std::size_t bytes = 0;
  for (unsigned shift = 0;; shift += 7) {
    const auto byte = static_cast<unsigned char>(frame[at++]);
    bytes |= static_cast<std::size_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return frame.substr(0, at + bytes);
  }
}

}  // namespace

Commands::Commands(const HubConfig& config, Speaker& speaker, Greeter& greeter, Joiner& joiner,
                   Credentials& credentials, LocalRooms& rooms, UserShares& shares,
                   Courier& courier, Outbox& outbox, Events& events)
    : config_(config),
      speaker_(speaker),
      greeter_(greeter),
      joiner_(joiner),
      credentials_(credentials),
      rooms_(rooms),
      shares_(shares),
      courier_(courier),
      outbox_(outbox),
      events_(events),
      arena_(kInboundArenaBytesMax) {}

void Commands::OnFrame(Session& session, std::string_view bytes, Now now) {
  if (session.state == Session::State::kEnded) return;
  arena_.Reset();
  const auto frame = DecodeClientFrame(bytes, arena_);
  if (!frame) {
    events_.OnBadMessage(BadMessage::kMalformed);
    return speaker_.Disconnect(session, DisconnectCode::kBadRequest,
                               "the message is not a ClientFrame");
  }
  Run(session, *frame, now);
}

void Commands::Run(Session& session, const ClientFrame& frame, Now now) {
  for (std::size_t i = 0; i < frame.messages.size(); ++i) {
    if (session.waiting || session.choked || !RunOne(session, frame.messages[i], now)) {
      return Wait(session, frame, i);
    }
    if (session.state == Session::State::kEnded) return;
  }
}

void Commands::Wait(Session& session, const ClientFrame& frame, std::size_t from) {
  const bool waited = session.waiting != nullptr;
  if (!waited) session.waiting = std::make_unique<WaitingMessages>();
  for (std::size_t i = from; i < frame.messages.size(); ++i) {
    AppendFrame(session.waiting->bytes, frame.messages[i]);
  }
  if (!waited) outbox_.SetReading(session.connection, false);
}

void Commands::GoOn(Session& session, Now now) {
  if (!session.waiting) return;
  WaitingMessages& waiting = *session.waiting;
  // One by one, so that many waits of one message cost no more than one.
  while (waiting.begin < waiting.bytes.size()) {
    if (session.choked) return;
    const std::string_view one = FirstOf(std::string_view(waiting.bytes).substr(waiting.begin));
    arena_.Reset();
    if (!RunOne(session, DecodeClientFrame(one, arena_)->messages[0], now)) return;
    waiting.begin += one.size();
    if (session.state == Session::State::kEnded) return;
  }
  session.waiting.reset();
  outbox_.SetReading(session.connection, true);
}

void Commands::OnDrained(Session& session, Now now) {
  session.choked = false;
  GoOn(session, now);
}

bool Commands::RunOne(Session& session, const ClientMessage& message, Now now) {
  const std::uint32_t id = message.id;
  const auto* hello = std::get_if<Hello>(&message.body);
  if (session.state == Session::State::kExpectsHello) {
    if (hello != nullptr) {
      return greeter_.OnHello(session, id, *hello, now);
    }
    events_.OnBadMessage(BadMessage::kBeforeHello);
    speaker_.Disconnect(session, DisconnectCode::kBadRequest, "the first message is not Hello");
    return true;
  }
  if (session.state == Session::State::kGreeting || MustWait(session, message)) return false;
  if (IsCommand(message)) {
    if (!session.rates) session.rates.reset(new Session::Rates{SessionRates(config_, now.instant)});
    if (!IsInTime(session, id, RateOf::kCommands, now)) return true;
  }
  if (hello != nullptr) {
    events_.OnBadMessage(BadMessage::kSecondHello);
    speaker_.Disconnect(session, DisconnectCode::kBadRequest, "Hello came twice");
  } else if (const auto* join = std::get_if<Join>(&message.body)) {
    OnJoin(session, id, *join, now);
  } else if (const auto* leave = std::get_if<Leave>(&message.body)) {
    OnLeave(session, id, *leave);
  } else if (const auto* publish = std::get_if<Publish>(&message.body)) {
    OnPublish(session, id, *publish, now);
  } else if (const auto* history = std::get_if<History>(&message.body)) {
    OnHistory(session, id, *history);
  } else if (const auto* refresh = std::get_if<Refresh>(&message.body)) {
    OnRefresh(session, id, *refresh, now);
  } else if (const auto* get = std::get_if<PresenceGet>(&message.body)) {
    OnPresenceGet(session, id, *get);
  } else if (const auto* update = std::get_if<PresenceUpdate>(&message.body)) {
    OnPresenceUpdate(session, id, *update);
  } else if (const auto* ping = std::get_if<Ping>(&message.body)) {
    const std::int64_t clock = Microseconds(now.wall);
    speaker_.Say(session, {id, Pong{ping->sequence, clock, clock}}, Outbox::Lane::kFast);
  } else if (const auto* pong = std::get_if<Pong>(&message.body)) {
    if (session.heartbeat->OnPong(*pong, now.instant)) {
      events_.OnRoundTrip(*session.heartbeat->round_trip());
    }
  } else if (std::holds_alternative<Bye>(message.body)) {
    outbox_.Close(session.connection, DisconnectCode::kNormal, "bye");
    session.state = Session::State::kEnded;
  } else if (std::holds_alternative<std::monostate>(message.body)) {
    speaker_.Fail(session, id, {ErrorCode::kUnknownCommand, "the message has no known body"});
  } else {
    speaker_.Fail(session, id, {ErrorCode::kNotAvailable, "this hub does not offer it"});
  }
  return true;
}

void Commands::OnJoin(Session& session, std::uint32_t id, const Join& join, Now now) {
  if (!IsInTime(session, id, RateOf::kJoins, now)) return;
  if (rooms_.Find(session, join.room.view)) {
    bool asks = false;
    if (const auto failure = joiner_.AskAgain(session, join, id, now, asks)) {
      return speaker_.Fail(session, id, *failure);
    }
    if (asks) return;
    const auto standing = rooms_.Find(session, join.room.view);
    return speaker_.Reply(session, id, joiner_.Again(session, join.room.view, *standing));
  }
  if (const auto failure = joiner_.Ask(session, join, id, now)) {
    speaker_.Fail(session, id, *failure);
  }
}

void Commands::OnLeave(Session& session, std::uint32_t id, const Leave& leave) {
  rooms_.Remove(session, leave.room.view);
  speaker_.Reply(session, id, Ok{});
}

bool Commands::IsInTime(Session& session, std::uint32_t id, RateOf of, Now now) {
  UserShares::Share*& user = session.rates->user;
  const bool has_share = !session.anonymous && config_.user_rate_factor > 0;
  if (has_share && user == nullptr) user = &shares_.Enter(session.user);
  SessionRates::Rate& rate = session.rates->own[of];
  const Duration held = has_share ? UserShares::Wait(*user, of, now.instant) : Duration(0);
  if (held == Duration(0) && rate.bucket.Take(now.instant)) {
    rate.refused_in_a_row = 0;
    if (has_share) shares_.Count(*user, of);
    return true;
  }
  if (++rate.refused_in_a_row > rate.bucket.burst()) {
    speaker_.Disconnect(session, DisconnectCode::kRateLimited,
                        "it went on after being told to wait");
    return false;
  }
  const RateLimit limit = held > Duration(0) ? LimitOfUser(config_, of) : LimitOf(config_, of);
  std::string message = "the most is " + std::to_string(limit.per_second) + " ";
  message.append(kRateNames[IndexOf(of)]).append(" a second");
  if (held > Duration(0)) message += " of all the user's sessions";
  const Duration wait = std::max(held, rate.bucket.Wait(now.instant));
  speaker_.Fail(session, id, {ErrorCode::kTooManyRequests, std::move(message), wait});
  return false;
}

const NamespaceConfig* Commands::FindAllowed(Session& session, std::uint32_t id,
                                             std::string_view room, const Deed& deed) {
  const NamespaceAnswer found = FindNamespaceOf(config_, room);
  if (found.config == nullptr) {
    speaker_.Fail(session, id, found.failure);
    return nullptr;
  }
  const bool is_member = rooms_.Find(session, room).has_value();
  const Rights rights = credentials_.RightsOf(session, room);
  const bool is_place = deed.in_own_room ? IsPlace(session, room, rights) : !IsHubsOwn(room);
  if (is_place && IsAllowed(found.config->*deed.who, session, is_member, rights.*deed.right)) {
    return found.config;
  }
  speaker_.Fail(session, id, {ErrorCode::kPermissionDenied, deed.refusal});
  return nullptr;
}

void Commands::OnPublish(Session& session, std::uint32_t id, const Publish& publish, Now now) {
  if (!IsInTime(session, id, RateOf::kPublishes, now)) return;
  static constexpr Deed kPublish{&NamespaceConfig::may_publish, &Rights::publish,
                                 /*in_own_room=*/false, "the session may not publish in this room"};
  if (FindAllowed(session, id, publish.room.view, kPublish) == nullptr) return;
  const ShardId home = HomeShardOf(config_, publish.room.view);
  if (courier_.TrySend(home, ToMail(session, id, publish))) return;
  speaker_.Fail(session, id, {ErrorCode::kOverloaded, "the room's shard is busy", 100ms});
}

void Commands::OnHistory(Session& session, std::uint32_t id, const History& history) {
  static constexpr Deed kReadHistory{&NamespaceConfig::may_read_history, &Rights::history,
                                     /*in_own_room=*/true,
                                     "the session may not read this room's history"};
  const NamespaceConfig* found = FindAllowed(session, id, history.room.view, kReadHistory);
  if (found == nullptr) return;
  if (history.limit > 0 && !found->KeepsHistory()) {
    return speaker_.Fail(session, id,
                         {ErrorCode::kNotAvailable, "the room's namespace keeps no history"});
  }
  const ShardId home = HomeShardOf(config_, history.room.view);
  session.reads = courier_.TrySend(
      home, ReadHistory{session.ref, id, std::string(history.room.view), history.since,
                        history.before, history.limit, history.reverse});
  if (session.reads) return;
  speaker_.Fail(session, id, {ErrorCode::kOverloaded, "the room's shard is busy", 100ms});
}

void Commands::OnHistoryAnswer(Session& session, const HistoryAnswer& answer, Now now) {
  session.reads = false;
  if (answer.refused) {
    speaker_.Fail(session, answer.request, answer.failure);
  } else {
    SayHistoryPage(session, answer);
  }
  GoOn(session, now);
}

void Commands::SayHistoryPage(Session& session, const HistoryAnswer& answer) {
  arena_.Reset();
  // The hub's own bytes; more than the arena holds cannot be in a page.
  const auto entries = DecodePublicationEntries(answer.entries, arena_);
  HistoryPage page;
  page.position = answer.top;
  if (entries) page.publications = entries->publications;
  page.more = answer.more;
  page.lost = answer.lost;
  speaker_.Reply(session, answer.request, page);
}

void Commands::OnRefresh(Session& session, std::uint32_t id, const Refresh& refresh, Now now) {
  if (const auto failure = credentials_.Refresh(session, refresh.token.view, now)) {
    return speaker_.Fail(session, id, *failure);
  }
  speaker_.Reply(session, id, Ok{});
}

void Commands::OnJoinAnswer(Session& session, const JoinAnswer& answer, Now now) {
  if (session.state == Session::State::kGreeting) {
    greeter_.OnAnswer(session, answer, now);
    if (session.state == Session::State::kOpen) GoOn(session, now);
    return;
  }
  if (answer.again && !rooms_.Find(session, answer.room)) {
    // It was taken out meanwhile, and has heard so.
    speaker_.Fail(session, answer.request,
                  {ErrorCode::kNotJoined, "the session was taken out of the room"});
  } else if (answer.refused) {
    if (!Joiner::IsOrdered(session, answer)) {
      speaker_.Fail(session, answer.request, answer.failure);
    }
  } else {
    const Joined joined = joiner_.ToJoined(session, answer);
    // A reply to request 0 is not wanted; a backend's order is told all the same.
    if (answer.request != 0 || !answer.again) speaker_.Say(session, {answer.request, joined});
  }
  joiner_.Settle(session, answer);
  GoOn(session, now);
}

void Commands::OnPublishAnswer(Session& session, const PublishAnswer& answer) {
  if (answer.refused) return speaker_.Fail(session, answer.request, answer.failure);
  speaker_.Reply(session, answer.request, Published{answer.position, answer.duplicate});
}

}  // namespace roomcast::hub
