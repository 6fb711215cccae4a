#include "client-wasm/abi/record_writer.h"

#include <algorithm>
#include <limits>
#include <variant>

#include "client-wasm/core/names.h"
#include "proto/protocol/clear_bytes.h"

namespace roomcast::client {
namespace {

// A record's words begin at word 4 of the ABI's counting.
constexpr int kFirstWord = 4;

double ToMilliseconds(Instant at) {
  return at == kNever ? std::numeric_limits<double>::infinity()
                      : static_cast<double>(Microseconds(at)) / 1000.0;
}
double ToMilliseconds(Duration duration) {
  return static_cast<double>(Microseconds(duration)) / 1000.0;
}
std::uint32_t If(bool condition, std::uint32_t flag) { return condition ? flag : 0; }

// Of RC_GAP_*; a later hub may have other reasons.
constexpr Names kGapReasons("unspecified\0slow\0evicted\0engine");

}  // namespace

void RecordWriter::Write(const EffectBatch& batch, std::string_view frame) {
  records_.Clear();
  text_.Clear();
  frame_ = frame;
  for (const Effect& effect : batch) {
    std::visit([this](const auto& one) { One(one); }, effect);
  }
}

rc_effect& RecordWriter::Add(std::uint32_t kind) {
  void* const place = records_.AddPlace();
  ClearBytes(place, sizeof(rc_effect));
  rc_effect& record = *static_cast<rc_effect*>(place);
  record.kind = kind;
  return record;
}

void RecordWriter::Text(rc_effect& record, int word, std::string_view text) {
  record.word[word - kFirstWord] = static_cast<std::uint32_t>(text_.size());
  record.word[word + 1 - kFirstWord] = static_cast<std::uint32_t>(text.size());
  text_.Append(text);
}

void RecordWriter::Frame(rc_effect& record, int word, std::string_view part) const {
  if (part.empty()) return;
  record.word[word - kFirstWord] = static_cast<std::uint32_t>(part.data() - frame_.data());
  record.word[word + 1 - kFirstWord] = static_cast<std::uint32_t>(part.size());
}

void RecordWriter::Epoch(rc_effect& record, int word, std::uint64_t epoch) {
  record.word[word - kFirstWord] = static_cast<std::uint32_t>(epoch);
  record.word[word + 1 - kFirstWord] = static_cast<std::uint32_t>(epoch >> 32);
}

std::uint32_t RecordWriter::Atom(Atoms::Role role, std::string_view text) {
  const Atoms::Answer answer = atoms_.Find(role, text);
  if (answer.is_new) {
    rc_effect& record = Add(RC_EFFECT_ATOM);
    record.word[0] = answer.atom;
    Text(record, 6, text);
  }
  return answer.atom;
}

void RecordWriter::FaultAt8(rc_effect& record, const Fault& fault) {
  record.word[5 - kFirstWord] |= If(fault.retryable, RC_SETTLED_RETRYABLE);
  record.word[6 - kFirstWord] = fault.code;
  Text(record, 8, fault.name);
  Text(record, 10, fault.message);
  record.number[1] = ToMilliseconds(fault.retry_after);
}

void RecordWriter::One(const OpenSocket& effect) {
  rc_effect& record = Add(RC_EFFECT_OPEN_SOCKET);
  record.generation = static_cast<std::uint32_t>(effect.generation);
  Text(record, 4, effect.url);
  Text(record, 6, effect.protocol);
}

void RecordWriter::One(const SendBytes& effect) {
  rc_effect& record = Add(RC_EFFECT_SEND);
  record.generation = static_cast<std::uint32_t>(effect.generation);
  Text(record, 4, effect.bytes);
}

void RecordWriter::One(const CloseSocket& effect) {
  rc_effect& record = Add(RC_EFFECT_CLOSE_SOCKET);
  record.generation = static_cast<std::uint32_t>(effect.generation);
  record.word[0] = effect.code;
  Text(record, 6, effect.reason);
}

void RecordWriter::One(const SetTimer& effect) {
  Add(RC_EFFECT_SET_TIMER).number[0] = ToMilliseconds(effect.at);
}

void RecordWriter::One(const NeedToken& effect) {
  rc_effect& record = Add(RC_EFFECT_NEED_TOKEN);
  record.call = effect.request;
  record.word[0] = static_cast<std::uint32_t>(effect.reason);
}

void RecordWriter::One(const StateChanged& effect) {
  rc_effect& record = Add(RC_EFFECT_STATE);
  record.word[0] = static_cast<std::uint32_t>(effect.state);
  FaultAt8(record, effect.fault);
  record.number[0] = ToMilliseconds(effect.next_attempt);
}

void RecordWriter::One(const SessionBegan& effect) {
  rc_effect& record = Add(RC_EFFECT_SESSION);
  Text(record, 4, effect.session_id);
  Text(record, 6, effect.user);
  Text(record, 8, effect.instance);
  Text(record, 10, effect.node);
  record.word[12 - kFirstWord] =
      If(effect.resumed, RC_SESSION_RESUMED) | If(effect.same_instance, RC_SESSION_SAME_INSTANCE);
}

void RecordWriter::One(const RoomOpened& effect) {
  rc_effect& record = Add(RC_EFFECT_ROOM);
  record.room = static_cast<std::uint32_t>(effect.room);
  Text(record, 4, effect.name);
}

void RecordWriter::One(const RoomStateChanged& effect) {
  rc_effect& record = Add(RC_EFFECT_ROOM_STATE);
  record.room = static_cast<std::uint32_t>(effect.room);
  record.word[0] = static_cast<std::uint32_t>(effect.state);
  record.word[1] = static_cast<std::uint32_t>(effect.before);
}

void RecordWriter::One(const RoomJoined& effect) {
  rc_effect& record = Add(RC_EFFECT_JOINED);
  record.room = static_cast<std::uint32_t>(effect.room);
  record.word[0] = static_cast<std::uint32_t>(effect.verdict);
  record.word[1] = If(effect.again, RC_JOINED_AGAIN) | If(effect.recovered, RC_JOINED_RECOVERED) |
                   If(effect.policy.may_publish, RC_JOINED_MAY_PUBLISH) |
                   If(effect.policy.may_read_history, RC_JOINED_MAY_READ_HISTORY) |
                   If(effect.policy.keeps_history, RC_JOINED_KEEPS_HISTORY) |
                   If(effect.policy.delivery == Delivery::kDroppable, RC_JOINED_DROPPABLE);
  Epoch(record, 12, effect.top.epoch);
  record.word[8 - kFirstWord] = static_cast<std::uint32_t>(effect.policy.presence);
  record.number[0] = static_cast<double>(effect.top.offset);
  record.number[1] = static_cast<double>(effect.start);
  record.number[2] = static_cast<double>(effect.replayed);
}

void RecordWriter::One(const RoomLeft& effect) {
  rc_effect& record = Add(RC_EFFECT_LEFT);
  record.room = static_cast<std::uint32_t>(effect.room);
  FaultAt8(record, effect.fault);
}

void RecordWriter::One(const RoomGap& effect) {
  rc_effect& record = Add(RC_EFFECT_GAP);
  record.room = static_cast<std::uint32_t>(effect.room);
  const auto reason = static_cast<std::uint32_t>(effect.reason);
  record.word[0] = reason;
  Text(record, 6, kGapReasons[reason < kGapReasons.count() ? reason : 0]);
  record.number[0] = static_cast<double>(effect.from);
  record.number[1] = static_cast<double>(effect.to);
}

void RecordWriter::One(const RoomReset& effect) {
  rc_effect& record = Add(RC_EFFECT_RESET);
  record.room = static_cast<std::uint32_t>(effect.room);
  Epoch(record, 12, effect.position.epoch);
  record.number[0] = static_cast<double>(effect.position.offset);
}

void RecordWriter::One(const Delivered& effect) {
  const Publication& publication = *effect.publication;
  const std::uint32_t type = Atom(Atoms::Role::kType, publication.type.view);
  const Publisher publisher = publication.publisher.value_or(Publisher{});
  const std::uint32_t session = Atom(Atoms::Role::kSession, publisher.session.view);
  const std::uint32_t user = Atom(Atoms::Role::kUser, publisher.user.view);
  rc_effect& record = Add(RC_EFFECT_PUBLICATION);
  record.room = static_cast<std::uint32_t>(effect.room);
  record.call = static_cast<std::uint32_t>(effect.history);
  record.word[0] = If(effect.own, RC_PUBLICATION_OWN) | If(effect.replay, RC_PUBLICATION_REPLAY) |
                   If(publication.offset == 0, RC_PUBLICATION_EPHEMERAL);
  record.word[1] = type;
  record.word[2] = static_cast<std::uint32_t>(publication.encoding);
  record.word[3] = static_cast<std::uint32_t>(publication.tags.size());
  Frame(record, 8, publication.data.view);
  Frame(record, 10, publication.key.view);
  record.word[12 - kFirstWord] = session;
  record.word[13 - kFirstWord] = user;
  record.number[0] = static_cast<double>(publication.offset);
  record.number[1] = static_cast<double>(publication.time_at);
  if (effect.own && publication.publish_id) {
    record.number[2] = static_cast<double>(publication.publish_id->counter);
  }
  for (const Tag& tag : publication.tags) {
    rc_effect& tag_record = Add(RC_EFFECT_TAG);
    Frame(tag_record, 8, tag.name.view);
    Frame(tag_record, 10, tag.value.view);
  }
}

void RecordWriter::Present(const PresenceUser& user, std::uint32_t sessions) {
  rc_effect& record = Add(RC_EFFECT_PRESENT);
  record.word[0] = sessions;
  Frame(record, 8, user.user.view);
  Frame(record, 10, user.data.view);
}

void RecordWriter::One(const RoomPresence& effect) {
  rc_effect& record = Add(RC_EFFECT_PRESENCE);
  record.room = static_cast<std::uint32_t>(effect.room);
  record.word[0] = If(effect.first, RC_PRESENCE_FIRST) | If(effect.last, RC_PRESENCE_LAST);
  record.word[1] =
      static_cast<std::uint32_t>(effect.here.size() + effect.updated.size() + effect.gone.size());
  record.number[0] = effect.users;
  record.number[1] = effect.sessions;
  for (const PresenceUser& user : effect.here) Present(user, std::max(user.sessions, 1u));
  for (const PresenceUser& user : effect.updated) Present(user, std::max(user.sessions, 1u));
  for (const roomcast::Text& user : effect.gone) Present({user, 0, {}}, 0);
}

void RecordWriter::One(const Settled& effect) {
  rc_effect& record = Add(RC_EFFECT_SETTLED);
  record.call = static_cast<std::uint32_t>(effect.call);
  record.room = static_cast<std::uint32_t>(effect.room);
  record.word[0] = static_cast<std::uint32_t>(effect.outcome);
  record.word[1] = If(effect.duplicate, RC_SETTLED_DUPLICATE) | If(effect.more, RC_SETTLED_MORE) |
                   If(effect.lost, RC_SETTLED_LOST);
  FaultAt8(record, effect.fault);
  Epoch(record, 12, effect.position.epoch);
  record.number[0] = static_cast<double>(effect.position.offset);
  record.number[2] = static_cast<double>(effect.counter);
  record.number[3] = ToMilliseconds(effect.round_trip);
}

void RecordWriter::One(const Problem& effect) {
  rc_effect& record = Add(RC_EFFECT_ERROR);
  record.room = static_cast<std::uint32_t>(effect.room);
  FaultAt8(record, effect.fault);
}

void RecordWriter::One(const Trace& effect) {
  rc_effect& record = Add(RC_EFFECT_TRACE);
  record.word[0] = static_cast<std::uint32_t>(effect.level);
  Text(record, 6, effect.text);
}

}  // namespace roomcast::client
