#include "tests/simulation/hub_life.h"

#include <algorithm>
#include <array>
#include <utility>

#include "server/hub/home.h"
#include "server/hub/inspector.h"
#include "tests/simulation/hub_settings.h"
#include "tests/simulation/message_count.h"

namespace roomcast::simulation {
namespace {

constexpr Duration kCloseDeadline = 5s;

// The transport's head of a message: its length.
std::size_t WriteLength(std::size_t payload_bytes, char* out) {
  for (std::size_t i = 0; i < 4; ++i) out[i] = static_cast<char>(payload_bytes >> (8 * i));
  return 4;
}

class SeededSecrets : public hub::Secrets {
 public:
  explicit SeededSecrets(std::uint64_t seed) : random_(seed) {}
  void Fill(char* out, std::size_t bytes) override {
    for (std::size_t i = 0; i < bytes; ++i) out[i] = static_cast<char>(random_.Next());
  }

 private:
  Random random_;
};

}  // namespace

struct HubLife::Seat : hub::PostOffice {
  HubLife* life = nullptr;
  std::uint16_t id = 0;
  std::unique_ptr<WitnessedEngine> engine;
  std::unique_ptr<SeededSecrets> secrets;
  std::unique_ptr<hub::Shard> shard;
  // By sender, the bridge last: what one sender posts arrives in its order; between senders any
  // order may be.
  std::vector<std::deque<hub::Mail>> inbox;
  std::size_t letters = 0;
  std::vector<LinkIndex> links;
  std::vector<std::uint32_t> free_indices;
  std::uint32_t next_index = 0;
  std::vector<LinkIndex> flushes;
  std::vector<LinkIndex> resumes;
  Instant turn_at = kNever;   // the next turn that is planned …
  Instant timer_at = kNever;  // … and the one for the next deadline
  bool Post(hub::ShardId to, hub::Mail& mail) override {
    return life->Enqueue(id, static_cast<std::uint16_t>(to), mail);
  }
};

HubLife::HubLife(const Parts& parts, std::uint64_t seed, Now now)
    : parts_(parts),
      random_(seed),
      totals_(parts.totals),
      config_(MakeHubConfig(parts.weather, parts.shards, parts.life, random_)),
      limits_{parts.weather.soft_bytes, parts.weather.hard_bytes},
      now_(now) {
  for (std::uint16_t id = 0; id < config_.shards; ++id) {
    auto seat = std::make_unique<Seat>();
    seat->life = this;
    seat->id = id;
    seat->engine = std::make_unique<WitnessedEngine>(config_.hash_key, random_.Next(),
                                                     MakeEngineLimits(parts.weather, parts.shards),
                                                     parts.life, parts.streams, parts.witness);
    seat->secrets = std::make_unique<SeededSecrets>(random_.Next());
    seat->inbox.resize(config_.shards + std::size_t{1});
    seat->shard = std::make_unique<hub::Shard>(
        static_cast<hub::ShardId>(id), config_,
        hub::ShardWorld{*this, *seat, *this, *seat->engine, parts.authenticator, *seat->secrets,
                        *this, WriteLength});
    seats_.push_back(std::move(seat));
  }
}

HubLife::~HubLife() {
  for (const auto& seat : seats_) totals_.evicted += seat->engine->history_evicted();
}

HubLife::End* HubLife::Find(LinkIndex link) {
  if (link >= ends_.size() || !ends_[link]) return nullptr;
  End* end = ends_[link].get();
  return end->phase == End::Phase::kEnded ? nullptr : end;
}
const HubLife::End* HubLife::Find(LinkIndex link) const {
  return const_cast<HubLife*>(this)->Find(link);
}

bool HubLife::Believes(LinkIndex link) const {
  const End* end = Find(link);
  return end != nullptr && end->hub_knows;
}

// ---- Mail
// -----------------------------------------------------------------------------------------

bool HubLife::Enqueue(std::uint16_t from, std::uint16_t to, hub::Mail& mail) {
  Seat& target = *seats_[to];
  if (target.letters >= parts_.weather.mailbox_letters) return false;
  target.inbox[from].push_back(std::move(mail));
  ++target.letters;
  parts_.bounds.OnMailbox(target.letters);
  WantTurn(target, now_, false);
  return true;
}

bool HubLife::PostFromBridge(hub::PublishToRoom publish, Now now) {
  now_ = now;
  const auto home = static_cast<std::uint16_t>(hub::HomeShardOf(config_, publish.room));
  hub::Mail mail = std::move(publish);
  return Enqueue(config_.shards, home, mail);
}

void HubLife::TakeMail(Seat& seat, Now now) {
  const std::uint64_t most = 1 + random_.Below(parts_.weather.letters_per_turn);
  for (std::uint64_t taken = 0; taken < most && seat.letters > 0; ++taken) {
    // Any sender may be next.
    std::size_t from = random_.Below(seat.inbox.size());
    while (seat.inbox[from].empty()) from = (from + 1) % seat.inbox.size();
    hub::Mail mail = std::move(seat.inbox[from].front());
    seat.inbox[from].pop_front();
    --seat.letters;
    ++totals_.mail;
    seat.shard->OnMail(std::move(mail), now);
  }
}

// ---- What the network brings
// ----------------------------------------------------------------------

void HubLife::OnOpen(LinkIndex link, ClientIndex client, Now now) {
  now_ = now;
  // The kernel shares connections out among the shards' listeners.
  Seat& seat = *seats_[random_.Below(seats_.size())];
  if (seat.free_indices.empty()) seat.free_indices.push_back(seat.next_index++);
  if (link >= ends_.size()) ends_.resize(link + 1);
  ends_[link] = std::make_unique<End>();
  End& end = *ends_[link];
  end.link = link;
  end.client = client;
  end.id = hub::MakeConnectionId(seat.free_indices.back(), link + 1);
  end.shard = seat.id;
  seat.free_indices.pop_back();
  seat.links.push_back(link);
  seat.shard->OnOpen(end.id, now);
  WantTurn(seat, now, true);
}

void HubLife::Hear(End& end, Instant at) {
  end.alive_at = std::max(end.alive_at, at);
  seats_[end.shard]->shard->OnAlive(end.id, {at, now_.wall});
  parts_.wires.OnTold(end.link, at);
}

// The kernel knows of signs of life that no read shows: a peer that only takes is alive.
void HubLife::AskIfLost(End& end, Now now) {
  if (end.phase != End::Phase::kOpen || !end.hub_knows) return;
  if (end.alive_at + config_.ping_interval + config_.ping_grace > now.instant) return;
  const Instant at = parts_.wires.AcknowledgedAt(end.link);
  if (at > end.alive_at) Hear(end, at);
}

void HubLife::OnBytes(LinkIndex link, std::string_view bytes, Now now) {
  now_ = now;
  End* end = Find(link);
  if (end == nullptr || end->phase != End::Phase::kOpen) return;
  Hear(*end, now.instant);
  WantTurn(SeatOf(*end), now, true);
  if (!end->reading || !end->held.empty()) {
    end->held.emplace_back(bytes);
    return;
  }
  totals_.client_messages += CountMessages(bytes);
  SeatOf(*end).shard->OnMessage(end->id, bytes, now);
}

void HubLife::OnPeerEnded(LinkIndex link, std::uint16_t code, Now now) {
  now_ = now;
  End* end = Find(link);
  if (end == nullptr) return;
  WantTurn(SeatOf(*end), now, true);
  TellHub(*end, code, now);
  EndNow(*end);
}

void HubLife::OnWritable(LinkIndex link, Now now) {
  now_ = now;
  End* end = Find(link);
  if (end == nullptr || !end->blocked) return;
  end->blocked = false;
  if (end->hub_knows) Hear(*end, now.instant);
  WantFlush(*end);
  WantTurn(SeatOf(*end), now, true);
}

void HubLife::TellHub(End& end, std::uint16_t code, Now now) {
  if (std::exchange(end.hub_knows, false)) SeatOf(end).shard->OnClosed(end.id, code, now);
}

void HubLife::EndNow(End& end) {
  end.phase = End::Phase::kEnded;
  end.queue = net::SendQueue();
  end.deadline = kNever;
  Seat& seat = SeatOf(end);
  std::erase(seat.links, end.link);
  seat.free_indices.push_back(hub::IndexOf(end.id));
}

// ---- Turns
// ----------------------------------------------------------------------------------------

void HubLife::WantTurn(Seat& seat, Now now, bool soon) {
  const Duration lag =
      calm_ || soon ? std::min<Duration>(parts_.weather.turn_lag, 1ms) : parts_.weather.turn_lag;
  const Instant at = now.instant + Between(random_, 1us, lag);
  if (seat.turn_at <= at && seat.turn_at > now.instant) return;
  seat.turn_at = at;
  parts_.wires.PlanTurn(parts_.life, seat.id, at);
}

void HubLife::PlanNext(Seat& seat, Now now, bool busy) {
  if (busy) return WantTurn(seat, now, false);
  Instant next = seat.shard->NextDeadline();
  for (const LinkIndex link : seat.links) next = std::min(next, ends_[link]->deadline);
  if (next == kNever) return;
  next = std::max(next, now.instant + 1us);
  if (seat.timer_at > now.instant && seat.timer_at <= next) return;
  seat.timer_at = next;
  parts_.wires.PlanTurn(parts_.life, seat.id, next);
}

void HubLife::Turn(std::uint16_t shard, Now now) {
  now_ = now;
  Seat& seat = *seats_[shard];
  // One that was put off, or that came earlier for another reason.
  if (seat.turn_at != now.instant && seat.timer_at != now.instant) return;
  if (seat.turn_at == now.instant) seat.turn_at = kNever;
  TakeMail(seat, now);
  ResumeReading(seat, now);
  OnDeadlines(seat, now);
  bool mail_waits = seat.shard->EndTurn(now);
  bool busy = false;
  if (FlushAll(seat, now)) {
    mail_waits = seat.shard->EndTurn(now);
    busy = FlushAll(seat, now);
  }
  busy = busy || mail_waits || seat.letters > 0 || !seat.flushes.empty() || !seat.resumes.empty();
  PlanNext(seat, now, busy);
}

void HubLife::ResumeReading(Seat& seat, Now now) {
  for (const LinkIndex link : std::exchange(seat.resumes, {})) {
    End* end = Find(link);
    if (end == nullptr) continue;
    end->resume_wanted = false;
    while (end->phase == End::Phase::kOpen && end->reading && !end->held.empty()) {
      const std::string bytes = std::move(end->held.front());
      end->held.pop_front();
      totals_.client_messages += CountMessages(bytes);
      seat.shard->OnMessage(end->id, bytes, now);
    }
  }
}

void HubLife::OnDeadlines(Seat& seat, Now now) {
  for (std::size_t i = 0; i < seat.links.size(); ++i) {
    End& end = *ends_[seat.links[i]];
    AskIfLost(end, now);
    if (end.deadline > now.instant) continue;
    end.deadline = kNever;
    if (end.phase == End::Phase::kOpen) {
      Stalled(end, now);
    } else {
      parts_.wires.Reset(end.link);
      EndNow(end);
      --i;
    }
  }
  if (seat.shard->NextDeadline() <= now.instant) seat.shard->OnTime(now);
}

// At the hard limit, and not a byte was taken in all the time.
void HubLife::Stalled(End& end, Now now) {
  end.queue.DropUnstarted();
  OnDisconnect(DisconnectCode::kSlow);
  end.phase = End::Phase::kClosing;
  end.close_code = static_cast<std::uint16_t>(DisconnectCode::kSlow);
  end.deadline = now.instant + kCloseDeadline;
  TellHub(end, end.close_code, now);
  WantFlush(end);
}

bool HubLife::FlushAll(Seat& seat, Now now) {
  bool drained = false;
  for (const LinkIndex link : std::exchange(seat.flushes, {})) {
    End* end = Find(link);
    if (end == nullptr) continue;
    end->flush_wanted = false;
    if (!Flush(*end)) continue;
    drained = true;
    seat.shard->OnDrained(end->id, now);
  }
  return drained;
}

bool HubLife::Flush(End& end) {
  if (end.blocked) return false;
  bool drained = false;
  while (!end.queue.empty()) {
    std::size_t free = parts_.wires.FreeBytes(end.link);
    if (free == 0) {
      end.blocked = true;
      return drained && end.phase == End::Phase::kOpen;
    }
    std::array<iovec, 64> pieces;
    std::size_t count = end.queue.Gather(pieces);
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < count; ++i) {
      pieces[i].iov_len = std::min(pieces[i].iov_len, free - bytes);
      bytes += pieces[i].iov_len;
      if (bytes == free) count = i + 1;
    }
    parts_.wires.Write(end.link, std::span(pieces.data(), count), bytes);
    drained = end.queue.Consume(bytes, limits_) || drained;
    // Bytes were taken: it is not stalled.
    if (end.phase == End::Phase::kOpen) end.deadline = kNever;
  }
  if (end.phase == End::Phase::kClosing && !std::exchange(end.end_written, true)) {
    parts_.wires.WriteEnd(end.link, end.close_code);
  }
  return drained && end.phase == End::Phase::kOpen;
}

