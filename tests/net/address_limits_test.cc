// How many connections one address may have, and how fast.
#include "server/net/address_limits.h"

#include <gtest/gtest.h>

#include <string>

#include "server/net/doorman.h"

namespace roomcast::net {
namespace {

using Verdict = AddressLimits::Verdict;

PeerAddress Address(const std::string& text) { return *PeerAddress::Parse(text); }

const Instant kStart{Duration(1h)};

TEST(AddressLimits, OneAddressFillsItsShareAndOthersDoNotNotice) {
  AddressLimits limits({.connections = 2});
  EXPECT_EQ(limits.Enter(Address("192.0.2.1"), kStart), Verdict::kWelcome);
  EXPECT_EQ(limits.Enter(Address("192.0.2.1"), kStart), Verdict::kWelcome);
  EXPECT_EQ(limits.Enter(Address("192.0.2.1"), kStart), Verdict::kTooMany);
  EXPECT_EQ(limits.Enter(Address("192.0.2.2"), kStart), Verdict::kWelcome);
  EXPECT_EQ(limits.Enter(Address("::ffff:192.0.2.1"), kStart), Verdict::kTooMany);
}

TEST(AddressLimits, AboveTwiceTheLimitNobodyIsAnsweredUntilSomebodyLeaves) {
  AddressLimits limits({.connections = 2});
  const PeerAddress address = Address("192.0.2.1");
  for (int i = 0; i < 4; ++i) static_cast<void>(limits.Enter(address, kStart));
  EXPECT_EQ(limits.Enter(address, kStart), Verdict::kFlood);
  EXPECT_EQ(limits.Enter(address, kStart), Verdict::kFlood);
  limits.Leave(address);
  EXPECT_EQ(limits.Enter(address, kStart), Verdict::kTooMany);
  for (int i = 0; i < 4; ++i) limits.Leave(address);
  EXPECT_EQ(limits.Enter(address, kStart), Verdict::kWelcome);
}

TEST(AddressLimits, ASecondsWorthMayComeAtOnceAndThenOneAtATime) {
  AddressLimits limits({.per_second = 10});
  const PeerAddress address = Address("192.0.2.1");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(limits.Enter(address, kStart), Verdict::kWelcome) << i;
  for (int i = 0; i < 10; ++i) EXPECT_EQ(limits.Enter(address, kStart), Verdict::kTooFast) << i;
  EXPECT_EQ(limits.Enter(address, kStart), Verdict::kFlood);
  EXPECT_EQ(limits.Enter(address, kStart + 100ms), Verdict::kTooFast);
  EXPECT_EQ(limits.Enter(address, kStart + 1200ms), Verdict::kWelcome);
  EXPECT_EQ(limits.Enter(address, kStart + 1200ms), Verdict::kTooFast);
}

TEST(AddressLimits, AnIpv6ClientIsItsNetworkOf64Bits) {
  AddressLimits limits({.connections = 1});
  EXPECT_EQ(limits.Enter(Address("2001:db8::1"), kStart), Verdict::kWelcome);
  EXPECT_EQ(limits.Enter(Address("2001:db8::ffff:2"), kStart), Verdict::kTooMany);
  EXPECT_EQ(limits.Enter(Address("2001:db8:0:1::1"), kStart), Verdict::kWelcome);
}

TEST(AddressLimits, WhoHasGoneIsForgotten) {
  AddressLimits limits({.connections = 5, .per_second = 5});
  Instant now = kStart;
  for (int i = 0; i < 100'000; ++i) {
    const PeerAddress address =
        Address("10." + std::to_string(i >> 16) + "." + std::to_string(i >> 8 & 255) + "." +
                std::to_string(i & 255));
    ASSERT_EQ(limits.Enter(address, now), Verdict::kWelcome);
    limits.Leave(address);
    now += 1ms;
  }
  // Those of the last 200 ms still owe for their pace; the rest is slack between sweeps.
  EXPECT_LE(limits.size(), 2'000U);
}

TEST(AddressLimits, WithoutLimitsNothingIsRemembered) {
  AddressLimits limits({});
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(limits.Enter(Address("192.0.2.1"), kStart), Verdict::kWelcome);
  }
  EXPECT_EQ(limits.size(), 0U);
}

TEST(Visit, EndsOnceWhereverItWasMoved) {
  Doorman doorman({.per_address = {.connections = 1}});
  const PeerAddress address = Address("192.0.2.1");
  {
    Visit first = doorman.Enter(address, kStart);
    EXPECT_FALSE(first.refusal());
    Visit moved = std::move(first);
    EXPECT_EQ(doorman.Enter(address, kStart).refusal(), ops::TurnedAway::kAddressConnections);
    moved = doorman.Enter(Address("192.0.2.2"), kStart);
    EXPECT_FALSE(doorman.Enter(address, kStart).refusal());
  }
  EXPECT_FALSE(doorman.Enter(Address("192.0.2.2"), kStart).refusal());
}

}  // namespace
}  // namespace roomcast::net
