#include "server/net/watch_desk.h"

#include <string>
#include <utility>
#include <variant>

#include "server/net/bridge_desk.h"

namespace roomcast::net {
namespace {

constexpr Duration kRetryAfter = std::chrono::milliseconds(100);

std::uint32_t PlaceOf(hub::ConnectionId id) { return hub::IndexOf(id) & ~hub::kStreamIndexBit; }

hub::WatchAdd ToAdd(bridge::WatchCommand command) {
  hub::WatchAdd add;
  add.id = command.id;
  add.by_prefix = command.by_prefix;
  add.name = std::move(command.name);
  if (const auto* position = std::get_if<bridge::RoomPosition>(&command.since)) {
    add.since = Position{position->epoch, position->offset};
  } else if (const auto* count = std::get_if<std::uint32_t>(&command.since)) {
    add.since = LastCount{*count};
  } else if (const auto* ms = std::get_if<std::uint64_t>(&command.since)) {
    add.since = LastMs{*ms};
  }
  add.interest = static_cast<PresenceInterest>(command.presence);
  add.lifecycle = command.lifecycle;
  add.without_publications = command.without_publications;
  return add;
}

bridge::HubError WhyEnded(DisconnectCode code, std::string_view reason) {
  if (code == DisconnectCode::kSlow) {
    return HubErrorOf(
        {ErrorCode::kOverloaded, "the stream was not read: " + std::string(reason), kRetryAfter});
  }
  // The hub's way of saying UNAVAILABLE.
  return {0, std::string(reason), /*temporary=*/true, 0};
}

}  // namespace

WatchDesk::~WatchDesk() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  for (const auto& line : opened_) line->End(WhyEnded(DisconnectCode::kShutdown, "the hub stops"));
  for (const auto& stream : streams_) {
    if (stream) stream->line->End(WhyEnded(DisconnectCode::kShutdown, "the hub stops"));
  }
}

std::shared_ptr<WatchLine> WatchDesk::Open(std::weak_ptr<bridge::WatchListener> listener) {
  std::shared_ptr<WatchLine> line;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || open_ >= limits_.streams_max) return nullptr;
    ++open_;
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(uses_.size()));
      uses_.push_back(0);
    }
    const std::uint32_t index = free_.back();
    free_.pop_back();
    line = std::make_shared<WatchLine>(hub::MakeStreamId(index, ++uses_[index]),
                                       std::move(listener), [this](WatchLine& one) { Ring(one); });
    opened_.push_back(line);
    any_rung_.store(true, std::memory_order_release);
  }
  mailbox_.WakeUp();
  return line;
}

void WatchDesk::Ring(WatchLine& line) {
  if (!line.SetRung()) return;
  {
    const std::lock_guard lock(mutex_);
    rung_.push_back(line.id());
    any_rung_.store(true, std::memory_order_release);
  }
  mailbox_.WakeUp();
}

WatchDesk::Stream* WatchDesk::Find(hub::ConnectionId id) {
  const std::uint32_t place = PlaceOf(id);
  if (place >= streams_.size() || !streams_[place] || streams_[place]->line->id() != id) {
    return nullptr;
  }
  return streams_[place].get();
}

// ---- What streams ask for

void WatchDesk::Hear(hub::Shard& shard, Now now) {
  if (!any_rung_.load(std::memory_order_acquire)) return;
  std::vector<std::shared_ptr<WatchLine>> opened;
  std::vector<hub::ConnectionId> rung;
  {
    const std::lock_guard lock(mutex_);
    any_rung_.store(false, std::memory_order_relaxed);
    opened = std::exchange(opened_, {});
    rung = std::exchange(rung_, {});
  }
  for (const auto& line : opened) Begin(line, shard, now);
  for (const hub::ConnectionId id : rung) {
    if (const Stream* stream = Find(id)) HearOne(*std::shared_ptr(stream->line), shard, now);
  }
}

void WatchDesk::Begin(const std::shared_ptr<WatchLine>& line, hub::Shard& shard, Now now) {
  const std::uint32_t place = PlaceOf(line->id());
  if (place >= streams_.size()) streams_.resize(place + 1);
  streams_[place] = std::make_unique<Stream>();
  streams_[place]->line = line;
  shard.OnWatch(line->id(), hub::WatchOpen{}, now);
}

