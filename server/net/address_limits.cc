#include "server/net/address_limits.h"

#include <algorithm>
#include <numeric>

namespace roomcast::net {
namespace {

constexpr std::size_t kNetworkBytes = 8;

PeerAddress::Bytes KeyOf(const PeerAddress& address) {
  PeerAddress::Bytes key = address.bytes();
  if (!address.IsV4()) std::fill(key.begin() + kNetworkBytes, key.end(), 0);
  return key;
}

}  // namespace

AddressLimits::Verdict AddressLimits::Enter(const PeerAddress& address, Instant now) {
  if (!enabled()) return Verdict::kWelcome;
  const PeerAddress::Bytes key = KeyOf(address);
  Stripe& stripe = StripeOf(key);
  const std::lock_guard lock(stripe.mutex);
  if (stripe.entries.size() >= stripe.sweep_at) Sweep(stripe, now);
  Entry& entry = stripe.entries[key];
  // What it owes after this one, in time: a second's worth may come at once. Shards' turns begin at
  // different instants, so half of one connection's worth is nothing.
  const Duration cost = limits_.per_second > 0 ? Duration(1s) / limits_.per_second : Duration(0);
  const Duration debt = std::max(entry.even_at, now) + cost - now;
  const Duration slack = cost / 2;
  const bool too_many = limits_.connections > 0 && entry.open >= limits_.connections;
  const bool far_too_many = too_many && entry.open / 2 >= limits_.connections;
  if (far_too_many || debt > 2s + slack) return Verdict::kFlood;
  entry.even_at = now + debt;
  ++entry.open;
  if (debt > 1s + slack) return Verdict::kTooFast;
  return too_many ? Verdict::kTooMany : Verdict::kWelcome;
}

void AddressLimits::Leave(const PeerAddress& address) {
  if (!enabled()) return;
  const PeerAddress::Bytes key = KeyOf(address);
  Stripe& stripe = StripeOf(key);
  const std::lock_guard lock(stripe.mutex);
  const auto entry = stripe.entries.find(key);
  if (entry != stripe.entries.end() && entry->second.open > 0) --entry->second.open;
}

std::size_t AddressLimits::size() {
  return std::accumulate(stripes_.begin(), stripes_.end(), std::size_t{0},
                         [](std::size_t sum, Stripe& stripe) {
                           const std::lock_guard lock(stripe.mutex);
                           return sum + stripe.entries.size();
                         });
}

AddressLimits::Stripe& AddressLimits::StripeOf(const PeerAddress::Bytes& key) {
  const unsigned sum = std::accumulate(key.begin(), key.end(), 0U);
  return stripes_[sum % kStripes];
}

void AddressLimits::Sweep(Stripe& stripe, Instant now) {
  std::erase_if(stripe.entries, [now](const auto& entry) {
    return entry.second.open == 0 && entry.second.even_at <= now;
  });
  // Doubling: a sweep costs each newcomer one step.
  stripe.sweep_at = std::max(kSweepAtLeast, 2 * stripe.entries.size());
}

}  // namespace roomcast::net
