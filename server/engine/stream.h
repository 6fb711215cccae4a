#ifndef ROOMCAST_SERVER_ENGINE_STREAM_H_
#define ROOMCAST_SERVER_ENGINE_STREAM_H_

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "proto/protocol/room_messages.h"
#include "server/hub/engine.h"

namespace roomcast::engine {

// One room's stream: its position, and the publications it still keeps, as the very bytes that were
// sent. The bytes lie in one row, so that a page is a view. Not thread-safe.
class Stream {
 public:
  explicit Stream(std::uint64_t epoch) : top_{epoch, 0} {}

  // Gives the publication the next offset, encodes and keeps it; answers its entry, valid until the
  // next append.
  std::string_view Append(const hub::Engine::Keep& keep, Publication publication);

  struct Page {
    std::string_view entries;
    std::uint64_t first = 1;
    std::uint64_t last = 0;  // below first: nothing
  };
  // What is kept after `after` and is not older than `not_before` (microseconds since the Unix
  // epoch), from the oldest: at most `bytes_max`, but at least one publication.
  [[nodiscard]] Page Read(std::uint64_t after, std::int64_t not_before,
                          std::size_t bytes_max) const;

  // Lets go what is older than the time to live.
  void Expire(const hub::Engine::Keep& keep, std::int64_t now);

  [[nodiscard]] const Position& top() const { return top_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_.size() - begin_; }

 private:
  struct Kept {
    std::uint64_t end = 0;  // where its entry ends, counted from the stream's first byte
    std::int64_t time_at = 0;
  };

  void DropOldest();
  [[nodiscard]] std::uint64_t first_offset() const { return top_.offset + 1 - kept_.size(); }
  // Where the entry of kept_[i] begins in bytes_.
  [[nodiscard]] std::size_t BeginOf(std::size_t i) const;

  Position top_;
  std::deque<Kept> kept_;  // the last of all, without a hole
  std::string bytes_;      // of kept_, after begin_ bytes that are gone
  std::size_t begin_ = 0;
  std::uint64_t base_ = 0;  // what bytes_[0] counts as
};

}  // namespace roomcast::engine

#endif  // ROOMCAST_SERVER_ENGINE_STREAM_H_
