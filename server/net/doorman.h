#ifndef ROOMCAST_SERVER_NET_DOORMAN_H_
#define ROOMCAST_SERVER_NET_DOORMAN_H_

#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>

#include "proto/protocol/instant.h"
#include "server/net/address_limits.h"
#include "server/net/peer_address.h"
#include "server/ops/metric_families.h"

namespace roomcast::net {

// A connection's place among those of its address, for as long as it lives.
class Visit {
 public:
  Visit() = default;
  // Nobody counts it: a trusted proxy's own connection.
  explicit Visit(const PeerAddress& address) : address_(address) {}
  // `limits` counted it and outlives this; null: it did not.
  Visit(const PeerAddress& address, AddressLimits* limits, std::optional<ops::TurnedAway> refusal)
      : limits_(limits), address_(address), refusal_(refusal) {}
  Visit(Visit&& other) noexcept
      : limits_(std::exchange(other.limits_, nullptr)),
        address_(other.address_),
        refusal_(other.refusal_) {}
  Visit& operator=(Visit&& other) noexcept {
    std::swap(limits_, other.limits_);
    std::swap(address_, other.address_);
    std::swap(refusal_, other.refusal_);
    return *this;
  }
  ~Visit() {
    if (limits_ != nullptr) limits_->Leave(address_);
  }

  [[nodiscard]] const PeerAddress& address() const { return address_; }
  // Why it may not stay. kAddressFlood: it is not worth an answer.
  [[nodiscard]] std::optional<ops::TurnedAway> refusal() const { return refusal_; }

 private:
  AddressLimits* limits_ = nullptr;
  PeerAddress address_;
  std::optional<ops::TurnedAway> refusal_;
};

// Who may come in, as far as numbers say. One for all shards; any thread.
class Doorman {
 public:
  struct Limits {
    AddressLimits::Limits per_address;
    std::size_t websockets = 0;  // 0: no limit
  };
  explicit Doorman(const Limits& limits)
      : addresses_(limits.per_address), websockets_max_(limits.websockets) {}

  // What stands behind a socket, until it ends.
  [[nodiscard]] Visit Enter(const PeerAddress& address, Instant now);

  // Counts it, also where it is one too many: false.
  [[nodiscard]] bool WebSocketBegan() {
    const std::size_t others = websockets_.fetch_add(1, std::memory_order_relaxed);
    return websockets_max_ == 0 || others < websockets_max_;
  }
  void WebSocketEnded() { websockets_.fetch_sub(1, std::memory_order_relaxed); }

  // While memory is short nobody new is taken; who is in stays.
  void SetMemoryShort(bool is_short) { memory_short_.store(is_short, std::memory_order_relaxed); }
  [[nodiscard]] bool memory_is_short() const {
    return memory_short_.load(std::memory_order_relaxed);
  }

 private:
  AddressLimits addresses_;
  const std::size_t websockets_max_;
  std::atomic<std::size_t> websockets_{0};
  std::atomic<bool> memory_short_{false};
};

}  // namespace roomcast::net

#endif  // ROOMCAST_SERVER_NET_DOORMAN_H_