void HubLife::WantFlush(End& end) {
  if (std::exchange(end.flush_wanted, true)) return;
  SeatOf(end).flushes.push_back(end.link);
}

void HubLife::Shutdown(Now now) {
  now_ = now;
  for (const auto& seat : seats_) {
    seat->shard->Shutdown(now);
    seat->shard->EndTurn(now);
    FlushAll(*seat, now);
  }
}

void HubLife::BeginDrain(const hub::DrainPlan& plan, Now now) {
  now_ = now;
  for (const auto& seat : seats_) {
    hub::DrainPlan part = plan;
    part.seed += seat->id;
    seat->shard->BeginDrain(part, now);
    WantTurn(*seat, now, true);
  }
}

hub::PresenceState HubLife::PresenceOf(std::string_view room) const {
  const auto home = static_cast<std::size_t>(hub::HomeShardOf(config_, room));
  const auto answer = seats_[home]->shard->inspector().PresenceOf(room, {}, kPresencePageUsers);
  const auto* state = std::get_if<hub::PresenceState>(&answer);
  return state == nullptr ? hub::PresenceState{} : *state;
}

void HubLife::Patrol() {
  std::size_t bytes = 0;
  const std::size_t shard_most = parts_.weather.hub_history_bytes / seats_.size() +
                                 engine::Stream::kChunkBytes + parts_.weather.payload_max +
                                 kPublicationOverheadBytesMax;
  const std::size_t parked_most =
      (parts_.weather.parked_sessions + seats_.size() - 1) / seats_.size();
  for (const auto& seat : seats_) {
    bytes += seat->engine->history_bytes();
    parts_.bounds.OnHistory(seat->engine->history_bytes(), shard_most);
    parts_.bounds.OnParked(seat->shard->counts().parked, parked_most);
  }
  // The entries, what is around each, and the chunks at both ends that are not full.
  const std::size_t one = parts_.weather.history_bytes + parts_.weather.payload_max +
                          kPublicationOverheadBytesMax + 32 * parts_.weather.history_messages +
                          2 * engine::Stream::kChunkBytes;
  parts_.bounds.OnHistory(bytes, one * parts_.streams.names().size());
}

