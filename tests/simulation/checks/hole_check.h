#ifndef ROOMCAST_TESTS_SIMULATION_CHECKS_HOLE_CHECK_H_
#define ROOMCAST_TESTS_SIMULATION_CHECKS_HOLE_CHECK_H_

#include <optional>
#include <string>
#include <vector>

#include "client-wasm/core/effects.h"
#include "tests/simulation/judge.h"
#include "tests/simulation/streams.h"

namespace roomcast::simulation {

// I2: a member has seen every offset up to its position, less what a Gap, a Reset or a LOST verdict
// named. Follows each reader by what its application was told, and by nothing else.
class HoleCheck {
 public:
  HoleCheck(const Streams& streams, std::size_t clients, Judge& judge)
      : streams_(streams), judge_(judge), readers_(clients * streams.names().size()) {}

  // The application wishes to be in the room, from there on where it said so.
  void OnWish(ClientIndex client, std::size_t room, std::optional<Position> since) {
    Reader& reader = At(client, room);
    if (!reader.reads) reader.since = since;
  }
  void OnJoined(ClientIndex client, std::size_t room, const client::RoomJoined& joined);
  void OnDelivered(ClientIndex client, std::size_t room, std::uint64_t offset);
  void OnGap(ClientIndex client, std::size_t room, const client::RoomGap& gap);
  void OnReset(ClientIndex client, std::size_t room, const Position& position) {
    At(client, room).at = position;
  }
  // The wish has ended, and the position with it.
  void OnLeft(ClientIndex client, std::size_t room) { At(client, room) = {}; }
  // The core's own count of what a hub must not send.
  void OnProtocolErrors(ClientIndex client, std::uint64_t errors) {
    if (errors != 0) judge_.Breach("I2", client, "the hub broke the protocol");
  }

  // nullopt: it reads nothing.
  [[nodiscard]] std::optional<Position> PositionOf(ClientIndex client, std::size_t room) const {
    const Reader& reader = readers_[client * streams_.names().size() + room];
    return reader.reads ? std::optional(reader.at) : std::nullopt;
  }

 private:
  struct Reader {
    bool reads = false;
    Position at;
    std::optional<Position> since;
  };
  Reader& At(ClientIndex client, std::size_t room) {
    return readers_[client * streams_.names().size() + room];
  }
  void Breach(ClientIndex client, std::size_t room, const std::string& what) {
    judge_.Breach("I2", client, streams_.names()[room] + ": " + what);
  }

  const Streams& streams_;
  Judge& judge_;
  std::vector<Reader> readers_;
};

}  // namespace roomcast::simulation

#endif  // ROOMCAST_TESTS_SIMULATION_CHECKS_HOLE_CHECK_H_
