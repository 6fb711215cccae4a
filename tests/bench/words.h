#ifndef ROOMCAST_TESTS_BENCH_WORDS_H_
#define ROOMCAST_TESTS_BENCH_WORDS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace roomcast::bench {

// What a payload begins with: where it stands in its room (from 1), and when it was due, in
// nanoseconds of the monotonic clock. Filler follows.
struct Mark {
  std::uint64_t sequence = 0;
  std::uint64_t due_at = 0;
};
inline constexpr std::size_t kMarkBytes = sizeof(Mark);
void WriteMark(std::string& payload, const Mark& mark);
Mark ReadMark(std::string_view payload);

// What one message of a server said.
struct Heard {
  // Deliveries: a row of publications without a hole, from `first` on. 0: none.
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  // When the first of them was due.
  std::uint64_t due_at = 0;
  // The server said that these will not come. 0: it said nothing of the kind.
  std::uint64_t gap_from = 0;
  std::uint64_t gap_to = 0;
  // The member is in its room from here on.
  bool is_ready = false;
  // Sent back at once, unless empty.
  std::string answer;
};

// How a load speaks to one kind of server, in messages that the WebSocket carries. Says nothing of
// sockets. A message that makes no sense is a Failure.
class Words {
 public:
  virtual ~Words() = default;

  // Of the upgrade request. No sub-protocol: empty.
  [[nodiscard]] virtual std::string_view path() const = 0;
  [[nodiscard]] virtual std::string_view subprotocol() const = 0;
  // What is offered in Sec-WebSocket-Extensions; empty: nothing.
  [[nodiscard]] virtual std::string_view extensions() const { return {}; }
  // What a new connection says; the answer to it makes the member ready. `room` empty: it only
  // publishes. Nothing to say: the upgrade alone makes it ready.
  [[nodiscard]] virtual std::vector<std::string> Greeting(std::string_view room) const = 0;
  [[nodiscard]] virtual std::string Publish(std::string_view room,
                                            std::string_view payload) const = 0;
  // Appends to `heard` what the message says; several when it says several things.
  virtual void Read(std::string_view message, std::vector<Heard>& heard) const = 0;
};

// roomcast.v1, with the project's own codec.
const Words& RoomcastWords();
// The same for who hears what others publish: payloads are no Marks, and are not looked at.
const Words& UnmarkedRoomcastWords();
// As the first, offering permessage-deflate.
const Words& DeflatedRoomcastWords();
// The small protocol of tests/bench/README.md: the floors and the peers speak it.
const Words& PlainWords();
// Nothing at all: a connection is ready when it is upgraded.
const Words& BareWords();

}  // namespace roomcast::bench

#endif  // ROOMCAST_TESTS_BENCH_WORDS_H_
