#ifndef ROOMCAST_SERVER_OPS_CONFIG_VALIDATE_H_
#define ROOMCAST_SERVER_OPS_CONFIG_VALIDATE_H_

#include <string_view>

#include "roomcast/v1/config.pb.h"
#include "server/ops/config_schema.h"

namespace roomcast::ops {

// Everything that keeps a filled-in config from being a hub, with the numbers that matter: bounds
// of single values (the schema's), limits that do not fit together, and doors that stand open
// without anyone having said so. Pure; any thread. Empty: the config is good.
Problems Validate(const v1::Config& config);

// An IPv4 or IPv6 address in numbers; names are not resolved.
bool IsIpAddress(std::string_view text);
// One that only this machine can reach: 127.0.0.0/8 or ::1.
bool IsLoopbackAddress(std::string_view text);

}  // namespace roomcast::ops

#endif  // ROOMCAST_SERVER_OPS_CONFIG_VALIDATE_H_
