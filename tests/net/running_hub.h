// A whole hub without its bridge: shards on threads of their own, and the gateway that gRPC's
// threads would call.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <utility>

#include "server/engine/memory_engine.h"
#include "server/net/hub_server.h"
#include "server/openssl_secrets.h"
#include "tests/support/hub_rig.h"

namespace roomcast::net {

inline constexpr std::uint16_t kShards = 3;

struct RunningHub {
  explicit RunningHub(Mailbox::Bounds mailbox)
      : metrics(kShards, "test"), hub_config(test::HubRig::DefaultConfig({.shards = kShards})) {
    HubServerConfig config;
    config.port = 0;
    config.mailbox = mailbox;
    auto started =
        HubServer::Start(std::move(config), hub_config,
                         {authenticator, secrets, metrics, nullptr, [this](hub::ShardId) {
                            return std::make_unique<engine::MemoryEngine>(hub_config.hash_key, 7);
                          }});
    EXPECT_TRUE(started.ok()) << started.status();
    server = *std::move(started);
  }

  ops::Metrics metrics;
  hub::HubConfig hub_config;
  test::PlainAuthenticator authenticator;
  OpensslSecrets secrets;
  std::unique_ptr<HubServer> server;
};

}  // namespace roomcast::net
