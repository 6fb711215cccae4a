#ifndef ROOMCAST_TESTS_SIMULATION_LINK_H_
#define ROOMCAST_TESTS_SIMULATION_LINK_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "client-wasm/core/ids.h"
#include "proto/protocol/instant.h"
#include "tests/simulation/judge.h"
#include "tests/simulation/streams.h"

namespace roomcast::simulation {

using LinkIndex = std::uint32_t;
inline constexpr LinkIndex kNoLink = 0xffffffff;

// What is on its way in one direction, in order.
struct Packet {
  Instant at;
  bool end = false;        // the connection's end, with this code
  std::uint16_t code = 0;  // 1006: there was no close handshake
  std::string bytes;
};

// Packets' memory, used again: most of what a run does is to hand bytes on.
class SpareBytes {
 public:
  // Empty.
  std::string Take() {
    if (spare_.empty()) return {};
    std::string bytes = std::move(spare_.back());
    spare_.pop_back();
    return bytes;
  }
  void Give(std::string&& bytes) {
    if (bytes.capacity() < kSmallest || spare_.size() == kMost) return;
    bytes.clear();
    spare_.push_back(std::move(bytes));
  }

 private:
  static constexpr std::size_t kSmallest = 64;
  static constexpr std::size_t kMost = 256;
  std::vector<std::string> spare_;
};

// One direction of a link. Order is kept. A dead one takes bytes and lets them vanish; only an end
// that was put there when it died still arrives.
struct Pipe {
  std::deque<Packet> packets;
  Instant last_at{};
  bool dead = false;
};

// One connection between a client's socket and the hub: everything between the two ends, and what
// is true of it. Never used again; the ends refer to it by its number.
struct Link {
  ClientIndex client = 0;
  client::Generation generation{};
  Life life = 0;             // of the hub at its other end; 0: did not get there
  bool client_has = true;    // the client's socket is not closed
  bool client_open = false;  // it has heard that it is open
  bool hub_has = false;      // the hub's end is open

  Pipe up;
  Pipe down;
  // The socket's buffers: the hub may write so much ahead of the reader.
  static constexpr std::size_t kWindow = 64 * 1024;
  std::size_t window = kWindow;
  std::size_t in_flight = 0;
  bool writable_planned = false;
  // The reader's speed; 0: as fast as the network.
  std::uint32_t bytes_per_second = 0;
  Instant stalled_until{};
  std::string partial;              // of a message, at the client
  std::vector<std::string> tokens;  // that the client has sent
  bool welcomed = false;            // it has been

  // ---- What the checks of liveness go by
  Instant opened_at{};
  // When the hub was told last that the peer lives, and when it really gave a sign that could get
  // through.
  Instant hub_told_at{};
  Instant hub_sign_at{};
  // When the client was handed a message last.
  Instant client_heard_at{};
  // The end of the last trouble that could keep a sign from coming: half-open, stalled, slow,
  // asleep. kNever: it lasts.
  Instant trouble_until{};
  // The last reason for the client to ask after the link early.
  Instant nudged_at{};

  [[nodiscard]] bool dead() const { return up.dead || down.dead; }
  [[nodiscard]] bool WellSince(Instant since) const { return !dead() && trouble_until <= since; }
};

}  // namespace roomcast::simulation

#endif  // ROOMCAST_TESTS_SIMULATION_LINK_H_
