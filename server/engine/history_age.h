#ifndef ROOMCAST_SERVER_ENGINE_HISTORY_AGE_H_
#define ROOMCAST_SERVER_ENGINE_HISTORY_AGE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "proto/protocol/instant.h"

namespace roomcast::engine {

class Stream;

// What the streams of one engine share: what their history takes, and which of them holds the
// oldest, so that this goes first when memory is short, whichever room it is of. A heap of the
// streams that hold any, by what each held as its oldest when it was last looked at: what a stream
// lets go by itself changes nothing here until somebody asks.
class HistoryAge {
 public:
  // It begins to hold history, said at `said`; it holds none any more.
  void Add(Stream& stream, Instant said);
  void Remove(const Stream& stream);
  // The one that holds the oldest. Some stream must hold history.
  Stream& Oldest();

  std::size_t bytes = 0;  // of memory, what is around the entries included
  std::string scratch;    // where one Append() at a time encodes

 private:
  struct Item {
    Instant said;  // the oldest that it holds is not older
    Stream* stream = nullptr;
  };

  void Put(std::size_t place, const Item& item);
  void Rise(std::size_t place, const Item& item);
  void Sink(std::size_t place, const Item& item);

  std::vector<Item> heap_;
};

}  // namespace roomcast::engine

#endif  // ROOMCAST_SERVER_ENGINE_HISTORY_AGE_H_
