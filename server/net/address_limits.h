#ifndef ROOMCAST_SERVER_NET_ADDRESS_LIMITS_H_
#define ROOMCAST_SERVER_NET_ADDRESS_LIMITS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>

#include "proto/protocol/instant.h"
#include "proto/protocol/limits.h"
#include "server/net/peer_address.h"

namespace roomcast::net {

// How many connections each address has open and how fast it opens them, over all shards. An IPv6
// client counts by its network of 64 bits: it has all addresses of it.
//
// Any thread; one short lock an accept and one an end, none in between. It remembers an address
// while it has connections, and for two seconds after it opened one; so it holds no more than there
// are connections, and were in that time.
class AddressLimits {
 public:
  struct Limits {
    std::uint32_t connections = 0;  // 0: no limit
    std::uint32_t per_second = 0;   // so many at once as well; 0: no limit
  };
  enum class Verdict : std::uint8_t {
    kWelcome,
    // Above a limit: worth an answer that says so. Counted, and to be left.
    kTooMany,
    kTooFast,
    // Above twice a limit: an answer would cost more than it is worth. Not counted.
    kFlood,
  };

  explicit AddressLimits(const Limits& limits) : limits_(limits) {}
  AddressLimits(const AddressLimits&) = delete;
  AddressLimits& operator=(const AddressLimits&) = delete;

  [[nodiscard]] bool enabled() const { return limits_.connections > 0 || limits_.per_second > 0; }

  // A connection of this address begins.
  [[nodiscard]] Verdict Enter(const PeerAddress& address, Instant now);
  // One that Enter() counted has ended.
  void Leave(const PeerAddress& address);
  // Addresses that are remembered now.
  [[nodiscard]] std::size_t size();

 private:
  struct Entry {
    std::uint32_t open = 0;
    // When nothing would be owed any more if no more connections came.
    Instant even_at{};
  };
  // Each with a lock of its own, so that shards seldom wait for each other.
  struct Stripe {
    std::mutex mutex;
    std::map<PeerAddress::Bytes, Entry> entries;
    std::size_t sweep_at = kSweepAtLeast;
  };
  static constexpr std::size_t kStripes = 16;
  static constexpr std::size_t kSweepAtLeast = 64;

  Stripe& StripeOf(const PeerAddress::Bytes& key);
  static void Sweep(Stripe& stripe, Instant now);

  const Limits limits_;
  std::array<Stripe, kStripes> stripes_;
};

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_ADDRESS_LIMITS_H_