void WatchDesk::HearOne(WatchLine& line, hub::Shard& shard, Now now) {
  WatchLine::Heard heard = line.Hear();
  for (bridge::WatchOrder& order : heard.orders) {
    for (const std::uint32_t id : order.remove) {
      shard.OnWatch(line.id(), hub::WatchRemove{id}, now);
    }
    for (auto& add : order.add) {
      if (auto* command = std::get_if<bridge::WatchCommand>(&add)) {
        shard.OnWatch(line.id(), ToAdd(std::move(*command)), now);
      } else {
        auto& [id, error] = std::get<1>(add);
        shard.OnWatch(line.id(),
                      hub::WatchRefuse{id, {static_cast<ErrorCode>(error.code), error.message, {}}},
                      now);
      }
    }
    Stream* stream = Find(line.id());
    if (stream == nullptr) return;
    constexpr std::int64_t kCreditMax = std::int64_t{1} << 50;
    const auto more = static_cast<std::int64_t>(
        std::min<std::uint64_t>(order.credit_bytes, static_cast<std::uint64_t>(kCreditMax)));
    stream->credit = std::min(stream->credit + more, kCreditMax);
  }
  if (heard.closed) {
    shard.OnWatch(line.id(), hub::WatchClosed{}, now);
    return Forget(line.id());
  }
  if (Stream* stream = Find(line.id())) WantFlush(line.id(), *stream);
}

void WatchDesk::Forget(hub::ConnectionId id) {
  const Stream* stream = Find(id);
  if (stream == nullptr) return;
  queued_bytes_ -= stream->bytes;
  streams_[PlaceOf(id)].reset();
  const std::lock_guard lock(mutex_);
  free_.push_back(PlaceOf(id));
  --open_;
}

// ---- What the hub says

hub::Outbox::Fill WatchDesk::Push(hub::ConnectionId id, hub::SharedBytes bytes, Lane /*lane*/) {
  Stream* stream = Find(id);
  if (stream == nullptr) return Fill::kGone;
  const std::size_t size = bytes.size() + SendQueue::kMessageOverheadBytes;
  if (stream->bytes + size > limits_.hard_bytes) {
    stream->over_soft = true;
    return Fill::kOverHard;
  }
  stream->bytes += size;
  queued_bytes_ += size;
  stream->queue.push_back(std::move(bytes));
  WantFlush(id, *stream);
  if (stream->bytes <= limits_.soft_bytes) return Fill::kFine;
  stream->over_soft = true;
  return Fill::kOverSoft;
}

void WatchDesk::Close(hub::ConnectionId id, DisconnectCode code, std::string_view reason) {
  Stream* stream = Find(id);
  if (stream == nullptr) return;
  if (code != DisconnectCode::kSlow) return stream->line->End(WhyEnded(code, reason));
  // Who did not read in time is not waited for, nor is what it did not read kept.
  queued_bytes_ -= stream->bytes;
  stream->bytes = 0;
  stream->queue.clear();
  stream->line->Cut(WhyEnded(code, reason));
  // It is forgotten when its backend has heard so and closed it.
}

void WatchDesk::WantFlush(hub::ConnectionId id, Stream& stream) {
  if (std::exchange(stream.on_flush_list, true)) return;
  flushes_.push_back(id);
}

bool WatchDesk::Flush(hub::Shard& shard, Now now) {
  bool hub_heard = false;
  for (const hub::ConnectionId id : std::exchange(flushes_, {})) {
    Stream* stream = Find(id);
    if (stream == nullptr) continue;
    stream->on_flush_list = false;
    FlushOne(*stream);
    if (!stream->over_soft || stream->bytes > limits_.soft_bytes / 2) continue;
    stream->over_soft = false;
    shard.OnDrained(id, now);
    hub_heard = true;
  }
  return hub_heard || !flushes_.empty();
}

void WatchDesk::FlushOne(Stream& stream) {
  if (stream.queue.empty() || stream.credit <= 0) return;
  std::size_t room = stream.line->Room(/*wants_more=*/true);
  std::vector<hub::SharedBytes> pieces;
  std::size_t bytes = 0;
  while (room > 0 && stream.credit > 0 && !stream.queue.empty()) {
    const std::size_t size = stream.queue.front().payload().size();
    pieces.push_back(std::move(stream.queue.front()));
    stream.queue.pop_front();
    stream.bytes -= pieces.back().size() + SendQueue::kMessageOverheadBytes;
    queued_bytes_ -= pieces.back().size() + SendQueue::kMessageOverheadBytes;
    stream.credit -= static_cast<std::int64_t>(size);
    bytes += size;
    room -= std::min(room, size);
  }
  if (!pieces.empty()) stream.line->HandOver(std::move(pieces), bytes);
  // It rings when what was handed over is taken.
  if (room == 0 && !stream.queue.empty() && stream.line->Room(/*wants_more=*/true) > 0) {
    WantFlush(stream.line->id(), stream);
  }
}

}  // namespace roomcast::net
