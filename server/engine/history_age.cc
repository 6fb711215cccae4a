#include "server/engine/history_age.h"

#include "server/engine/stream.h"

namespace roomcast::engine {

void HistoryAge::Add(Stream& stream, Instant said) {
  heap_.emplace_back();
  Rise(heap_.size() - 1, {said, &stream});
}

void HistoryAge::Remove(const Stream& stream) {
  const std::size_t place = stream.age_place();
  const Item last = heap_.back();
  heap_.pop_back();
  if (place == heap_.size()) return;
  if (last.said < heap_[place].said) {
    Rise(place, last);
  } else {
    Sink(place, last);
  }
}

Stream& HistoryAge::Oldest() {
  while (true) {
    const Item front = heap_.front();
    const Instant said = front.stream->OldestSaid();
    if (said <= front.said) return *front.stream;
    Sink(0, {said, front.stream});
  }
}

void HistoryAge::Put(std::size_t place, const Item& item) {
  heap_[place] = item;
  item.stream->SetAgePlace(place);
}

void HistoryAge::Rise(std::size_t place, const Item& item) {
  while (place > 0) {
    const std::size_t above = (place - 1) / 2;
    if (heap_[above].said <= item.said) break;
    Put(place, heap_[above]);
    place = above;
  }
  Put(place, item);
}

void HistoryAge::Sink(std::size_t place, const Item& item) {
  while (true) {
    std::size_t below = 2 * place + 1;
    if (below >= heap_.size()) break;
    if (below + 1 < heap_.size() && heap_[below + 1].said < heap_[below].said) ++below;
    if (item.said <= heap_[below].said) break;
    Put(place, heap_[below]);
    place = below;
  }
  Put(place, item);
}

}  // namespace roomcast::engine
