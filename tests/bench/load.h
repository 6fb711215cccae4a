#ifndef ROOMCAST_TESTS_BENCH_LOAD_H_
#define ROOMCAST_TESTS_BENCH_LOAD_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/client_socket.h"
#include "tests/bench/words.h"

namespace roomcast::bench {

// The load generator: the members of some rooms at one server, and connections that publish in
// them. It knows what was published where, so it knows what each member must still get, in
// which order: a delivery that is missing, repeated or out of order is a Failure.
//
// One thread, one epoll; time passes only inside of its calls.
class Load {
 public:
  struct Shape {
    std::size_t members = 1000;
    std::size_t rooms = 1;  // member i is in room i mod rooms
    std::size_t payload_bytes = 64;
    bool talks = false;          // payloads are chat messages; else filler
    std::size_t publishers = 1;  // room r hears publisher r mod publishers
  };
  Load(std::uint16_t port, const Words& words, const Shape& shape);
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;
  ~Load();

  // Connects them all, some at a time, until each is in its room.
  void Open();

  // `bursts` a second, each of `burst` publications at once, from room to room; then until all is
  // delivered. A publication is due at its time whatever became of those before it.
  void Pace(double bursts, std::size_t burst, double seconds);
  // As fast as it goes with at most `window` publications that not everybody has, and `slowest_max`
  // that the slowest member has not; then until all is delivered. Answers the seconds from the
  // first publication to the last delivery.
  double Saturate(std::size_t window, double seconds, std::size_t slowest_max = SIZE_MAX);
  // One publication now.
  void Publish(std::size_t room, std::uint64_t due_at);
  // One publication now, which `send` takes to the server, another way.
  void PublishBy(
      std::size_t room, std::uint64_t due_at,
      const std::function<void(const std::string& room, const std::string& payload)>& send);
  // Until nothing is owed any more.
  void Settle();
  // Lets time pass, and takes what comes.
  void Idle(double seconds);

  // A member that does not read is owed what it is owed until it does.
  void SetReading(std::size_t member, bool reading);

  // From publications' due times to their arrival, in microseconds, since the last call. One for
  // each message of the server, of its first publication. Of the members that read.
  std::vector<float> TakeLatencies();

  [[nodiscard]] const std::string& room_name(std::size_t room) const { return rooms_[room].name; }

  // Since the beginning.
  [[nodiscard]] std::uint64_t deliveries() const { return deliveries_; }
  // Of these, publications that a Gap named instead.
  [[nodiscard]] std::uint64_t in_gaps() const { return in_gaps_; }
  // Deliveries a message of the server held.
  [[nodiscard]] std::uint64_t messages() const { return messages_; }
  [[nodiscard]] std::uint64_t bytes() const;
  // What is still to come, to members that read.
  [[nodiscard]] std::uint64_t owed() const { return owed_; }

 private:
  struct Member {
    std::uint32_t room = 0;
    bool reading = true;
    std::uint64_t last = 0;  // in its room, of what it got
  };
  struct Room {
    std::string name;
    std::uint64_t published = 0;
    std::uint64_t readers = 0;
  };

  void Start(std::size_t index);
  // Its upgrade is done. A client cannot know earlier that it may speak.
  void Greet(std::size_t index);
  // Waits for events, at most until `until` (nanoseconds), and deals with them.
  void Turn(std::uint64_t until);
  void OnHeard(std::size_t index, const Heard& heard, std::uint64_t now);
  void Advance(std::size_t index, std::uint64_t first, std::uint64_t last);
  // What the member of the first room that has got the least has not got.
  [[nodiscard]] std::uint64_t OwedToSlowest() const;
  // The next publication of the room, in payload_; its members are owed it.
  void MakePublication(std::size_t room, std::uint64_t due_at);
  void QueuePublication(std::size_t room, std::uint64_t due_at);
  [[nodiscard]] ClientSocket& PublisherOf(std::size_t room);

  const Words& words_;
  const Shape shape_;
  ClientSocket::Target target_;
  int epoll_;
  std::vector<ClientSocket> sockets_;  // the members', then the publishers'
  std::vector<Member> members_;
  std::vector<Room> rooms_;
  std::size_t next_room_ = 0;
  std::size_t ready_ = 0;
  std::string payload_;
  std::vector<char> lent_;
  std::vector<std::string_view> messages_now_;
  std::vector<Heard> heard_;
  std::uint64_t owed_ = 0;
  std::uint64_t deliveries_ = 0;
  std::uint64_t in_gaps_ = 0;
  std::uint64_t messages_ = 0;
  std::uint64_t last_delivery_at_ = 0;
  std::vector<float> latencies_;
};

}  // namespace roomcast::bench

#endif  // ROOMCAST_TESTS_BENCH_LOAD_H_
