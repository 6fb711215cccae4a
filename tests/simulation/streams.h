#ifndef ROOMCAST_TESTS_SIMULATION_STREAMS_H_
#define ROOMCAST_TESTS_SIMULATION_STREAMS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/engine/memory_engine.h"
#include "tests/simulation/payload.h"

namespace roomcast::simulation {

// The lives of the hub, from 1.
using Life = std::uint32_t;

// The truth: everything that ever was in a stream, of every life of the hub, as the engines were
// asked to keep it. What clients hear and are told is compared with this.
class Streams {
 public:
  struct Entry {
    PayloadMark mark;
    std::uint64_t hash = 0;
  };
  struct Stream {
    std::uint64_t epoch = 0;
    Life life = 0;
    std::vector<Entry> entries;  // of offset 1, 2, …
  };

  explicit Streams(std::vector<std::string> rooms) : names_(std::move(rooms)), of_(names_.size()) {}

  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] std::size_t IndexOf(std::string_view room) const {
    std::size_t i = 0;
    while (i < names_.size() && names_[i] != room) ++i;
    return i;
  }

  Stream& Open(std::size_t room, Life life, std::uint64_t epoch);
  // nullptr: there never was such a stream.
  [[nodiscard]] const Stream* Find(std::size_t room, std::uint64_t epoch) const;
  // nullptr: nothing was ever there.
  [[nodiscard]] const Entry* Find(std::size_t room, const Position& position) const;
  // The newest stream of the room in this life; nullptr: none.
  [[nodiscard]] const Stream* Newest(std::size_t room, Life life) const;

 private:
  std::vector<std::string> names_;
  std::vector<std::vector<Stream>> of_;  // by room; the newest last
};

// The memory engine of one shard, with a witness: what is appended goes into the truth too.
class WitnessedEngine : public hub::Engine {
 public:
  // Hears of each entry when the engine has put it in its place.
  class Witness {
   public:
    virtual ~Witness() = default;
    virtual void OnAppended(Life life, std::size_t room, const Position& at,
                            const PayloadMark& mark) = 0;
  };

  WitnessedEngine(HashKey key, std::uint64_t epoch_seed, const engine::MemoryEngine::Limits& limits,
                  Life life, Streams& streams, Witness& witness)
      : inner_(key, epoch_seed, limits), life_(life), streams_(streams), witness_(witness) {}

  void Top(Ticket ticket, std::string_view room, const Keep& keep, Now now) override {
    inner_.Top(ticket, room, keep, now);
  }
  void Append(Ticket ticket, std::string_view room, const Keep& keep,
              const Publication& publication, Now now) override;
  void Read(Ticket ticket, std::string_view room, const Range& range, Now now) override {
    inner_.Read(ticket, room, range, now);
  }
  void Trim(Ticket ticket, std::string_view room, std::uint64_t up_to, bool restart,
            Now now) override {
    inner_.Trim(ticket, room, up_to, restart, now);
  }
  void SetKeep(std::string_view room, const Keep& keep, Now now) override {
    inner_.SetKeep(room, keep, now);
  }
  void Release(std::string_view room, Now now) override { inner_.Release(room, now); }
  bool TakeAnswer(Answer& answer) override;
  std::size_t history_bytes() const override { return inner_.history_bytes(); }
  std::uint64_t history_evicted() const override { return inner_.history_evicted(); }

 private:
  struct Appending {
    Ticket ticket{};
    std::size_t room = 0;
    Streams::Entry entry;
  };

  engine::MemoryEngine inner_;
  Life life_;
  Streams& streams_;
  Witness& witness_;
  std::vector<Appending> appending_;
};

}  // namespace roomcast::simulation

#endif  // ROOMCAST_TESTS_SIMULATION_STREAMS_H_
