#ifndef ROOMCAST_TESTS_SIMULATION_CHECKS_ORDER_CHECK_H_
#define ROOMCAST_TESTS_SIMULATION_CHECKS_ORDER_CHECK_H_

#include <string>
#include <vector>

#include "tests/simulation/judge.h"
#include "tests/simulation/streams.h"

namespace roomcast::simulation {

// I1: all members of a room see its publications in one order, with strictly rising offsets. What
// anybody is delivered at (epoch, offset) is what the stream holds there, so it is the same for
// everybody.
class OrderCheck {
 public:
  OrderCheck(const Streams& streams, std::size_t clients, Judge& judge)
      : streams_(streams), judge_(judge), last_(clients * streams.names().size()) {}

  // `epoch`: where the client said that it reads.
  void OnDelivered(ClientIndex client, std::size_t room, std::uint64_t epoch,
                   const Publication& publication) {
    if (publication.offset == 0) return;  // ephemeral: has no place in the stream
    Position& last = last_[client * streams_.names().size() + room];
    const Position at{epoch, publication.offset};
    if (last.epoch == epoch && at.offset <= last.offset) {
      judge_.Breach("I1", client,
                    Where(room, at) + " came after offset " + std::to_string(last.offset));
    }
    last = at;
    const Streams::Entry* entry = streams_.Find(room, at);
    if (entry == nullptr) {
      judge_.Breach("I1", client, Where(room, at) + " was never in the stream");
    } else if (entry->hash != HashOf(publication.data.view)) {
      judge_.Breach("I1", client, Where(room, at) + " has other content in the stream");
    }
  }
  // The reader begins anew, on purpose: what it had may come again.
  void OnBegin(ClientIndex client, std::size_t room) {
    last_[client * streams_.names().size() + room] = {};
  }

 private:
  std::string Where(std::size_t room, const Position& at) const {
    return streams_.names()[room] + " offset " + std::to_string(at.offset);
  }
  const Streams& streams_;
  Judge& judge_;
  std::vector<Position> last_;  // by client and room
};

}  // namespace roomcast::simulation

#endif  // ROOMCAST_TESTS_SIMULATION_CHECKS_ORDER_CHECK_H_
