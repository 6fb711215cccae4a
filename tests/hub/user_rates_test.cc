// What all sessions of one user together may ask for, whichever shards they are on.
#include "server/hub/user_rates.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/hub/visitor.h"
#include "tests/support/hub_rig.h"

namespace roomcast::test {
namespace {

// A session may publish twice a second and four times at once; a user twice that.
hub::HubConfig SlowConfig(const HubRig::Options& options) {
  hub::HubConfig config = HubRig::DefaultConfig(options);
  for (hub::NamespaceConfig& one : config.namespaces) one.may_publish = hub::Who::kAnyone;
  config.publishes_per_second = 2;
  config.publish_burst = 4;
  config.user_rate_factor = 2;
  return config;
}

// Sessions that publish until they are told to wait.
struct Crowd {
  Crowd(HubRig& hub, const std::string& token, int count) : rig(hub) {
    for (int i = 0; i < count; ++i) Come(static_cast<std::uint16_t>(i % rig.shards()), token);
  }
  void Come(std::uint16_t shard, const std::string& token) {
    clients.emplace_back();
    clients.back().Connect(rig, shard, token);
  }
  // Each once; how many were let pass.
  int Say() {
    int passed = 0;
    for (const Client& client : clients) {
      rig.Say(client.connection, {9, Publish{.room = "chat:a"}});
      rig.Settle();
      for (const ServerMessage& answer : rig.Take(client.connection)) {
        if (std::holds_alternative<Published>(answer.body)) ++passed;
        if (const auto* error = std::get_if<Error>(&answer.body)) {
          told = std::string(error->message.view);
          retry_after_ms = error->retry_after_ms;
        }
      }
    }
    return passed;
  }

  HubRig& rig;
  std::vector<Client> clients;
  std::string told;
  std::uint32_t retry_after_ms = 0;
};

TEST(UserRates, SessionsOnAllShardsShareOne) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    const HubRig::Options options{.shards = 3, .seed = seed};
    HubRig rig(options, SlowConfig(options));
    Crowd ada(rig, "user:ada", 6);
    Crowd bob(rig, "user:bob", 2);
    Crowd strangers(rig, "", 6);
    EXPECT_EQ(ada.Say(), 6);
    EXPECT_EQ(ada.Say(), 2) << "eight at once";
    EXPECT_EQ(ada.told, "the most is 4 publishes a second of all the user's sessions");
    EXPECT_EQ(ada.retry_after_ms, 250u);
    EXPECT_EQ(bob.Say(), 2) << "another user";
    for (int i = 0; i < 4; ++i) EXPECT_EQ(strangers.Say(), 6) << "each is a user of its own";
    // After the time that it was told there is one more, and in ten seconds forty.
    rig.Pass(250ms);
    EXPECT_EQ(ada.Say(), 1);
    int passed = 0;
    for (int i = 0; i < 40; ++i) {
      rig.Pass(250ms);
      passed += ada.Say();
    }
    EXPECT_EQ(passed, 40);
  }
}

TEST(UserRates, WhatPassesWhileTheShardsTellOneAnotherIsWaitedForAfterwards) {
  const HubRig::Options options{.shards = 2};
  HubRig rig(options, SlowConfig(options));
  Crowd ada(rig, "user:ada", 20);
  // All at once: no shard has heard of the others.
  for (const Client& client : ada.clients)
    rig.Say(client.connection, {9, Publish{.room = "chat:a"}});
  rig.Settle();
  int passed = 0;
  for (const Client& client : ada.clients) {
    for (const ServerMessage& answer : rig.Take(client.connection)) {
      passed += std::holds_alternative<Published>(answer.body) ? 1 : 0;
    }
  }
  EXPECT_GT(passed, 8);
  rig.Pass(250ms * (passed - 8));
  EXPECT_EQ(ada.Say(), 0) << "nothing until the eight are all that it has had at once";
  rig.Pass(250ms);
  EXPECT_EQ(ada.Say(), 1);
}

