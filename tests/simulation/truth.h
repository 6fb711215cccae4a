// What really is in the streams, written down where it happens: between the hub and its engine. And
// the faults that the checks find.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "server/engine/memory_engine.h"
#include "server/hub/engine.h"

namespace roomcast::simulation {

class Truth {
 public:
  struct Entry {
    std::string room;
    std::string data;
    std::uint64_t producer = 0;
    std::uint64_t counter = 0;
  };

  // An engine said so. Finds breaches of I1 (an offset given twice) and I3 (an id twice).
  void OnAppended(const std::string& instance, Position position, Entry entry);
  [[nodiscard]] const Entry* Find(Position position) const;
  // Whether the id took effect in any instance.
  [[nodiscard]] bool Has(std::uint64_t producer, std::uint64_t counter) const {
    return ids_.contains({producer, counter});
  }
  [[nodiscard]] std::uint64_t TopOf(std::uint64_t epoch) const;

  void Fault(std::string what) {
    if (faults_.size() < 20) faults_.push_back(std::move(what));
  }
  [[nodiscard]] const std::vector<std::string>& faults() const { return faults_; }

 private:
  std::map<std::pair<std::uint64_t, std::uint64_t>, Entry> entries_;    // by epoch and offset
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::string> ids_;  // to the instance
  std::map<std::uint64_t, std::uint64_t> tops_;
  std::vector<std::string> faults_;
};

// The memory engine, and a witness.
class WitnessedEngine : public hub::Engine {
 public:
  WitnessedEngine(HashKey key, std::uint64_t epoch_seed, std::string instance, Truth& truth)
      : engine_(key, epoch_seed), instance_(std::move(instance)), truth_(truth) {}

  void Top(Ticket ticket, std::string_view room, const Keep& keep, Now now) override {
    engine_.Top(ticket, room, keep, now);
  }
  void Append(Ticket ticket, std::string_view room, const Keep& keep,
              const Publication& publication, Now now) override;
  void Read(Ticket ticket, std::string_view room, std::uint64_t after, std::int64_t not_before,
            std::size_t bytes_max, Now now) override {
    engine_.Read(ticket, room, after, not_before, bytes_max, now);
  }
  void Release(std::string_view room, Now now) override { engine_.Release(room, now); }
  bool TakeAnswer(Answer& answer) override;
  std::size_t history_bytes() const override { return engine_.history_bytes(); }

 private:
  engine::MemoryEngine engine_;
  std::string instance_;
  Truth& truth_;
  std::map<Ticket, Truth::Entry> appending_;
};

}  // namespace roomcast::simulation
