#ifndef ROOMCAST_CLIENT_WASM_CORE_STATS_H_
#define ROOMCAST_CLIENT_WASM_CORE_STATS_H_

#include <cstdint>

namespace roomcast::client {

// What a client counted since it was made; in the order of RC_STAT_*.
struct Stats {
  std::uint64_t attempts = 0;     // sockets asked for
  std::uint64_t connections = 0;  // Welcomes
  std::uint64_t resumed = 0;      // of which the session was still there
  std::uint64_t messages_in = 0;  // WebSocket messages
  std::uint64_t bytes_in = 0;
  std::uint64_t messages_out = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t publications = 0;     // delivered to the application
  std::uint64_t seen = 0;             // discarded: at or below the position
  std::uint64_t echoes = 0;           // discarded: own, and the room said no echo
  std::uint64_t gaps = 0;             // Gaps, Resets and LOST verdicts
  std::uint64_t resent = 0;           // publishes sent again with their id
  std::uint64_t dropped = 0;          // volatile sends without a connection
  std::uint64_t protocol_errors = 0;  // what the hub must not send
  std::uint64_t unknown_replies = 0;  // replies to nothing that is under way
  std::uint64_t lost_links = 0;       // ended because the hub was silent
  std::uint64_t queued = 0;           // publishes not settled, now
  std::uint64_t queued_bytes = 0;     // now
  std::uint64_t round_trip_us = 0;    // the last measured; 0: none
};

}  // namespace roomcast::client

#endif  // ROOMCAST_CLIENT_WASM_CORE_STATS_H_
