#include "tests/support/hub_rig.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <sstream>

#include "proto/protocol/frame.h"
#include "server/hub/home.h"

namespace roomcast::test {
namespace {

std::size_t NoHead(std::size_t, char*) { return 0; }

// "chat:*=join,publish"
hub::Grant GrantOf(const std::string& word) {
  const std::size_t equals = word.find('=');
  const std::string rights = word.substr(equals + 1);
  const auto has = [&](std::string_view right) { return rights.find(right) != std::string::npos; };
  return {word.substr(0, equals),
          {has("join"), has("publish"), has("history"), has("presence"), has("manage")}};
}

// So many seconds after the beginning; what is no number of at most nine digits is none.
WallTime SecondsIn(std::string_view text) {
  std::int64_t seconds = 0;
  if (text.size() <= 9) std::from_chars(text.data(), text.data() + text.size(), seconds);
  return static_cast<WallTime>(kBeginning + seconds * 1'000'000);
}

}  // namespace

hub::Authenticator::Answer PlainAuthenticator::Verify(std::string_view token, WallTime now) const {
  Answer answer;
  std::istringstream words{std::string(token)};
  for (std::string word; words >> word;) {
    const std::string rest = word.substr(word.find(':') + 1);
    if (word.starts_with("user:")) {
      answer.identity.user = rest;
    } else if (word.starts_with("expired:")) {
      return {Refusal::kExpired, {}, "the token is expired"};
    } else if (word.starts_with("until:")) {
      answer.identity.expires = SecondsIn(rest);
    } else if (word.starts_with("issued:")) {
      answer.identity.issued = SecondsIn(rest);
    } else if (word.starts_with("info:")) {
      answer.identity.info = rest;
    } else if (word.find('=') != std::string::npos) {
      answer.identity.grants.push_back(GrantOf(word));
    }
  }
  if (answer.identity.user.empty()) return {Refusal::kInvalid, {}, "the token is nobody's"};
  const std::int64_t expires = Microseconds(answer.identity.expires);
  if (expires != 0 && expires <= Microseconds(now)) {
    return {Refusal::kExpired, {}, "the token is expired"};
  }
  return answer;
}

hub::HubConfig HubRig::DefaultConfig(const Options& options) {
  hub::HubConfig config;
  config.shards = options.shards;
  config.instance = "00000000000000aa";
  config.node = "test";
  config.hash_key = {options.seed, 2};
  config.anonymous = true;
  config.namespaces.push_back({.name = "default"});
  config.namespaces.push_back({.name = "chat"});
  config.namespaces.push_back({.name = "drop", .delivery = Delivery::kDroppable});
  config.namespaces.push_back({.name = "quiet", .may_publish = hub::Who::kBackendOnly});
  config.namespaces.push_back(
      {.name = "users", .may_join = hub::Who::kUser, .may_publish = hub::Who::kUser});
  return config;
}

HubRig::HubRig(Options options, hub::HubConfig config)
    : options_(options), config_(std::move(config)), random_(options.seed) {
  for (std::uint16_t id = 0; id < config_.shards; ++id) {
    auto member = std::make_unique<Member>();
    member->rig = this;
    member->id = id;
    member->engine = std::make_unique<engine::MemoryEngine>(config_.hash_key, random_.Next());
    member->secrets = std::make_unique<SeededSecrets>(random_.Next());
    member->inbox.resize(config_.shards);
    member->shard = std::make_unique<hub::Shard>(
        static_cast<hub::ShardId>(id), config_,
        hub::ShardWorld{*this, *member, *this, *member->engine, authenticator_, *member->secrets,
                        events_, NoHead});
    shards_.push_back(std::move(member));
  }
}

bool HubRig::Member::Post(hub::ShardId to, hub::Mail& mail) {
  return rig->Enqueue(id, static_cast<std::uint16_t>(to), mail);
}

bool HubRig::Enqueue(std::uint16_t from, std::uint16_t to, hub::Mail mail) {
  Member& target = *shards_[to];
  if (target.inbox_size >= options_.mailbox_max) return false;
  target.inbox[from].push_back(std::move(mail));
  ++target.inbox_size;
  return true;
}

hub::ConnectionId HubRig::Open(std::uint16_t shard) {
  const auto id = hub::MakeConnectionId(next_connection_, next_connection_);
  ++next_connection_;
  wires_[id];
  shard_of_[id] = shard;
  shards_[shard]->shard->OnOpen(id, now_);
  return id;
}

hub::ConnectionId HubRig::OpenStream(std::uint16_t shard) {
  const auto id = hub::MakeStreamId(next_connection_, next_connection_);
  ++next_connection_;
  wires_[id];
  shard_of_[id] = shard;
  Watch(id, hub::WatchOpen{});
  return id;
}

void HubRig::Watch(hub::ConnectionId stream, const hub::WatchInput& input) {
  shards_[ShardOf(stream)]->shard->OnWatch(stream, input, now_);
}

void HubRig::SayBytes(hub::ConnectionId connection, std::string_view bytes) {
  shards_[ShardOf(connection)]->shard->OnAlive(connection, now_);
  shards_[ShardOf(connection)]->shard->OnMessage(connection, bytes, now_);
}

void HubRig::Say(hub::ConnectionId connection, const ClientMessage& message) {
  std::string bytes;
  AppendFrame(bytes, message);
  SayBytes(connection, bytes);
}

void HubRig::Close(hub::ConnectionId connection, std::uint16_t code) {
  wires_[connection].closed = true;
  shards_[ShardOf(connection)]->shard->OnClosed(connection, code, now_);
}

void HubRig::Drain(hub::ConnectionId connection) {
  Wire& wire = wires_[connection];
  wire.unread_bytes = 0;
  if (!std::exchange(wire.over_soft, false)) return;
  shards_[ShardOf(connection)]->shard->OnDrained(connection, now_);
}

bool HubRig::CarryOne() {
  // Any sender of any shard may be next.
  std::vector<std::pair<Member*, std::deque<hub::Mail>*>> ready;
  for (const auto& member : shards_) {
    if (member->held) continue;
    for (auto& queue : member->inbox) {
      if (!queue.empty()) ready.emplace_back(member.get(), &queue);
    }
  }
  if (ready.empty()) return false;
  const auto [member, queue] = ready[random_.Below(ready.size())];
  hub::Mail mail = std::move(queue->front());
  queue->pop_front();
  --member->inbox_size;
  member->shard->OnMail(std::move(mail), now_);
  return true;
}

void HubRig::Settle() {
  bool waits = true;
  while (waits) {
    while (CarryOne()) {
    }
    waits = false;
    bool all_run = true;
    for (const auto& member : shards_) {
      all_run = all_run && !member->held;
      if (!member->held) waits = member->shard->EndTurn(now_) || waits;
    }
    // What waits for a shard that is held up waits on.
    waits = waits && all_run;
    for (const auto& member : shards_) waits = waits || (!member->held && member->inbox_size > 0);
  }
}

void HubRig::Pass(Duration time) {
  const Instant end = now_.instant + time;
  while (true) {
    Instant next = end;
    for (const auto& member : shards_) next = std::min(next, member->shard->NextDeadline());
    next = std::max(next, now_.instant);
    now_.wall = static_cast<WallTime>(Microseconds(now_.wall) + (next - now_.instant).count());
    now_.instant = next;
    for (const auto& member : shards_) {
      if (member->shard->NextDeadline() <= now_.instant) member->shard->OnTime(now_);
    }
    Settle();
    if (now_.instant >= end) return;
  }
}

hub::Mail* HubRig::FirstMailTo(std::uint16_t shard) {
  for (auto& queue : shards_[shard]->inbox) {
    if (!queue.empty()) return &queue.front();
  }
  return nullptr;
}

std::vector<ServerMessage> HubRig::Take(hub::ConnectionId connection) {
  Taken& taken = taken_[connection];
  Wire& wire = wires_[connection];
  taken.arena->Reset();
  taken.bytes.assign(wire.messages.begin(), wire.messages.end());
  wire.messages.clear();
  wire.fast = 0;
  std::vector<ServerMessage> all;
  for (const std::string& bytes : taken.bytes) {
    const auto frame = DecodeServerFrame(bytes, *taken.arena);
    EXPECT_TRUE(frame) << "the hub said what is not a frame";
    if (frame) all.insert(all.end(), frame->messages.begin(), frame->messages.end());
  }
  return all;
}

void HubRig::ReportMissing() { ADD_FAILURE() << "the connection was not sent such a message"; }

hub::ConnectionId HubRig::Greeted(std::uint16_t shard, std::string_view token,
                                  std::uint64_t producer) {
  const hub::ConnectionId connection = Open(shard);
  std::string bytes(kProducerBytes, '\0');
  const std::uint64_t number = producer != 0 ? producer : random_.Next();
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(number >> (8 * i));
  Hello hello;
  hello.protocol_version = 1;
  hello.token = token;
  hello.producer = Bytes(bytes);
  Say(connection, {1, hello});
  Settle();
  Next<Welcome>(connection);
  return connection;
}

Joined HubRig::JoinRoom(hub::ConnectionId connection, std::string_view room) {
  Join join;
  join.room = room;
  Say(connection, {2, join});
  Settle();
  return Next<Joined>(connection);
}

void HubRig::Publish(hub::ConnectionId connection, std::string_view room, std::string_view text,
                     std::uint64_t counter, std::uint32_t id) {
  roomcast::Publish publish;
  publish.room = room;
  publish.counter = counter;
  publish.encoding = Encoding::kText;
  publish.data = Bytes(text);
  Say(connection, {id, publish});
}

hub::Outbox::Fill HubRig::Push(hub::ConnectionId connection, hub::SharedBytes bytes, Lane lane) {
  Wire& wire = wires_[connection];
  if (wire.closed) return Fill::kGone;
  if (wire.slow && lane == Lane::kOrdered &&
      wire.unread_bytes + bytes.size() > options_.hard_bytes) {
    wire.over_soft = true;
    return Fill::kOverHard;
  }
  if (lane == Lane::kOrdered) {
    wire.messages.emplace_back(bytes.payload());
  } else {
    wire.messages.emplace(wire.messages.begin() + static_cast<std::ptrdiff_t>(wire.fast++),
                          bytes.payload());
  }
  if (!wire.slow) return Fill::kFine;
  wire.unread_bytes += bytes.size();
  if (wire.unread_bytes <= options_.soft_bytes) return Fill::kFine;
  wire.over_soft = true;
  return Fill::kOverSoft;
}

void HubRig::Close(hub::ConnectionId connection, DisconnectCode code, std::string_view reason) {
  Wire& wire = wires_[connection];
  EXPECT_FALSE(wire.closed) << "closed twice";
  wire.closed = true;
  wire.code = code;
  wire.reason = reason;
}

void HubRig::SetReading(hub::ConnectionId connection, bool reading) {
  wires_[connection].reading = reading;
}

void HubRig::OnPublished(hub::BridgeCall call, const Published& answer) {
  bridge_answers_.emplace_back(call, answer);
}

void HubRig::OnCounted(hub::BridgeCall, const Counted& answer) { counted_.push_back(answer); }

hub::BridgeAnswers::Counted HubRig::TakeCounted() {
  EXPECT_EQ(counted_.size(), 1u) << "the order was answered once";
  Counted answer = counted_.empty() ? Counted{} : counted_.back();
  counted_.clear();
  return answer;
}

void HubRig::OrderUser(std::string_view user, hub::UserMail order) {
  Mail(static_cast<std::uint16_t>(hub::HomeShardOfUser(config_, user)), std::move(order));
  Settle();
}

}  // namespace roomcast::test
