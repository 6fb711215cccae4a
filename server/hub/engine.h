#ifndef ROOMCAST_SERVER_HUB_ENGINE_H_
#define ROOMCAST_SERVER_HUB_ENGINE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "proto/protocol/instant.h"
#include "proto/protocol/room_messages.h"

namespace roomcast::hub {

// Where offsets and history live. One engine a shard, used by its thread, for the rooms at home
// there. It answers by completion, never by return, so that a store on another machine fits:
// questions are submitted with a ticket, and answers are taken with TakeAnswer(), those of one room
// in the order of their questions.
class Engine {
 public:
  enum class Ticket : std::uint64_t {};

  // How much of a room's publications is kept, and for how long.
  struct Keep {
    std::size_t bytes = 0;
    std::size_t messages = 0;
    Duration ttl{};
  };

  struct Answer {
    Ticket ticket{};
    bool ok = true;  // false: the engine could not; nothing took effect as far as it knows
    // The top of the stream when this was answered; for an append, of the appended publication.
    Position top;
    // For a read: entries (as of AppendPublicationEntry) of first..last, in the asked order. last <
    // first: none. For an append: the one new entry. Valid until the engine is asked or answers
    // again.
    std::string_view entries;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    // For a read: what history holds begins here; top.offset + 1: it holds nothing.
    std::uint64_t oldest = 0;
    // For a trim: publications that history no longer holds.
    std::uint64_t removed = 0;
  };

  // What to read: of what history holds between `after` and `before`, both exclusive, as much as
  // fits the limits (but at least one), from the lower end or with `reverse` from the upper one.
  struct Range {
    std::uint64_t after = 0;
    std::uint64_t before = UINT64_MAX;
    // Only what was published then or later.
    Instant not_before = Instant::min();
    std::size_t messages_max = SIZE_MAX;
    std::size_t bytes_max = 0;
    bool reverse = false;
  };

  virtual ~Engine() = default;

  // Opens the room's stream where there is none, and asks for its top.
  virtual void Top(Ticket ticket, std::string_view room, const Keep& keep, Now now) = 0;
  // Gives the publication the next offset and keeps it. Its fields are copied; offset is ignored.
  virtual void Append(Ticket ticket, std::string_view room, const Keep& keep,
                      const Publication& publication, Now now) = 0;
  virtual void Read(Ticket ticket, std::string_view room, const Range& range, Now now) = 0;
  // Lets go of history up to and including an offset. With `restart` everything goes, and the
  // stream begins anew in another epoch.
  virtual void Trim(Ticket ticket, std::string_view room, std::uint64_t up_to, bool restart,
                    Now now) = 0;
  // From now on so much of the room is kept.
  virtual void SetKeep(std::string_view room, const Keep& keep, Now now) = 0;
  // Nobody is in the room and its publications' time is over: only where the stream stands is still
  // to be kept.
  virtual void Release(std::string_view room, Now now) = 0;

  // The next answer, if there is one.
  virtual bool TakeAnswer(Answer& answer) = 0;

  // What is held of a room here, as far as it is known without asking anybody.
  struct Held {
    std::size_t messages = 0;
    std::size_t bytes = 0;
  };
  virtual Held HeldOf(std::string_view /*room*/) const { return {}; }

  // What history takes of memory.
  virtual std::size_t history_bytes() const = 0;
  // Publications that left history because the hub's memory for it was full.
  virtual std::uint64_t history_evicted() const { return 0; }
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_ENGINE_H_
