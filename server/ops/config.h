#ifndef ROOMCAST_SERVER_OPS_CONFIG_H_
#define ROOMCAST_SERVER_OPS_CONFIG_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "roomcast/v1/config.pb.h"

namespace roomcast::ops {

// From what an operator wrote to one validated Config in which every field is filled in. The words,
// their units and defaults are those of proto/roomcast/v1/config.proto.

// Where settings come from; a later one wins: preset, file, then `sets` in their order. A list
// replaces the list before it as a whole.
struct ConfigSources {
  // Begin with the development hub's settings instead of the defaults.
  bool development = false;
  // A YAML file. Empty: none.
  std::string file = {};
  // `path.to.field=value`, as given with --set.
  std::vector<std::string> sets = {};
};

// InvalidArgument names every problem, a line each; NotFound or PermissionDenied the file.
absl::StatusOr<v1::Config> LoadConfig(const ConfigSources& sources);

// The same with the file's text at hand; `sources.file` is its name in problems. Touches nothing.
absl::StatusOr<v1::Config> LoadConfigText(const ConfigSources& sources, const std::string& text);

// What an empty file means. It admits nobody and names no key for backends, so it is not yet a
// config that LoadConfig would accept: those two every operator has to say.
v1::Config DefaultConfig();

// A hub to try things with: loopback only, anonymous users, no bridge key, the namespaces default,
// chat and demo open to everyone, and a room of its own for each user.
v1::Config DevelopmentConfig();

// `serve`'s flags. `--config FILE`, `--set PATH=VALUE`, `--dev`, and the short names that
// ServeFlagsHelp lists, each as `--name VALUE` or `--name=VALUE`. Other words are InvalidArgument.
absl::StatusOr<ConfigSources> ParseServeFlags(const std::vector<std::string>& arguments);

// The flags, a line each.
std::string ServeFlagsHelp();

}  // namespace roomcast::ops

#endif  // ROOMCAST_SERVER_OPS_CONFIG_H_
