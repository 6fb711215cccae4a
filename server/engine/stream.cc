#include "server/engine/stream.h"

#include <algorithm>
#include <cstring>

#include "proto/protocol/frame.h"

namespace roomcast::engine {
namespace {

// std::make_unique_for_overwrite, which Emscripten's library does not have.
std::unique_ptr<char[]> Uninitialised(std::size_t bytes) {
  return std::unique_ptr<char[]>(new char[bytes]);
}

// The first chunk of a room is small, for there may be a million rooms; the next are larger.
constexpr std::size_t kFirstChunkBytes = 512;

std::uint32_t MillisecondsSince(Instant begun, Instant now) { return Milliseconds(now - begun); }

}  // namespace

std::string_view Stream::Append(const hub::Engine::Keep& keep, Publication publication,
                                Instant now) {
  publication.offset = ++top_.offset;
  std::string& scratch = age_.scratch;
  scratch.clear();
  AppendPublicationEntry(scratch, publication);
  Chunk& chunk = Open(scratch.size(), now);
  const std::size_t begin = chunk.used();
  std::memcpy(chunk.bytes.get() + begin, scratch.data(), scratch.size());
  chunk.index.push_back(
      {static_cast<std::uint32_t>(begin + scratch.size()), MillisecondsSince(chunk.begun, now)});
  Count(chunk);
  entry_bytes_ += scratch.size();
  ++kept_;
  const std::string_view entry(chunk.bytes.get() + begin, scratch.size());
  // A large publication's memory is not kept.
  if (scratch.capacity() > kChunkBytes) scratch = std::string();
  Expire(keep, now);
  while (kept_ > 1 && (kept_ > keep.messages || entry_bytes_ > keep.bytes)) DropOldest();
  return entry;
}

Stream::Chunk& Stream::Open(std::size_t entry_bytes, Instant now) {
  if (!chunks_.empty()) {
    Chunk& last = *chunks_.back();
    const bool fits = last.used() + entry_bytes <= last.capacity;
    // What is counted in milliseconds fits 32 bits for 49 days; the longest history is 30.
    if (fits && now - last.begun < std::chrono::hours(24)) return last;
    Seal(last);
  }
  auto made = std::make_unique<Chunk>();
  const std::size_t before = chunks_.empty() ? 0 : chunks_.back()->used();
  made->capacity = std::max(entry_bytes, std::clamp(2 * before, kFirstChunkBytes, kChunkBytes));
  made->bytes = Uninitialised(made->capacity);
  made->begun = now;
  made->first_offset = top_.offset;
  made->place = age_.chunks.insert(age_.chunks.end(), this);
  chunks_.push_back(std::move(made));
  return *chunks_.back();
}

void Stream::Seal(Chunk& chunk) {
  auto exact = Uninitialised(chunk.used());
  std::memcpy(exact.get(), chunk.bytes.get(), chunk.used());
  chunk.bytes = std::move(exact);
  chunk.capacity = chunk.used();
  chunk.index.shrink_to_fit();
  Count(chunk);
}

void Stream::Count(Chunk& chunk) {
  // The chunk, its places in two lists, the allocator's own; one number, so that a run is the same
  // wherever it runs.
  constexpr std::size_t kAround = 152;
  static_assert(sizeof(Chunk) + sizeof(std::unique_ptr<Chunk>) + 64 <= kAround);
  const std::size_t is = chunk.capacity + chunk.index.capacity() * sizeof(Kept) + kAround;
  age_.bytes += is - chunk.counted;
  chunk.counted = is;
}

void Stream::DropOldest() {
  Chunk& chunk = *chunks_.front();
  entry_bytes_ -= chunk.index[chunk.dropped].end - chunk.begin_of(chunk.dropped);
  --kept_;
  if (++chunk.dropped == chunk.index.size()) DropChunk();
}

void Stream::DropChunk() {
  age_.bytes -= chunks_.front()->counted;
  age_.chunks.erase(chunks_.front()->place);
  chunks_.erase(chunks_.begin());
}

std::size_t Stream::DropOldestChunk() {
  const Chunk& chunk = *chunks_.front();
  const std::size_t count = chunk.index.size() - chunk.dropped;
  kept_ -= count;
  entry_bytes_ -= chunk.used() - chunk.begin_of(chunk.dropped);
  DropChunk();
  return count;
}

void Stream::Clear() {
  while (!chunks_.empty()) DropChunk();
  kept_ = 0;
  entry_bytes_ = 0;
}

void Stream::Shrink(const hub::Engine::Keep& keep, Instant now) {
  Expire(keep, now);
  while (kept_ > 0 && (kept_ > keep.messages || entry_bytes_ > keep.bytes)) DropOldest();
}

std::uint64_t Stream::DropUpTo(std::uint64_t offset) {
  std::uint64_t dropped = 0;
  for (; kept_ > 0 && oldest() <= offset; ++dropped) DropOldest();
  return dropped;
}

void Stream::Expire(const hub::Engine::Keep& keep, Instant now) {
  while (kept_ > 0 && TimeOf(oldest()) + keep.ttl < now) DropOldest();
}

const Stream::Chunk& Stream::ChunkOf(std::uint64_t offset) const {
  const auto after = std::upper_bound(
      chunks_.begin(), chunks_.end(), offset,
      [](std::uint64_t at, const auto& chunk) { return at < chunk->first_offset; });
  return **std::prev(after);
}

Instant Stream::TimeOf(std::uint64_t offset) const {
  const Chunk& chunk = ChunkOf(offset);
  return chunk.begun + std::chrono::milliseconds(chunk.index[offset - chunk.first_offset].at_ms);
}

std::string_view Stream::EntryOf(std::uint64_t offset) const {
  const Chunk& chunk = ChunkOf(offset);
  const std::size_t i = offset - chunk.first_offset;
  return {chunk.bytes.get() + chunk.begin_of(i), chunk.index[i].end - chunk.begin_of(i)};
}

Stream::Page Stream::Read(const hub::Engine::Range& range, std::string& entries) const {
  if (range.after >= top_.offset || range.before == 0) return {};
  std::uint64_t low = std::max(range.after + 1, oldest());
  const std::uint64_t high = std::min(range.before - 1, top_.offset);
  while (low <= high && TimeOf(low) < range.not_before) ++low;
  if (low > high || range.messages_max == 0) return {};
  const std::size_t begin = entries.size();
  std::size_t count = 0;
  while (count <= high - low && count < range.messages_max) {
    const std::string_view entry = EntryOf(range.reverse ? high - count : low + count);
    if (count > 0 && entries.size() - begin + entry.size() > range.bytes_max) break;
    entries.append(entry);
    ++count;
  }
  return range.reverse ? Page{high + 1 - count, high} : Page{low, low + count - 1};
}

}  // namespace roomcast::engine
