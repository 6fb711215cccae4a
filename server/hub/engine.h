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
    // For a read: entries (as of AppendPublicationEntry) of first..last, in a row. last < first:
    // none. For an append: the one new entry. Valid until the engine is asked or answers again.
    std::string_view entries;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
  };

  virtual ~Engine() = default;

  // Opens the room's stream where there is none, and asks for its top.
  virtual void Top(Ticket ticket, std::string_view room, const Keep& keep, Now now) = 0;
  // Gives the publication the next offset and keeps it. Its fields are copied; offset is ignored.
  virtual void Append(Ticket ticket, std::string_view room, const Keep& keep,
                      const Publication& publication, Now now) = 0;
  // What history holds after `after`, published at `not_before` (microseconds since the Unix epoch)
  // or later, from the oldest, until `bytes_max` (but at least one).
  virtual void Read(Ticket ticket, std::string_view room, std::uint64_t after,
                    std::int64_t not_before, std::size_t bytes_max, Now now) = 0;
  // Nobody is in the room: what is kept may go when its time is over.
  virtual void Release(std::string_view room, Now now) = 0;

  // The next answer, if there is one.
  virtual bool TakeAnswer(Answer& answer) = 0;

  virtual std::size_t history_bytes() const = 0;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_ENGINE_H_
