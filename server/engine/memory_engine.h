#ifndef ROOMCAST_SERVER_ENGINE_MEMORY_ENGINE_H_
#define ROOMCAST_SERVER_ENGINE_MEMORY_ENGINE_H_

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include "proto/protocol/random.h"
#include "proto/protocol/siphash.h"
#include "server/engine/stream.h"
#include "server/hub/engine.h"

namespace roomcast::engine {

// The embedded engine: offsets and history in this process's memory, gone with it. Pure. It answers
// before the next question, but through the same door as an engine that takes its time.
class MemoryEngine : public hub::Engine {
 public:
  // `epoch_seed` decides the streams' epochs: random, so that no two lives of a hub agree.
  MemoryEngine(HashKey key, std::uint64_t epoch_seed)
      : streams_(0, NameHash{key}), epochs_(epoch_seed) {}

  void Top(Ticket ticket, std::string_view room, const Keep& keep, Now now) override;
  void Append(Ticket ticket, std::string_view room, const Keep& keep,
              const Publication& publication, Now now) override;
  void Read(Ticket ticket, std::string_view room, std::uint64_t after, std::int64_t not_before,
            std::size_t bytes_max, Now now) override;
  void Release(std::string_view room, Now now) override;
  bool TakeAnswer(Answer& answer) override;
  std::size_t history_bytes() const override { return history_bytes_; }

 private:
  struct NameHash {
    using is_transparent = void;
    HashKey key;
    std::size_t operator()(std::string_view name) const { return SipHash(key, name); }
  };
  struct Kept {
    Stream stream;
    Keep keep;
  };

  Kept& Open(std::string_view room, const Keep& keep);

  std::unordered_map<std::string, Kept, NameHash, std::equal_to<>> streams_;
  Random epochs_;
  std::deque<Answer> answers_;
  std::size_t history_bytes_ = 0;
};

}  // namespace roomcast::engine

#endif  // ROOMCAST_SERVER_ENGINE_MEMORY_ENGINE_H_
