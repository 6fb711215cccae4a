#ifndef ROOMCAST_PROTO_PROTOCOL_STREAM_CURSOR_H_
#define ROOMCAST_PROTO_PROTOCOL_STREAM_CURSOR_H_

#include <cstdint>

#include "proto/protocol/room_messages.h"

namespace roomcast {

// Where a reader stands in a room's stream: it has, or knows that it will never have, everything up
// to its position. The reader's side of I1 and I2; the same rules stand on the hub for a member.
class StreamCursor {
 public:
  enum class Step {
    kDeliver,  // the next one; the position moved
    kSeen,     // at or below the position: a page overlapped. Discard it
    kHole,     // something is missing that no Gap named: the other end broke its promise
  };

  StreamCursor() = default;
  explicit StreamCursor(Position at) : at_(at) {}

  // A publication with an offset (an ephemeral one, offset 0, has no place in the stream).
  [[nodiscard]] Step OnPublication(std::uint64_t offset) {
    if (offset <= at_.offset) return Step::kSeen;
    if (offset != at_.offset + 1) return Step::kHole;
    at_.offset = offset;
    return Step::kDeliver;
  }

  // "Not all of from..to will come." False: it leaves a hole below itself, or is no range.
  [[nodiscard]] bool OnGap(std::uint64_t from, std::uint64_t to) {
    if (from == 0 || from > to || from - 1 > at_.offset) return false;
    if (to > at_.offset) at_.offset = to;
    return true;
  }

  // The stream began anew, or reading begins here.
  void MoveTo(Position at) { at_ = at; }

  const Position& position() const { return at_; }

 private:
  Position at_;
};

}  // namespace roomcast

#endif  // ROOMCAST_PROTO_PROTOCOL_STREAM_CURSOR_H_
