#ifndef ROOMCAST_SERVER_ENGINE_MEMORY_ENGINE_H_
#define ROOMCAST_SERVER_ENGINE_MEMORY_ENGINE_H_

#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "proto/protocol/limits.h"
#include "proto/protocol/random.h"
#include "proto/protocol/siphash.h"
#include "server/engine/stream.h"
#include "server/hub/engine.h"

namespace roomcast::engine {

// The embedded engine: offsets and history in this process's memory, gone with it. Pure. It answers
// before the next question, but through the same door as an engine that takes its time.
//
// Where a stream stands outlives its publications: it is kept for positions_ttl after the room was
// released, so that a quiet room still recovers. Both are bounded: history in bytes, of which the
// oldest goes first, and positions in number, of which the least recently used go first.
class MemoryEngine : public hub::Engine {
 public:
  // This engine's part of what the hub may hold.
  struct Limits {
    std::size_t history_bytes = kHubHistoryBytes;
    std::size_t positions = kKeptPositions;
    Duration positions_ttl = kKeptPositionsTtl;
  };

  // `epoch_seed` decides the streams' epochs: random, so that no two lives of a hub agree.
  MemoryEngine(HashKey key, std::uint64_t epoch_seed) : MemoryEngine(key, epoch_seed, Limits{}) {}
  MemoryEngine(HashKey key, std::uint64_t epoch_seed, const Limits& limits)
      : limits_(limits), streams_(0, KeyedHash{key}), epochs_(epoch_seed) {}

  void Top(Ticket ticket, std::string_view room, const Keep& keep, Now now) override;
  void Append(Ticket ticket, std::string_view room, const Keep& keep,
              const Publication& publication, Now now) override;
  void Read(Ticket ticket, std::string_view room, const Range& range, Now now) override;
  void Trim(Ticket ticket, std::string_view room, std::uint64_t up_to, bool restart,
            Now now) override;
  void SetKeep(std::string_view room, const Keep& keep, Now now) override;
  void Release(std::string_view room, Now now) override;
  bool TakeAnswer(Answer& answer) override;
  Held HeldOf(std::string_view room) const override;
  std::size_t history_bytes() const override { return age_.bytes; }
  std::uint64_t history_evicted() const override { return evicted_; }

  [[nodiscard]] std::size_t streams() const { return streams_.size(); }

 private:
  struct Released {
    std::string_view room;  // of the map's own key
    Instant at;
  };
  // A room of the hub's, with its history; or one that was released, and only its position.
  struct Room {
    Position position;
    std::unique_ptr<Stream> stream;
    Keep keep;
    std::list<Released>::iterator released;  // where there is no stream
  };

  Room& Open(std::string_view room, const Keep& keep);
  void ForgetReleased(Now now);
  void KeepWithinMemory(const Stream& appended);

  const Limits limits_;
  HistoryAge age_;  // outlives the streams
  std::unordered_map<std::string, Room, KeyedHash, std::equal_to<>> streams_;
  std::list<Released> released_;  // the first released first
  Random epochs_;
  std::deque<Answer> answers_;
  std::string page_;
  std::uint64_t evicted_ = 0;
};

}  // namespace roomcast::engine

#endif  // ROOMCAST_SERVER_ENGINE_MEMORY_ENGINE_H_
