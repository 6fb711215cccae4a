#include "tests/support/scripted_hub.h"

#include <algorithm>
#include <variant>

namespace roomcast::test {

ScriptedHub::Stream& ScriptedHub::stream(std::string_view room) {
  const auto at = streams_.find(room);
  if (at != streams_.end()) return at->second;
  Stream& stream = streams_[std::string(room)];
  stream.handle = ++last_handle_;
  return stream;
}

Joined ScriptedHub::MakeJoined(const roomcast::Join& join, Verdict verdict) {
  const Stream& from = stream(join.room.view);
  Joined joined;
  joined.room = join.room;
  joined.handle = from.handle;
  joined.position = Position{from.epoch, from.top};
  joined.start = from.top;
  joined.policy = RoomPolicy{Delivery::kReliable, true, true, PresenceInterest::kNone, true};
  if (const Position* since = std::get_if<Position>(&join.since)) {
    joined.verdict = verdict;
    if (verdict == Verdict::kRecovered) joined.start = std::min(since->offset, from.top);
  }
  return joined;
}

void ScriptedHub::Welcome(bool resumed, Verdict verdict) {
  const ClientMessage* message = world_.Next<Hello>();
  if (message == nullptr) {
    if (world_.broken.empty()) world_.broken = "there is no Hello to answer";
    return;
  }
  const Hello& hello = std::get<Hello>(message->body);
  roomcast::Welcome welcome;
  welcome.instance = std::string_view(instance);
  welcome.session_id = std::string_view(session);
  welcome.session_key = Bytes("0123456789abcdef");
  welcome.resumed = resumed;
  welcome.user = "ann";
  welcome.ping_interval_ms = ping_interval_ms;
  welcome.ping_grace_ms = ping_grace_ms;
  welcome.resume_window_ms = 60'000;
  welcome.hello_sent_at = hello.sent_at;
  welcome.hello_received_at = Microseconds(world_.now().wall);
  welcome.sent_at = Microseconds(world_.now().wall);
  welcome.node = "node-1";
  welcome.token_lifetime_ms = token_lifetime_ms;
  std::vector<JoinOutcome> outcomes;
  for (const roomcast::Join& join : hello.joins) {
    outcomes.push_back(JoinOutcome{MakeJoined(join, verdict)});
  }
  welcome.joins = outcomes;
  world_.Say(welcome, message->id);
}

void ScriptedHub::Accept(bool resumed, Verdict verdict) {
  world_.OpenSocket();
  Welcome(resumed, verdict);
}

void ScriptedHub::AnswerJoin(Verdict verdict) {
  const ClientMessage* message = world_.Next<roomcast::Join>();
  if (message == nullptr) {
    if (world_.broken.empty()) world_.broken = "there is no Join to answer";
    return;
  }
  world_.Say(MakeJoined(std::get<roomcast::Join>(message->body), verdict), message->id);
}

void ScriptedHub::RefuseJoin(ErrorCode code, bool temporary, std::uint32_t retry_after_ms) {
  const ClientMessage* message = world_.Next<roomcast::Join>();
  if (message != nullptr) Refuse(message->id, code, temporary, retry_after_ms);
}

void ScriptedHub::AnswerPublish(bool duplicate) {
  const ClientMessage* message = world_.Next<roomcast::Publish>();
  if (message == nullptr) {
    if (world_.broken.empty()) world_.broken = "there is no Publish to answer";
    return;
  }
  Stream& into = stream(std::get<roomcast::Publish>(message->body).room.view);
  if (!duplicate) ++into.top;
  world_.Say(Published{Position{into.epoch, into.top}, duplicate}, message->id);
}

void ScriptedHub::Refuse(std::uint32_t id, ErrorCode code, bool temporary,
                         std::uint32_t retry_after_ms) {
  world_.Say(Error{static_cast<std::uint32_t>(code), "no", temporary, retry_after_ms}, id);
}

void ScriptedHub::Deliver(std::string_view room, std::uint64_t offset, std::string_view data,
                          std::uint64_t producer) {
  Stream& from = stream(room);
  if (offset > from.top) from.top = offset;
  Publication publication;
  publication.offset = offset;
  publication.type = "said";
  publication.encoding = Encoding::kText;
  publication.data = Bytes(data);
  publication.publisher = Publisher{"someone", "bob"};
  if (producer != 0) publication.publish_id = PublishId{producer, 1};
  world_.Say(RoomBatch{from.handle, Repeated<Publication>(&publication, 1)});
}

void ScriptedHub::Ping() {
  roomcast::Ping ping;
  ping.sequence = ++pings_;
  ping.sent_at = Microseconds(world_.now().wall);
  world_.Say(ping);
}

void ScriptedHub::Disconnect(std::uint32_t code, DisconnectAction action,
                             std::uint32_t retry_after_ms, std::uint32_t spread_ms) {
  world_.Say(roomcast::Disconnect{code, "because", action, retry_after_ms, spread_ms});
}

}  // namespace roomcast::test
