#ifndef ROOMCAST_TESTING_H_
#define ROOMCAST_TESTING_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "roomcast/client.h"

namespace roomcast::testing {

// What an application is tested against, without a network and without waiting: clocks that the
// test moves, a network that is as bad as it says, and a hub. The hub is the real one, within this
// process, with its memory engine and one shard; so what a test sees of recovery, of ids that are
// sent again, or of a hub that began anew, is what happens.
//
// Nothing happens by itself: callbacks come within Advance() alone, in the order of their time, and
// the same seed and the same calls give the same run. One thread. A TestWorld outlives its clients.
//
//   TestWorld world;
//   Client ada({.url = "ws://hub.test/ws"}, events, world.AddTransport());
//   ada.Connect();
//   ada.Join("chat:lobby");
//   world.Advance(1s);
//   world.Cut();              // and what the application shows now?
//   world.Push("chat:lobby", {.type = "said", .data = "meanwhile"});
//   world.Advance(1min);      // connected again, and "meanwhile" was recovered
class TestWorld {
 public:
  using Time = std::chrono::microseconds;

  struct Options {
    // Decides delays, and what clients draw: producers and the jitter of reconnects.
    std::uint64_t seed = 1;
    // Everybody may join and read their rooms, members may publish. With history, as by default.
    std::vector<std::string> namespaces = {"default", "chat"};
  };

  TestWorld();
  explicit TestWorld(const Options& options);
  TestWorld(const TestWorld&) = delete;
  TestWorld& operator=(const TestWorld&) = delete;
  ~TestWorld();

  // The world of one client. A token is its user's name here; without one the client is anonymous.
  // It lives as long as this.
  Transport& AddTransport();

  // Time passes, and what is due on the way happens. Time::zero(): what is due already.
  void Advance(Time time);
  // As every client's transport reads them.
  [[nodiscard]] Transport::Clocks Read() const;
  // The wall clock is set: clients notice a jump as if the machine had slept. The other one goes
  // on.
  void MoveWallClock(Time by);

  // ---- The network, from now on

  // Each message takes so long, evenly between the two; those of one connection keep their order.
  // 1 ms at the beginning.
  void SetDelay(Time least, Time most);
  // So many messages, whichever way they go, are lost as soon as they are sent; the connection
  // stays. (No TCP does that: it is for seeing that the application is told of what it misses.)
  void LoseNext(std::size_t messages);
  // A link that looks alive and carries nothing, as behind a router that forgot it: neither
  // messages nor ends of connections nor new ones.
  void SetSilent(bool silent);
  // Whether new connections can be made.
  void SetReachable(bool reachable);
  // Every connection, or this client's, ends without a good-bye (1006); what is on its way is lost.
  void Cut();
  void Cut(const Transport& of);

  // ---- The hub

  // As a backend publishes. False: the hub refused it (a room of no namespace, more than 64 KiB).
  bool Push(std::string_view room, const OutgoingMessage& message);
  // As a backend's JoinUser: every session of the user is in the room, as far as it is connected.
  void BringIn(std::string_view user, std::string_view room);
  // Another life of the hub: connections are cut, and what was kept in memory is gone.
  void RestartHub();
  // Sessions that are connected, and memberships of all rooms together.
  [[nodiscard]] std::size_t sessions() const;
  [[nodiscard]] std::size_t members() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace roomcast::testing

#endif  // ROOMCAST_TESTING_H_
