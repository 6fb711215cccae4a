#ifndef ROOMCAST_SERVER_ENGINE_STREAM_H_
#define ROOMCAST_SERVER_ENGINE_STREAM_H_

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proto/protocol/instant.h"
#include "proto/protocol/room_messages.h"
#include "server/hub/engine.h"

namespace roomcast::engine {

class Stream;

// What the streams of one engine share. Their history by age: one entry for each chunk, the oldest
// first, so that what goes first when memory is short is the oldest, whichever room it is of.
struct HistoryAge {
  std::list<Stream*> chunks;
  std::size_t bytes = 0;  // of memory, what is around the entries included
  std::string scratch;    // where one Append() at a time encodes
};

// One room's stream: its position, and the publications it still keeps, as the very bytes that were
// sent. They lie in chunks, each with an index of 8 bytes a publication. Age is counted on the
// monotonic clock: a wall clock that jumps expires nothing. Not thread-safe.
class Stream {
 public:
  // A chunk's room for entries; a longer entry has one of its own. Small chunks waste little at
  // their ends: see "HistoryTakesAtMost32BytesAroundAPublication".
  static constexpr std::size_t kChunkBytes = 8 * 1024;

  // Goes on after `top`, with no history. `age` outlives the stream.
  Stream(const Position& top, HistoryAge& age) : top_(top), age_(age) {}
  ~Stream() { Clear(); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Gives the publication the next offset, encodes and keeps it; answers its entry, valid until the
  // next append. It stays readable until then even where nothing is kept.
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
  [[nodiscard]] std::size_t chunks() const { return chunks_.size(); }
  void Clear();

  [[nodiscard]] const Position& top() const { return top_; }
  // What history holds begins here.
  [[nodiscard]] std::uint64_t oldest() const { return top_.offset + 1 - kept_; }
  // Of the entries alone.
  [[nodiscard]] std::size_t bytes() const { return entry_bytes_; }

 private:
  struct Kept {
    std::uint32_t end;    // where its entry ends in the chunk
    std::uint32_t at_ms;  // after the chunk's begin
  };
  struct Chunk {
    Instant begun;
    std::uint64_t first_offset = 0;  // of index[0], whether or not it is still kept
    std::size_t dropped = 0;         // entries at the front that are not
    std::size_t capacity = 0;
    std::unique_ptr<char[]> bytes;
    std::vector<Kept> index;
    std::size_t counted = 0;  // in HistoryAge::bytes
    std::list<Stream*>::iterator place;

    [[nodiscard]] std::size_t begin_of(std::size_t i) const {
      return i == 0 ? 0 : index[i - 1].end;
    }
    [[nodiscard]] std::size_t used() const { return index.empty() ? 0 : index.back().end; }
    [[nodiscard]] std::uint64_t last_offset() const { return first_offset + index.size() - 1; }
  };

  Chunk& Open(std::size_t entry_bytes, Instant now);
  // Nothing more comes into it: gives back what it does not use.
  void Seal(Chunk& chunk);
  void Count(Chunk& chunk);
  void DropOldest();
  void DropChunk();
  [[nodiscard]] const Chunk& ChunkOf(std::uint64_t offset) const;
  [[nodiscard]] Instant TimeOf(std::uint64_t offset) const;
  [[nodiscard]] std::string_view EntryOf(std::uint64_t offset) const;

  Position top_;
  HistoryAge& age_;
  std::vector<std::unique_ptr<Chunk>> chunks_;  // the oldest first
  std::uint64_t kept_ = 0;                      // the last so many of all, without a hole
  std::size_t entry_bytes_ = 0;
};

}  // namespace roomcast::engine

#endif  // ROOMCAST_SERVER_ENGINE_STREAM_H_
