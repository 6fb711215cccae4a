#include "server/ops/config.h"

#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/protocol/utf8.h"
#include "server/ops/check.h"
#include "server/ops/config_schema.h"
#include "server/ops/config_validate.h"
#include "server/ops/config_yaml.h"

namespace roomcast::ops {
namespace {

// The development hub, in the words of the file.
constexpr std::string_view kDevelopmentYaml = R"(
development: true
listeners: {public: {address: 127.0.0.1}}
auth: {anonymous: loopback}
limits: {connections_per_address: 0, accepts_per_address_per_second: 0}
drain: {notice: 0s, spread: 0s}
namespaces:
  - {name: default, access: {join: anyone}}
  - {name: chat, access: {join: anyone}}
  - {name: demo, access: {join: anyone}}
  - {name: $user, access: {join: user, publish: backend}}
)";

v1::Config Preset(bool development) {
  v1::Config config;
  if (!development) return config;
  Problems problems;
  ApplyYaml("development", kDevelopmentYaml, config, problems);
  Check(problems.empty(), "the development settings fit the schema");
  return config;
}

void Complete(v1::Config& config) {
  if (config.namespaces().empty()) config.add_namespaces()->set_name("default");
  FillDefaults(config);
}

// Whatever names and values an operator made up, a problem is one line of bounded length.
void MakeOneLine(std::string& problem) {
  constexpr std::size_t kProblemBytesMax = 500;
  problem.resize(TruncateUtf8(problem, kProblemBytesMax).size());
  for (char& c : problem) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) c = '?';
  }
}

absl::Status Refusal(Problems problems) {
  for (std::string& problem : problems) MakeOneLine(problem);
  const char* noun = problems.size() == 1 ? " problem" : " problems";
  return absl::InvalidArgumentError(absl::StrCat(
      problems.size(), noun, " in the configuration:\n  ", absl::StrJoin(problems, "\n  ")));
}

}  // namespace

absl::StatusOr<v1::Config> LoadConfigText(const ConfigSources& sources, const std::string& text) {
  v1::Config config = Preset(sources.development);
  Problems problems;
  ApplyYaml(sources.file, text, config, problems);
  for (const std::string& assignment : sources.sets) {
    ApplyAssignment(assignment, config, problems);
  }
  Complete(config);
  // Told together, so that one attempt shows all there is to mend.
  for (std::string& problem : Validate(config)) problems.push_back(std::move(problem));
  if (!problems.empty()) return Refusal(std::move(problems));
  return config;
}

absl::StatusOr<v1::Config> LoadConfig(const ConfigSources& sources) {
  if (sources.file.empty()) return LoadConfigText(sources, "");
  std::ifstream file(sources.file, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot open ", sources.file));
  // One byte above the limit is enough to see that it is too long.
  std::string text(kConfigTextBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || (file.fail() && !file.eof())) {
    return absl::NotFoundError(absl::StrCat("cannot read ", sources.file));
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  return LoadConfigText(sources, text);
}

v1::Config DefaultConfig() {
  v1::Config config;
  Complete(config);
  return config;
}

v1::Config DevelopmentConfig() {
  v1::Config config = Preset(/*development=*/true);
  Complete(config);
  return config;
}

}  // namespace roomcast::ops
