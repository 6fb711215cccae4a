// What an operator may write. Any text is either a config that breaks no rule, or a list of
// problems of which each is one line; and the same text gives the same again.
//
// Input: byte 0 chooses what the rest is: a file, or flags of --set, a line each.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>

#include "server/ops/config.h"
#include "server/ops/config_validate.h"

namespace roomcast::ops {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

absl::StatusOr<v1::Config> Load(bool as_flags, const std::string& text) {
  ConfigSources sources;
  sources.development = true;
  sources.file = "hub.yaml";
  if (!as_flags) return LoadConfigText(sources, text);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) sources.sets.push_back(line);
  return LoadConfigText(sources, "");
}

// "N problems …:" and N lines.
void CheckProblems(const std::string& told) {
  std::istringstream lines(told);
  std::size_t count = 0;
  lines >> count;
  Check(count > 0);
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    Check(line.starts_with("  "));
    --count;
  }
  Check(count == 0);
}

}  // namespace
}  // namespace roomcast::ops

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace roomcast::ops;  // NOLINT(google-build-using-namespace)
  if (size < 1) return 0;
  const bool as_flags = (data[0] & 1) != 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto config = Load(as_flags, text);
  const auto again = Load(as_flags, text);
  Check(config.status() == again.status());
  if (config.ok()) {
    Check(Validate(*config).empty());
    Check(config->SerializeAsString() == again->SerializeAsString());
  } else {
    CheckProblems(std::string(config.status().message()));
  }
  return 0;
}
