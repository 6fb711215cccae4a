#ifndef ROOMCAST_TESTS_BENCH_FLEET_H_
#define ROOMCAST_TESTS_BENCH_FLEET_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

#include "proto/protocol/arena.h"
#include "proto/protocol/client_messages.h"
#include "proto/protocol/server_messages.h"
#include "tests/bench/client_socket.h"

namespace roomcast::bench {

// Clients that come back. Each is in one room, remembers its session and where it stands, and asks
// for both with every Hello after its first. What a client is owed and does not get is a Failure of
// the benchmark that counts it; here time passes only inside of calls, on one thread.
class Fleet {
 public:
  // Client i is in room i mod rooms.
  Fleet(std::size_t clients, std::size_t rooms);
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;
  ~Fleet();

  struct Arrival {
    std::size_t client = 0;
    std::uint64_t connect_at = 0;
    std::uint64_t hello_at = 0;
    std::uint64_t welcome_at = 0;
    bool resumed = false;
    Verdict verdict = Verdict::kLive;
  };
  std::function<void(const Arrival&)> on_arrival;
  std::function<void(std::size_t client, const GoAway&)> on_go_away;

  // All of them, some at a time, until each is welcome.
  void ConnectAll(std::uint16_t port);
  // At that moment (nanoseconds of the monotonic clock) the client leaves what it has with a reset,
  // and connects.
  void ConnectAt(std::size_t client, std::uint64_t at, std::uint16_t port);
  // As a network that fails does it.
  void CutAll();
  void Say(std::size_t client, const ClientMessage& message);
  // Deals with what comes until then.
  void RunUntil(std::uint64_t at);

  [[nodiscard]] std::size_t size() const { return clients_.size(); }
  // Welcome was read on the connection that it has now.
  [[nodiscard]] std::size_t welcome() const { return welcome_; }
  // Where it stands in its room.
  [[nodiscard]] const Position& position(std::size_t client) const {
    return clients_[client].position;
  }
  // Publications of rooms that were joined besides.
  [[nodiscard]] std::uint64_t elsewhere() const { return elsewhere_; }
  [[nodiscard]] std::string RoomOf(std::size_t client) const;

 private:
  struct Client {
    std::optional<ClientSocket> socket;
    std::string id;
    std::string key;
    std::uint64_t handle = 0;  // of its room
    Position position;
    bool welcome = false;
    std::uint64_t connect_at = 0;
    std::uint64_t hello_at = 0;
  };
  struct Plan {
    std::uint64_t at = 0;
    std::size_t client = 0;
    std::uint16_t port = 0;
    friend bool operator>(const Plan& a, const Plan& b) { return a.at > b.at; }
  };

  void Cut(std::size_t index);
  void Connect(std::size_t index, std::uint16_t port);
  void Greet(std::size_t index);
  void OnMessage(std::size_t index, std::string_view message, std::uint64_t now);
  // Waits for events, at most until then.
  void Turn(std::uint64_t until);

  const std::size_t rooms_;
  int epoll_;
  std::vector<Client> clients_;
  std::priority_queue<Plan, std::vector<Plan>, std::greater<>> plans_;
  std::size_t welcome_ = 0;
  std::uint64_t elsewhere_ = 0;
  std::vector<char> lent_;
  std::vector<std::string_view> messages_;
  Arena arena_;
};

}  // namespace roomcast::bench

#endif  // ROOMCAST_TESTS_BENCH_FLEET_H_
