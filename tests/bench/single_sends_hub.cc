#include "tests/bench/single_sends_hub.h"

#include <unistd.h>

#include <memory>
#include <string>

#include "server/engine/memory_engine.h"
#include "server/net/hub_server.h"
#include "server/openssl_secrets.h"
#include "server/ops/metrics.h"
#include "tests/bench/failure.h"

namespace roomcast::bench {
namespace {

// All sessions of a benchmark are anonymous.
class NoTokens : public hub::Authenticator {
 public:
  [[nodiscard]] Answer Verify(std::string_view, WallTime) const override {
    Answer answer;
    answer.refusal = Refusal::kInvalid;
    return answer;
  }
};

hub::HubConfig OnePublicationABatch() {
  hub::HubConfig config;
  config.instance = "0123456789abcdef";
  config.anonymous = true;
  config.publishes_per_second = 1'000'000'000;
  config.publish_burst = 1'000'000'000;
  config.commands_per_second = 1'000'000'000;
  config.command_burst = 1'000'000'000;
  // A second publication never fits.
  config.recovery_page_bytes = 1;
  hub::NamespaceConfig space;
  space.name = "default";
  space.may_publish = hub::Who::kAnyone;
  config.namespaces = {space};
  return config;
}

}  // namespace

void RunSingleSendsHub(const std::function<void(std::uint16_t)>& listening) {
  const hub::HubConfig hub_config = OnePublicationABatch();
  net::HubServerConfig config;
  config.port = 0;
  config.connection.handshake.websocket_path = "/ws";
  config.connection.pieces_per_write = 1;
  config.connection.writes_together = false;
  // Not held up by the loop's turns either.
  config.connection.writes_per_flush = 4096;
  NoTokens authenticator;
  OpensslSecrets secrets;
  ops::Metrics metrics(hub_config.shards, "bench");
  auto server = net::HubServer::Start(
      config, hub_config, {authenticator, secrets, metrics, nullptr, [&](hub::ShardId) {
                             return std::make_unique<engine::MemoryEngine>(hub_config.hash_key, 1);
                           }});
  if (!server.ok()) throw Failure(std::string(server.status().message()));
  listening((*server)->port());
  for (;;) pause();
}

}  // namespace roomcast::bench