// ---- What the hub does
// ----------------------------------------------------------------------------

hub::Outbox::Fill HubLife::Push(hub::ConnectionId connection, hub::SharedBytes bytes, Lane lane) {
  End* end = Find(LinkOf(connection));
  if (end == nullptr || end->phase != End::Phase::kOpen) return Fill::kGone;
  const Fill fill = end->queue.Push(std::move(bytes), lane, limits_);
  parts_.bounds.OnOutbox(end->client, end->queue.bytes());
  if (fill == Fill::kOverHard) {
    if (end->deadline == kNever) end->deadline = now_.instant + kOutboxStall;
    return fill;
  }
  WantFlush(*end);
  return fill;
}

void HubLife::Close(hub::ConnectionId connection, DisconnectCode code, std::string_view) {
  End* end = Find(LinkOf(connection));
  if (end == nullptr || end->phase != End::Phase::kOpen) return;
  parts_.wires.OnHubCloses(end->link, code);
  end->hub_knows = false;
  end->phase = End::Phase::kClosing;
  end->close_code = static_cast<std::uint16_t>(code);
  end->deadline = now_.instant + kCloseDeadline;
  end->held.clear();
  WantFlush(*end);
}

void HubLife::SetReading(hub::ConnectionId connection, bool reading) {
  End* end = Find(LinkOf(connection));
  if (end == nullptr || end->phase != End::Phase::kOpen || end->reading == reading) return;
  end->reading = reading;
  if (!reading || std::exchange(end->resume_wanted, true)) return;
  SeatOf(*end).resumes.push_back(end->link);
}

void HubLife::OnPublished(hub::BridgeCall call, const Published& answer) {
  parts_.wires.OnBridgeAnswer(call, answer);
}

void HubLife::OnDisconnect(DisconnectCode code) {
  if (code == DisconnectCode::kSlow) ++totals_.slow_ends;
  if (code == DisconnectCode::kNoPong) ++totals_.hub_lost;
  if (code == DisconnectCode::kTokenExpired) ++totals_.token_ends;
  if (code == DisconnectCode::kShutdown) ++totals_.shutdown_ends;
}

}  // namespace roomcast::simulation
