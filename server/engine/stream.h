#ifndef ROOMCAST_SERVER_ENGINE_STREAM_H_
#define ROOMCAST_SERVER_ENGINE_STREAM_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proto/protocol/instant.h"
#include "proto/protocol/room_messages.h"
#include "server/engine/chunk.h"
#include "server/engine/history_age.h"
#include "server/hub/engine.h"

namespace roomcast::engine {

// One room's stream: its position, and the publications it still keeps, as the very bytes that were
// sent. Small ones lie together in chunks, a large one has one of its own. Age is counted on the
// monotonic clock: a wall clock that jumps expires nothing. Not thread-safe.
class Stream {
 public:
  // The most that lies in one chunk, but for a publication that is larger. Small chunks waste
  // little at their ends: see "HistoryTakesAtMost32BytesAroundAPublication".
  static constexpr std::size_t kChunkBytes = OpenChunk::kBytesMax;

  // Goes on after `top`, with no history. `age` outlives the stream.
  Stream(const Position& top, HistoryAge& age) : top_(top), age_(age) {}
  ~Stream() { Clear(); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Gives the publication the next offset, encodes and keeps it; answers its entry, valid until the
  // next append. It stays readable until then even where nothing is kept. `keep.ttl` is at most 30
  // days.
  std::string_view Append(const hub::Engine::Keep& keep, Publication publication, Instant now);

  struct Page {
    std::uint64_t first = 1;
    std::uint64_t last = 0;  // below first: nothing
  };
  // Appends to `entries` what the range asks for.
  Page Read(const hub::Engine::Range& range, std::string& entries) const;

  // Lets go what is more than is to be kept.
  void Shrink(const hub::Engine::Keep& keep, Instant now);
  // Answers with how many there were.
  std::uint64_t DropUpTo(std::uint64_t offset);
  // Lets go what is older than the time to live.
  void Expire(const hub::Engine::Keep& keep, Instant now);
  // Lets go the oldest chunk, of which there must be one; answers with how many publications it
  // had.
  std::size_t DropOldestChunk();
  [[nodiscard]] std::size_t chunks() const;
  void Clear();

  [[nodiscard]] const Position& top() const { return top_; }
  // What history holds begins here.
  [[nodiscard]] std::uint64_t oldest() const { return top_.offset + 1 - kept(); }
  // When it was said; there must be one.
  [[nodiscard]] Instant OldestSaid() const;
  // Of the entries alone.
  [[nodiscard]] std::size_t bytes() const { return history_ ? history_->entry_bytes : 0; }

  // For HistoryAge: where this stream is in it.
  [[nodiscard]] std::size_t age_place() const { return history_->age_place; }
  void SetAgePlace(std::size_t place) { history_->age_place = place; }

 private:
  // Apart, for most rooms of a hub may hold none.
  struct History {
    std::vector<Chunk> closed;        // the oldest first
    std::size_t gone = 0;             // so many at its front are empty
    std::unique_ptr<OpenChunk> open;  // what follows them
    std::uint64_t kept = 0;           // the last so many of all, without a hole
    std::size_t entry_bytes = 0;
    Instant last_said;  // which the records' times are counted back from
    std::size_t age_place = 0;
  };
  // A chunk, and which publications were put into it.
  struct Span {
    std::uint64_t first = 0;
    std::size_t count = 0;
    const Chunk* closed = nullptr;  // none: the open one
    [[nodiscard]] bool Has(std::uint64_t offset) const { return offset - first < count; }
  };

  // Puts a record behind the others, and answers where it lies.
  const char* Put(std::string_view record);
  const char* PutAlone(std::string_view record);
  const char* PutTogether(std::string_view record);
  void CloseOpen();
  void AddClosed(Chunk chunk, std::size_t count);
  void DropOldest();
  void DropChunk();
  [[nodiscard]] std::uint64_t kept() const { return history_ ? history_->kept : 0; }
  [[nodiscard]] Span Front() const;
  [[nodiscard]] Span ClosedSpan(std::size_t i) const;
  [[nodiscard]] Span OpenSpan() const;
  [[nodiscard]] Span SpanOf(std::uint64_t offset) const;
  [[nodiscard]] Record RecordOf(const Span& span, std::uint64_t offset) const;
  [[nodiscard]] Instant SaidAt(const Record& record) const;

  Position top_;
  HistoryAge& age_;
  std::unique_ptr<History> history_;  // none: nothing is kept
};

}  // namespace roomcast::engine

#endif  // ROOMCAST_SERVER_ENGINE_STREAM_H_
