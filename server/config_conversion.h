#ifndef ROOMCAST_SERVER_CONFIG_CONVERSION_H_
#define ROOMCAST_SERVER_CONFIG_CONVERSION_H_

#include "bridge/bridge_config.h"
#include "roomcast/v1/config.pb.h"
#include "server/auth/token_claims.h"
#include "server/engine/memory_engine.h"
#include "server/hub/hub_config.h"
#include "server/hub/secrets.h"
#include "server/net/hub_server.h"
#include "server/ops/log.h"

namespace roomcast {

// From the operator's config to each part's own. The config is validated and filled in
// (ops::LoadConfig); nothing is decided here. Pure, but for the secrets.

// With a new instance id and hash key. Shards 0 becomes one per core, and no node the host's name.
hub::HubConfig HubConfigFrom(const v1::Config& config, hub::Secrets& secrets);
// One shard's part of what the hub may hold.
engine::MemoryEngine::Limits EngineLimitsFrom(const v1::Config& config, std::size_t shards);
net::HubServerConfig HubServerConfigFrom(const v1::Config& config);
bridge::BridgeConfig BridgeConfigFrom(const v1::Config& config);
auth::TokenRules TokenRulesFrom(const v1::Config& config);
ops::LogLevel LogLevelFrom(const v1::Config& config);

}  // namespace roomcast

#endif  // ROOMCAST_SERVER_CONFIG_CONVERSION_H_
