#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/ops/config.h"
#include "server/ops/config_text.h"

namespace roomcast::ops {
namespace {

// A flag that stands for `--set PATH=`.
struct ShortFlag {
  std::string_view name;
  std::string_view path;
  std::string_view help;
};

constexpr ShortFlag kShortFlags[] = {
    {"--address", "listeners.public.address", "where clients connect"},
    {"--port", "listeners.public.port", "the clients' port; 0: any free one"},
    {"--bridge-port", "listeners.bridge.port", "the backends' port (gRPC)"},
    {"--ops-port", "listeners.ops.port", "the port for health and metrics"},
    {"--static-dir", "listeners.public.static_dir", "a folder of files to serve"},
    {"--shards", "shards", "event loops; 0: one per core"},
    {"--node", "node", "the hub's name for itself"},
    {"--log-level", "log.level", "debug, info, warning or error"},
};

const ShortFlag* FindShort(std::string_view name) {
  for (const ShortFlag& flag : kShortFlags) {
    if (flag.name == name) return &flag;
  }
  return nullptr;
}

std::vector<std::string> FlagNames() {
  std::vector<std::string> names = {"--config", "--set", "--dev"};
  for (const ShortFlag& flag : kShortFlags) names.emplace_back(flag.name);
  return names;
}

}  // namespace

absl::StatusOr<ConfigSources> ParseServeFlags(const std::vector<std::string>& arguments) {
  ConfigSources sources;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--dev") {
      sources.development = true;
      continue;
    }
    const std::size_t equals = argument.find('=');
    const std::string name(argument.substr(0, equals));
    const ShortFlag* flag = FindShort(name);
    if (flag == nullptr && name != "--config" && name != "--set") {
      return absl::InvalidArgumentError(
          absl::StrCat("no such flag: ", name, "; the nearest is ", Nearest(name, FlagNames())));
    }
    std::string value;
    if (equals != std::string_view::npos) {
      value = argument.substr(equals + 1);
    } else if (i + 1 < arguments.size()) {
      value = arguments[++i];
    } else {
      return absl::InvalidArgumentError(absl::StrCat(name, " needs a value"));
    }
    if (name == "--config") {
      sources.file = value;
    } else if (name == "--set") {
      sources.sets.push_back(value);
    } else {
      sources.sets.push_back(absl::StrCat(std::string(flag->path), "=", value));
    }
  }
  return sources;
}

std::string ServeFlagsHelp() {
  std::string help;
  const auto line = [&help](std::string_view left, std::string_view right) {
    absl::StrAppendFormat(&help, "  %-22s %s\n", std::string(left), std::string(right));
  };
  line("--config FILE", "settings in YAML; see docs/roomcast.example.yaml");
  line("--set PATH=VALUE", "one setting, such as heartbeat.interval=10s; may be repeated");
  line("--dev", "a hub to try things with: loopback, anonymous users, no keys");
  for (const ShortFlag& flag : kShortFlags) {
    line(absl::StrCat(std::string(flag.name), " VALUE"), flag.help);
  }
  return help;
}

}  // namespace roomcast::ops
