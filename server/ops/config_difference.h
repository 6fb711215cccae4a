#ifndef ROOMCAST_SERVER_OPS_CONFIG_DIFFERENCE_H_
#define ROOMCAST_SERVER_OPS_CONFIG_DIFFERENCE_H_

#include <string>
#include <vector>

#include "roomcast/v1/config.pb.h"

namespace roomcast::ops {

// What another config would change in a running hub. Names of settings only, as paths of the file
// (`namespaces.chat.capacity`), never their values: some are secret. In the schema's order.
struct ConfigDifference {
  std::vector<std::string> changed;        // takes effect on a reload
  std::vector<std::string> needs_restart;  // differs, and takes effect at the next start
  // The running config with all that is in `changed`, and nothing else.
  v1::Config merged;
};

// Both are whole, as LoadConfig() makes them. Pure.
ConfigDifference CompareConfigs(const v1::Config& running, const v1::Config& wanted);

}  // namespace roomcast::ops

#endif  // ROOMCAST_SERVER_OPS_CONFIG_DIFFERENCE_H_
