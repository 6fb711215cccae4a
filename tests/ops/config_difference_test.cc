// What another config would change in a running hub, and what it would not before the next start.
#include "server/ops/config_difference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/ops/config.h"

namespace roomcast::ops {
namespace {

using Paths = std::vector<std::string>;
using testing::IsEmpty;

v1::Config Load(const std::string& text) {
  const auto config = LoadConfigText({.development = true, .file = "test"}, text);
  EXPECT_TRUE(config.ok()) << config.status().message();
  return config.ok() ? *config : v1::Config();
}

struct Change {
  std::string name;
  std::string text;
  Paths changed;
  Paths needs_restart;
};

TEST(ConfigDifference, NamesWhatChangesAndWhatNeedsARestart) {
  const v1::Config running = Load(R"(
namespaces:
  - {name: default}
  - {name: chat}
auth: {keys: [{name: a, file: /a}]}
)");
  const std::vector<Change> table{
      {"nothing",
       "namespaces: [{name: default}, {name: chat}]\nauth: {keys: [{name: a, file: /a}]}",
       {},
       {}},
      {"a namespace's capacity",
       "namespaces: [{name: default}, {name: chat, capacity: 9}]\n"
       "auth: {keys: [{name: a, file: /a}]}",
       {"namespaces.chat.capacity"},
       {}},
      {"a new namespace, in another order",
       "namespaces: [{name: new}, {name: chat}, {name: default}]\n"
       "auth: {keys: [{name: a, file: /a}]}",
       {"namespaces.new"},
       {}},
      {"one namespace less",
       "namespaces: [{name: default}]\nauth: {keys: [{name: a, file: /a}]}",
       {},
       {"namespaces.chat"}},
      {"keys that rotate",
       "namespaces: [{name: default}, {name: chat}]\nauth: {keys: [{name: b, file: /b}]}",
       {"auth.keys.b", "auth.keys.a"},
       {}},
      {"a backend's key",
       "namespaces: [{name: default}, {name: chat}]\nauth: {keys: [{name: a, file: /a}]}\n"
       "bridge: {keys: [{name: shop, roles: [publish], sha256: "
       "41ef4bb0b23661e66301aac36066912dac037827b4ae63a7b1165a5aa93ed4eb}]}",
       {"bridge.keys.shop"},
       {}},
      {"a port and a rate",
       "namespaces: [{name: default}, {name: chat}]\nauth: {keys: [{name: a, file: /a}]}\n"
       "listeners: {public: {port: 9}}\nlimits: {joins_per_second: 7}",
       {"limits.joins_per_second"},
       {"listeners.public.port"}},
      {"a secret, which is never told",
       "namespaces: [{name: default}, {name: chat}]\n"
       "auth: {keys: [{name: a, file: /a}], development_secret: "
       "0123456789abcdef0123456789abcdef}",
       {"auth.development_secret"},
       {}},
  };
  for (const Change& row : table) {
    SCOPED_TRACE(row.name);
    const v1::Config wanted = Load(row.text);
    const ConfigDifference difference = CompareConfigs(running, wanted);
    EXPECT_EQ(difference.changed, row.changed);
    EXPECT_EQ(difference.needs_restart, row.needs_restart);
    // What was taken over is not a difference any more; the rest still is.
    const ConfigDifference again = CompareConfigs(difference.merged, wanted);
    EXPECT_THAT(again.changed, IsEmpty());
    EXPECT_EQ(again.needs_restart, row.needs_restart);
  }
}

}  // namespace
}  // namespace roomcast::ops
