#ifndef ROOMCAST_SERVER_OPS_CONFIG_YAML_H_
#define ROOMCAST_SERVER_OPS_CONFIG_YAML_H_

#include <string>
#include <string_view>

#include "roomcast/v1/config.pb.h"
#include "server/ops/config_schema.h"

namespace roomcast::ops {

// Reads what an operator wrote into a Config, by the schema alone. Only what is written is set.
// Every problem is told, not only the first: unknown and duplicate keys, wrong types, and settings
// that this version does not act on. Pure; any thread.

// More is no config.
inline constexpr std::size_t kConfigTextBytesMax = 1 << 20;

// A whole file; `file` is its name for the problems: "roomcast.yaml:12: heartbeat.intervall: …".
// A list that is there replaces the config's list.
void ApplyYaml(std::string_view file, std::string_view text, v1::Config& config,
               Problems& problems);

// One `--set path.to.field=value`; the value is YAML, so `[a, b]` is a list. An item of a list is
// reached by its name, and made if it is not there: `namespaces.chat.capacity=50`.
void ApplyAssignment(std::string_view assignment, v1::Config& config, Problems& problems);

}  // namespace roomcast::ops

#endif  // ROOMCAST_SERVER_OPS_CONFIG_YAML_H_
