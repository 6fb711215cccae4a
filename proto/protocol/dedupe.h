#ifndef ROOMCAST_PROTO_PROTOCOL_DEDUPE_H_
#define ROOMCAST_PROTO_PROTOCOL_DEDUPE_H_

#include <compare>
#include <cstdint>
#include <list>
#include <map>

#include "proto/protocol/instant.h"

namespace roomcast {

// Who publishes, whole: 16 bytes, of which the second half is secret.
struct ProducerId {
  std::uint64_t public_half = 0;
  std::uint64_t secret_half = 0;
  friend auto operator<=>(const ProducerId&, const ProducerId&) = default;
};

// Remembers, for one room, which publish ids took effect, so that one sent twice takes effect once
// (I3). Per producer it knows the highest counter and exactly which of the 63 below it were used: a
// publish may be resent after a later one was taken, and must neither be doubled nor taken for
// done. Bounded: `window` of time after a producer's last publish, and `producers_max` producers,
// the longest silent forgotten first. Not thread-safe.
class Dedupe {
 public:
  struct Config {
    Duration window;
    std::size_t producers_max;
  };
  enum class Verdict {
    kNew,        // has not taken effect; call Record() when it does
    kDuplicate,  // took effect before
    kTooOld,     // too far below the highest counter to tell
  };
  struct Answer {
    Verdict verdict;
    std::uint64_t offset;  // of the duplicate, where still known; else 0
  };

  explicit Dedupe(Config config) : config_(config) {}
  Dedupe(const Dedupe&) = delete;
  Dedupe& operator=(const Dedupe&) = delete;

  // `counter` above 0; `now` never before an earlier call's.
  [[nodiscard]] Answer Check(const ProducerId& producer, std::uint64_t counter, Instant now);
  void Record(const ProducerId& producer, std::uint64_t counter, std::uint64_t offset, Instant now);

  // Offsets that were recorded mean nothing any more.
  void ForgetOffsets() {
    for (Entry& entry : entries_) entry.highest_offset = 0;
  }

  // Forgets what is older than the window; Check() and Record() do the same on their way.
  void Expire(Instant now);
  std::size_t producers() const { return entries_.size(); }

 private:
  struct Entry {
    ProducerId producer;
    std::uint64_t highest = 0;
    std::uint64_t used = 0;            // bit i: counter highest - i took effect
    std::uint64_t highest_offset = 0;  // of `highest`
    Instant last_used{};
  };

  Config config_;
  std::list<Entry> entries_;  // the longest silent first
  std::map<ProducerId, std::list<Entry>::iterator> by_producer_;
};

}  // namespace roomcast

#endif  // ROOMCAST_PROTO_PROTOCOL_DEDUPE_H_
