// What became of a producer's latest items, by number: so that one sent again after a cut is not
// taken again, and hears what became of it the first time.
#ifndef ROOMCAST_BRIDGE_ITEM_LEDGER_H_
#define ROOMCAST_BRIDGE_ITEM_LEDGER_H_

#include <cstddef>
#include <cstdint>
#include <deque>

#include "bridge/publication_content.h"

namespace roomcast::bridge {

// Pure, not thread-safe. Bounded by `settled_kept` settled items and `span_max` in all.
class ItemLedger {
 public:
  // `settled_kept`: as many as may be without an acknowledgement that their producer has read.
  ItemLedger(std::size_t settled_kept, std::size_t span_max)
      : settled_kept_(settled_kept), span_max_(span_max) {}

  enum class Verdict : std::uint8_t {
    kNew,        // publish it; it is under way from now on
    kUnderWay,   // it was sent before, and will be acknowledged once more when it is settled
    kPublished,  // it was published before, where `outcome` says
    kForgotten,  // too far below the others to tell
    kSkips,      // not the number that comes next
    kFull,       // the oldest item is still under way, and too far below
  };
  struct Answer {
    Verdict verdict;
    PublishOutcome outcome;
  };

  // An item with this number, above 0, was sent. The first one of a ledger may have any number. One
  // that was refused before is new again.
  Answer Take(std::uint64_t number);
  // What became of an item under way; how often it is to be acknowledged to who reads now.
  std::uint32_t Settle(std::uint64_t number, const PublishOutcome* published);
  // Another stream reads from now on: it wants only what it sends itself.
  void BeginStream();

  // Every item up to this one is settled.
  [[nodiscard]] std::uint64_t settled_up_to() const { return settled_up_to_; }
  // 0: any.
  [[nodiscard]] std::uint64_t next() const { return next_; }

 private:
  enum class State : std::uint8_t { kUnderWay, kPublished, kRefused };
  struct Record {
    State state = State::kUnderWay;
    std::uint32_t wanted = 1;
    PublishOutcome outcome;
  };

  void Tidy();

  const std::size_t settled_kept_;
  const std::size_t span_max_;
  std::deque<Record> records_;  // of the numbers that end before next_
  std::uint64_t next_ = 0;
  std::uint64_t settled_up_to_ = 0;
};

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_ITEM_LEDGER_H_
