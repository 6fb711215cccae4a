#include "server/engine/stream.h"

#include <algorithm>

#include "proto/protocol/frame.h"

namespace roomcast::engine {
namespace {

// From here on a publication has a chunk of its own: it shares one with so few that the halves of
// chunks at both ends of a history would be more than a chunk's own allocation is.
constexpr std::size_t kAloneBytes = 1536;
static_assert(2 * kAloneBytes < Stream::kChunkBytes);

// What is counted beside the bytes, the allocator's own included; numbers, so that a run is the
// same wherever it runs.
constexpr std::size_t kAroundChunk = 26;
constexpr std::size_t kAroundOpen = 96;
constexpr std::size_t kAroundHistory = 112;
static_assert(sizeof(Chunk) + 16 <= kAroundChunk);
static_assert(sizeof(OpenChunk) + 48 <= kAroundOpen);

std::uint32_t LowMilliseconds(Instant at) {
  return static_cast<std::uint32_t>(Microseconds(at) / 1000);
}

}  // namespace

std::string_view Stream::Append(const hub::Engine::Keep& keep, Publication publication,
                                Instant now) {
  // Times are told by 32 bits of milliseconds, 49 days, and kept for at most 30.
  if (history_ && now - history_->last_said > std::chrono::hours(24)) Expire(keep, now);
  publication.offset = top_.offset + 1;
  std::string& scratch = age_.scratch;
  const std::uint32_t said_ms = LowMilliseconds(now);
  scratch.assign(reinterpret_cast<const char*>(&said_ms), Record::kHeadBytes);
  AppendPublicationEntry(scratch, publication);
  if (!history_) {
    history_ = std::make_unique<History>();
    age_.bytes += kAroundHistory;
    age_.Add(*this, now);
  }
  const std::string_view entry(Put(scratch) + Record::kHeadBytes,
                               scratch.size() - Record::kHeadBytes);
  ++top_.offset;
  ++history_->kept;
  history_->entry_bytes += entry.size();
  history_->last_said = now;
  // A large publication's memory is not kept.
  if (scratch.capacity() > kChunkBytes) std::string().swap(scratch);
  Expire(keep, now);
  while (kept() > 1 && (kept() > keep.messages || bytes() > keep.bytes)) DropOldest();
  return entry;
}

const char* Stream::Put(std::string_view record) {
  return record.size() < kAloneBytes ? PutTogether(record) : PutAlone(record);
}

const char* Stream::PutAlone(std::string_view record) {
  CloseOpen();
  AddClosed(Chunk(record, {}), 1);
  return history_->closed.back().data();
}

const char* Stream::PutTogether(std::string_view record) {
  if (!history_->open) {
    history_->open = std::make_unique<OpenChunk>();
    age_.bytes += kAroundOpen;
  }
  OpenChunk& open = *history_->open;
  age_.bytes -= open.bytes();
  // A room that keeps little has its place from what it let go of.
  if (const Span front = Front(); front.closed == nullptr && open.Grows(record.size())) {
    const auto gone = static_cast<std::size_t>(oldest() - front.first);
    if (2 * gone > front.count) open.DropFront(gone);
  }
  if (!open.Takes(record.size())) CloseOpen();
  const char* at = open.Append(record);
  age_.bytes += open.bytes();
  return at;
}

void Stream::CloseOpen() {
  if (!history_->open || history_->open->count() == 0) return;
  const std::size_t count = history_->open->count();
  AddClosed(history_->open->Close(), count);
}

void Stream::AddClosed(Chunk chunk, std::size_t count) {
  std::vector<Chunk>& closed = history_->closed;
  age_.bytes += chunk.bytes(count) + kAroundChunk;
  if (closed.size() == closed.capacity()) closed.reserve(closed.size() + closed.size() / 8 + 1);
  closed.push_back(std::move(chunk));
}

void Stream::DropOldest() {
  const Span front = Front();
  history_->entry_bytes -= RecordOf(front, oldest()).entry.size();
  --history_->kept;
  if (!front.Has(oldest())) DropChunk();
}

void Stream::DropChunk() {
  std::vector<Chunk>& closed = history_->closed;
  std::size_t& gone = history_->gone;
  if (gone < closed.size()) {
    age_.bytes -= closed[gone].bytes(Front().count) + kAroundChunk;
    closed[gone].Clear();
    // The row is moved up now and then, not for each.
    if (++gone * 8 > closed.size()) {
      closed.erase(closed.begin(), closed.begin() + static_cast<std::ptrdiff_t>(gone));
      gone = 0;
    }
  }
  if (history_->kept == 0) Clear();
}

std::size_t Stream::DropOldestChunk() {
  const Span front = Front();
  std::size_t dropped = 0;
  for (; history_ && front.Has(oldest()); ++dropped) DropOldest();
  return dropped;
}

void Stream::Clear() {
  if (!history_) return;
  for (std::size_t i = history_->gone; i < history_->closed.size(); ++i) {
    age_.bytes -= history_->closed[i].bytes(ClosedSpan(i).count) + kAroundChunk;
  }
  if (history_->open) age_.bytes -= history_->open->bytes() + kAroundOpen;
  age_.bytes -= kAroundHistory;
  age_.Remove(*this);
  history_.reset();
}

void Stream::Shrink(const hub::Engine::Keep& keep, Instant now) {
  Expire(keep, now);
  while (kept() > 0 && (kept() > keep.messages || bytes() > keep.bytes)) DropOldest();
}

std::uint64_t Stream::DropUpTo(std::uint64_t offset) {
  std::uint64_t dropped = 0;
  for (; kept() > 0 && oldest() <= offset; ++dropped) DropOldest();
  return dropped;
}

void Stream::Expire(const hub::Engine::Keep& keep, Instant now) {
  while (kept() > 0 && OldestSaid() + keep.ttl < now) DropOldest();
}

std::size_t Stream::chunks() const {
  if (!history_) return 0;
  const bool open = history_->open && history_->open->count() > 0;
  return history_->closed.size() - history_->gone + (open ? 1 : 0);
}

Instant Stream::OldestSaid() const { return SaidAt(RecordOf(Front(), oldest())); }

Stream::Span Stream::Front() const {
  return history_->gone < history_->closed.size() ? ClosedSpan(history_->gone) : OpenSpan();
}

Stream::Span Stream::ClosedSpan(std::size_t i) const {
  const std::vector<Chunk>& closed = history_->closed;
  const std::uint64_t first = closed[i].first_offset();
  const std::uint64_t next =
      i + 1 < closed.size() ? closed[i + 1].first_offset() : OpenSpan().first;
  return {first, static_cast<std::size_t>(next - first), &closed[i]};
}

Stream::Span Stream::OpenSpan() const {
  const std::size_t count = history_->open ? history_->open->count() : 0;
  return {top_.offset + 1 - count, count, nullptr};
}

Stream::Span Stream::SpanOf(std::uint64_t offset) const {
  if (const Span open = OpenSpan(); open.Has(offset)) return open;
  const auto begin = history_->closed.begin();
  const auto after = std::upper_bound(
      begin + static_cast<std::ptrdiff_t>(history_->gone), history_->closed.end(), offset,
      [](std::uint64_t at, const Chunk& chunk) { return at < chunk.first_offset(); });
  return ClosedSpan(static_cast<std::size_t>(after - begin) - 1);
}

Record Stream::RecordOf(const Span& span, std::uint64_t offset) const {
  const auto i = static_cast<std::size_t>(offset - span.first);
  return span.closed == nullptr ? history_->open->RecordOf(i)
                                : span.closed->RecordOf(i, span.count);
}

Instant Stream::SaidAt(const Record& record) const {
  const std::uint32_t before = LowMilliseconds(history_->last_said) - record.said_ms;
  return history_->last_said - std::chrono::milliseconds(before);
}

Stream::Page Stream::Read(const hub::Engine::Range& range, std::string& entries) const {
  if (range.after >= top_.offset || range.before == 0) return {};
  std::uint64_t low = std::max(range.after + 1, oldest());
  const std::uint64_t high = std::min(range.before - 1, top_.offset);
  if (low > high || range.messages_max == 0) return {};
  Span span;
  const auto read = [this, &span](std::uint64_t offset) {
    if (!span.Has(offset)) span = SpanOf(offset);
    return RecordOf(span, offset);
  };
  while (low <= high && SaidAt(read(low)) < range.not_before) ++low;
  if (low > high) return {};
  const std::size_t begin = entries.size();
  std::size_t count = 0;
  while (count <= high - low && count < range.messages_max) {
    const std::string_view entry = read(range.reverse ? high - count : low + count).entry;
    if (count > 0 && entries.size() - begin + entry.size() > range.bytes_max) break;
    entries.append(entry);
    ++count;
  }
  return range.reverse ? Page{high + 1 - count, high} : Page{low, low + count - 1};
}

}  // namespace roomcast::engine