TEST(UserRates, WhoComesAndGoesPaysForItAllTheSame) {
  const HubRig::Options options{.shards = 2};
  HubRig rig(options, SlowConfig(options));
  Crowd ada(rig, "user:ada", 1);
  for (int i = 0; i < 28; ++i) {
    ada.Say();
    rig.Close(ada.clients.back().connection, 1000);
    rig.Settle();
    ada.clients.clear();
    ada.Come(static_cast<std::uint16_t>(i % 2), "user:ada");
  }
  // A new session has one before it is told. 29 are 21 more than at once, and the next is one more.
  ada.Say();
  ada.Say();
  EXPECT_EQ(ada.retry_after_ms, 5500u);
}

TEST(UserRates, WhoGoesOnAfterBeingToldIsEnded) {
  const HubRig::Options options{.shards = 2};
  HubRig rig(options, SlowConfig(options));
  Crowd ada(rig, "user:ada", 8);
  EXPECT_EQ(ada.Say(), 8);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(ada.Say(), 0);
  EXPECT_FALSE(rig.wire(ada.clients[0].connection).closed);
  ada.Say();
  for (const Client& client : ada.clients) {
    EXPECT_EQ(rig.wire(client.connection).code, DisconnectCode::kRateLimited);
  }
}

TEST(UserRates, JoinsAndCommandsHaveTheirs) {
  const HubRig::Options options{.shards = 2};
  hub::HubConfig config = SlowConfig(options);
  config.joins_per_second = 2;
  config.join_burst = 4;
  HubRig rig(options, config);
  Crowd ada(rig, "user:ada", 10);
  int refused = 0;
  for (const Client& client : ada.clients) {
    rig.Say(client.connection, {9, Join{.room = "chat:a"}});
    rig.Settle();
    for (const ServerMessage& answer : rig.Take(client.connection)) {
      const auto* error = std::get_if<Error>(&answer.body);
      if (error == nullptr) continue;
      ++refused;
      EXPECT_EQ(error->message.view, "the most is 4 joins a second of all the user's sessions");
    }
  }
  EXPECT_EQ(refused, 2);
}

TEST(UserRates, ZeroIsNoLimit) {
  const HubRig::Options options{.shards = 2};
  hub::HubConfig config = SlowConfig(options);
  config.user_rate_factor = 0;
  HubRig rig(options, config);
  Crowd ada(rig, "user:ada", 50);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(ada.Say(), 50);
  EXPECT_EQ(ada.Say(), 0);
  EXPECT_EQ(ada.told, "the most is 2 publishes a second");
}

TEST(UserRates, AnotherFactorHoldsForSessionsThatAreThere) {
  const HubRig::Options options{.shards = 2};
  hub::HubConfig config = SlowConfig(options);
  config.user_rate_factor = 0;
  HubRig rig(options, config);
  const auto reload = [&](std::uint32_t factor) {
    config.user_rate_factor = factor;
    for (std::uint16_t shard = 0; shard < rig.shards(); ++shard) {
      rig.shard(shard).Reconfigure(config, rig.now());
    }
    rig.Settle();
  };
  Crowd ada(rig, "user:ada", 8);
  EXPECT_EQ(ada.Say(), 8);
  EXPECT_EQ(ada.Say(), 8);
  reload(2);
  EXPECT_EQ(ada.Say(), 8) << "eight at once";
  EXPECT_EQ(ada.Say(), 0);
  EXPECT_EQ(ada.told, "the most is 4 publishes a second of all the user's sessions");
  reload(1);
  rig.Pass(10s);
  EXPECT_EQ(ada.Say(), 4) << "four at once";
  EXPECT_EQ(ada.told, "the most is 2 publishes a second of all the user's sessions");
  reload(0);
  EXPECT_EQ(ada.Say(), 8) << "though they were told to wait";
}

TEST(UserBudgets, AreHeldForWhoSpendsAndNoLonger) {
  const hub::HubConfig config = SlowConfig({});
  hub::UserBudgets budgets(config);
  Instant now(std::chrono::hours(1));
  for (int i = 0; i < 10'000; ++i) {
    now += 100ms;
    budgets.Spend({hub::ShardId{}, "user" + std::to_string(i), {1, 0, 1}}, now);
    ASSERT_LE(budgets.size(), 128u);
  }
}

}  // namespace
}  // namespace roomcast::test
