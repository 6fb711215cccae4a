#include "server/ops/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "proto/protocol/limits.h"
#include "server/ops/config_schema.h"
#include "server/ops/config_yaml.h"

namespace roomcast::ops {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string RefusalOf(const std::string& text, std::vector<std::string> sets = {}) {
  const auto config = LoadConfigText({true, "hub.yaml", std::move(sets)}, text);
  return config.ok() ? "" : std::string(config.status().message());
}

v1::Config Loaded(const std::string& text, std::vector<std::string> sets = {}) {
  const auto config = LoadConfigText({true, "hub.yaml", std::move(sets)}, text);
  EXPECT_TRUE(config.ok()) << config.status();
  return config.ok() ? *config : v1::Config();
}

// ---- What an operator writes is what the hub gets
// -------------------------------------------------

TEST(AConfigFile, SpeaksOfTimeAndSizeWithUnitsAndOfChoicesByName) {
  const v1::Config config = Loaded(R"(
node: hub-1
shards: 4
heartbeat: {interval: 30s, grace: 500ms}
outbox:
  soft: 512KiB
log: {level: warning}
namespaces:
  - name: game
    delivery: droppable
    history: {messages: 10}
    access: {join: anyone, publish: backend}
    capacity: 50
)");
  EXPECT_EQ(config.node(), "hub-1");
  EXPECT_EQ(config.shards(), 4U);
  EXPECT_EQ(config.heartbeat().interval_ms(), 30'000U);
  EXPECT_EQ(config.heartbeat().grace_ms(), 500U);
  EXPECT_EQ(config.outbox().soft_bytes(), 512U * 1024);
  EXPECT_EQ(config.log().level(), v1::Config::LOG_LEVEL_WARNING);
  ASSERT_EQ(config.namespaces_size(), 1);
  const auto& game = config.namespaces(0);
  EXPECT_EQ(game.delivery(), v1::Config::DELIVERY_DROPPABLE);
  EXPECT_EQ(game.history().messages(), 10U);
  EXPECT_EQ(game.history().bytes(), 1U << 20);
  EXPECT_EQ(game.access().join(), v1::Config::ACCESS_ANYONE);
  EXPECT_EQ(game.access().publish(), v1::Config::ACCESS_BACKEND);
  EXPECT_EQ(game.access().history(), v1::Config::ACCESS_MEMBER);
}

TEST(AConfigFile, MayHaveEmptySectionsAndComments) {
  EXPECT_EQ(RefusalOf(""), "");
  EXPECT_EQ(RefusalOf("# nothing\n"), "");
  EXPECT_EQ(RefusalOf("limits:\n  # rooms_per_session: 3\n"), "");
}

TEST(AFlag, OverridesTheFileWhichOverridesThePreset) {
  const std::string file = "heartbeat: {interval: 20s, grace: 5s}\n";
  EXPECT_EQ(Loaded(file).heartbeat().interval_ms(), 20'000U);
  const v1::Config config = Loaded(file, {"heartbeat.interval=15s", "heartbeat.interval=12s"});
  EXPECT_EQ(config.heartbeat().interval_ms(), 12'000U);
  EXPECT_EQ(config.heartbeat().grace_ms(), 5'000U);
}

TEST(AFlag, ReachesAnItemOfAListByNameAndMakesItIfThereIsNone) {
  const v1::Config config =
      Loaded("namespaces: [{name: chat}]\n",
             {"namespaces.chat.capacity=7", "namespaces.game.delivery=droppable",
              "namespaces.chat.history={messages: 5, ttl: 10s}"});
  ASSERT_EQ(config.namespaces_size(), 2);
  EXPECT_EQ(config.namespaces(0).capacity(), 7U);
  EXPECT_EQ(config.namespaces(0).history().messages(), 5U);
  EXPECT_EQ(config.namespaces(0).history().ttl_ms(), 10'000U);
  EXPECT_EQ(config.namespaces(1).name(), "game");
  EXPECT_EQ(config.namespaces(1).delivery(), v1::Config::DELIVERY_DROPPABLE);
}

TEST(AFlag, GivesAListInBrackets) {
  const std::string hash(64, 'a');
  const v1::Config config =
      Loaded("", {"bridge.keys.ci.sha256=" + hash, "bridge.keys.ci.roles=[publish, read]"});
  ASSERT_EQ(config.bridge().keys_size(), 1);
  EXPECT_EQ(config.bridge().keys(0).roles_size(), 2);
  EXPECT_EQ(config.bridge().keys(0).roles(1), v1::Config::ROLE_READ);
}

TEST(AFlag, WithNothingBehindTheEqualsSignEmptiesAText) {
  EXPECT_EQ(Loaded("node: hub-1\n", {"node="}).node(), "");
}

// ---- What is refused, and how it is told
// ----------------------------------------------------------

struct RefusedRow {
  std::string text;
  std::string told;
};

class ARefusedFile : public testing::TestWithParam<RefusedRow> {};

TEST_P(ARefusedFile, SaysWhereAndWhat) {
  EXPECT_THAT(RefusalOf(GetParam().text), HasSubstr(GetParam().told)) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Table, ARefusedFile,
    testing::Values(
        RefusedRow{"heartbeat:\n  intervall: 3s\n",
                   "hub.yaml:2: heartbeat.intervall: no such setting; the nearest is `interval`"},
        RefusedRow{"heartbeat: {interval_ms: 3s}\n", "the nearest is `interval`"},
        RefusedRow{"listners: {}\n",
                   "hub.yaml:1: listners: no such setting; the nearest is "
                   "`listeners`"},
        RefusedRow{"namespaces:\n  - name: chat\n    histroy: {}\n",
                   "hub.yaml:3: namespaces[0].histroy: no such setting; the nearest is `history`"},
        RefusedRow{"shards: 1\nshards: 2\n", "hub.yaml:2: shards: is there twice"},
        RefusedRow{"heartbeat: {grace: 1s, grace: 2s}\n", "heartbeat.grace: is there twice"},
        RefusedRow{"shards: many\n",
                   "hub.yaml:1: shards: must be a whole number; here it is `many`"},
        RefusedRow{"shards: -1\n", "shards: must be a whole number"},
        RefusedRow{"shards: 4294967296\n", "shards: is 4294967296, the most is 4294967295"},
        RefusedRow{"shards: [1]\n", "hub.yaml:1: shards: must be a value, is a list"},
        RefusedRow{"shards: {a: 1}\n", "shards: must be a value, is a section"},
        RefusedRow{"shards:\n", "shards: must be a value, is nothing"},
        RefusedRow{"heartbeat: 3\n", "heartbeat: must be a section, is a value"},
        RefusedRow{"heartbeat: [3]\n", "heartbeat: must be a section, is a list"},
        RefusedRow{"heartbeat: {interval: 25}\n",
                   "heartbeat.interval: must be a duration such as 25s or 500ms; here it is `25`"},
        RefusedRow{"outbox: {soft: 1MB}\n",
                   "outbox.soft: must be a size such as 64KiB or 1MiB; here it is `1MB`"},
        RefusedRow{"development: yes\n", "development: must be true or false; here it is `yes`"},
        RefusedRow{"log: {level: loud}\n",
                   "log.level: must be one of: debug, info, warning, error; here it is `loud`"},
        RefusedRow{"namespaces: {name: chat}\n", "namespaces: must be a list, is a section"},
        RefusedRow{"namespaces: [chat]\n", "namespaces[0]: must be a section, is a value"},
        RefusedRow{"[1, 2]\n", "must be a section, is a list"},
        RefusedRow{"? [a]\n: 1\n", "a key must be a name"},
        RefusedRow{"shards: 1\n---\nshards: 2\n", "a second document"},
        RefusedRow{"shards: [1\n", "hub.yaml:2: not YAML"},
        RefusedRow{"shards: *nowhere\n", "hub.yaml:1: not YAML"},
        RefusedRow{"engine: {kind: redis}\n", "engine.kind: this version does not act on it yet"},
        RefusedRow{std::string(kConfigTextBytesMax + 1, '#'),
                   "has 1048577 bytes, the most is 1048576"}));

class ARefusedFlag : public testing::TestWithParam<RefusedRow> {};

TEST_P(ARefusedFlag, SaysWhereAndWhat) {
  EXPECT_THAT(RefusalOf("", {GetParam().text}), HasSubstr(GetParam().told)) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Table, ARefusedFlag,
    testing::Values(RefusedRow{"shards", "--set: shards: must be written path.to.field=value"},
                    RefusedRow{"=1", "must be written path.to.field=value"},
                    RefusedRow{"heartbeat.grase=1s",
                               "--set: heartbeat.grase: no such setting; the nearest is `grace`"},
                    RefusedRow{"shards.x=1", "--set: shards: has no settings of its own"},
                    RefusedRow{"namespaces..capacity=1",
                               "--set: namespaces: its items need a name"},
                    RefusedRow{"heartbeat=5", "--set: heartbeat: must be a section, is a value"},
                    RefusedRow{"shards=[", "--set: shards: not YAML"},
                    RefusedRow{"shards=", "--set: shards: must be a whole number"},
                    RefusedRow{"engine.prefix=x", "this version does not act on it yet"}));

TEST(ARefusedConfig, TellsEveryProblemAtOnce) {
  const std::string told =
      RefusalOf("heartbeat: {interval: 1s, grace: 5s, rate: 3}\nshards: 1000\n", {"node.x=1"});
  EXPECT_THAT(told, HasSubstr("4 problems in the configuration:"));
  EXPECT_THAT(told, HasSubstr("heartbeat.rate"));
  EXPECT_THAT(told, HasSubstr("heartbeat.grace: is 5s"));
  EXPECT_THAT(told, HasSubstr("shards: is 1000, the most is 256"));
  EXPECT_THAT(told, HasSubstr("--set: node"));
}

TEST(ARefusedConfig, NeverRepeatsASecret) {
  const std::string told = RefusalOf(
      "auth: {development_secret: hunter2}\nbridge: {keys: [{name: k, sha256: hunter3}]}");
  EXPECT_THAT(told, HasSubstr("auth.development_secret: has 7 bytes, the least is 32"));
  EXPECT_THAT(told, HasSubstr("bridge.keys.k.sha256"));
  EXPECT_THAT(told, Not(HasSubstr("hunter")));
}

TEST(ARefusedConfig, KeepsEachProblemOnOneShortLine) {
  const std::string told = RefusalOf("namespaces: [{name: \"a\\nb\"}]\n\"x\\ny\": 1\n" +
                                     std::string(900, 'k') + ": 1\n");
  EXPECT_EQ(std::count(told.begin(), told.end(), '\n'), 4);
  EXPECT_THAT(told, HasSubstr("namespaces.a?b.name: must be letters"));
  EXPECT_LT(told.size(), 1'500U);
}

TEST(ASelfReferringAlias, IsToldAndNotFollowed) {
  EXPECT_NE(RefusalOf("&a heartbeat: &b {interval: *b}\n"), "");
  EXPECT_NE(RefusalOf("namespaces: &a [*a]\n"), "");
}

TEST(AMissingFile, IsNamed) {
  const auto config = LoadConfig({true, "/nonexistent/hub.yaml", {}});
  EXPECT_EQ(config.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(config.status().message()), HasSubstr("/nonexistent/hub.yaml"));
}

TEST(AFolderAsConfig, IsRefused) { EXPECT_FALSE(LoadConfig({true, "/", {}}).ok()); }

// ---- Presets
// -------------------------------------------------------------------------------------

TEST(TheDefaultConfig, AdmitsNobodyUntilAnOperatorSaysWho) {
  EXPECT_EQ(DefaultConfig().auth().anonymous(), v1::Config::ANONYMOUS_NONE);
  const auto config = LoadConfig({});
  ASSERT_FALSE(config.ok());
  EXPECT_THAT(std::string(config.status().message()), HasSubstr("2 problems"));
  EXPECT_THAT(std::string(config.status().message()), HasSubstr("auth: nobody could connect"));
  EXPECT_THAT(std::string(config.status().message()), HasSubstr("bridge.keys: none"));
}

TEST(TheDevelopmentConfig, IsCompleteAndStaysOnLoopback) {
  const auto config = LoadConfig({true, "", {}});
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->SerializeAsString(), DevelopmentConfig().SerializeAsString());
  EXPECT_EQ(config->listeners().public_().address(), "127.0.0.1");
  std::vector<std::string> names;
  for (const auto& space : config->namespaces()) names.push_back(space.name());
  EXPECT_THAT(names, testing::ElementsAre("default", "chat", "demo", "$user"));
  EXPECT_THAT(RefusalOf("listeners: {public: {address: 0.0.0.0}}\n"),
              HasSubstr("auth.anonymous: is loopback, but others can reach 0.0.0.0"));
}

TEST(TheDefaults, AreThoseOfTheProtocolsLimits) {
  const v1::Config config = DefaultConfig();
  const auto ms = [](Duration duration) { return static_cast<std::uint64_t>(duration / 1ms); };
  EXPECT_EQ(config.limits().message_bytes(), kMessageBytesMax);
  EXPECT_EQ(config.limits().rooms_per_session(), kRoomsPerConnection);
  EXPECT_EQ(config.limits().member_data_bytes(), kMemberDataBytesMax);
  EXPECT_EQ(config.limits().publishes_per_second(), kPublishesPerSecond);
  EXPECT_EQ(config.limits().publish_burst(), kPublishBurst);
  EXPECT_EQ(config.outbox().soft_bytes(), kOutboxSoftBytes);
  EXPECT_EQ(config.outbox().hard_bytes(), kOutboxHardBytes);
  EXPECT_EQ(config.outbox().stall_ms(), ms(kOutboxStall));
  EXPECT_EQ(config.outbox().recovery_page_bytes(), kRecoveryPageBytes);
  EXPECT_EQ(config.heartbeat().interval_ms(), ms(kPingInterval));
  EXPECT_EQ(config.heartbeat().grace_ms(), ms(kPingGrace));
  EXPECT_EQ(config.timeouts().upgrade_ms(), ms(kUpgradeDeadline));
  EXPECT_EQ(config.timeouts().hello_ms(), ms(kHelloDeadline));
  EXPECT_EQ(config.dedupe().window_ms(), ms(kDedupeWindow));
  EXPECT_EQ(config.dedupe().producers_per_room(), kDedupeProducersPerRoom);
  ASSERT_EQ(config.namespaces_size(), 1);
  EXPECT_EQ(config.namespaces(0).name(), "default");
  EXPECT_EQ(config.namespaces(0).history().bytes(), kHistoryBytes);
  EXPECT_EQ(config.namespaces(0).history().messages(), kHistoryMessages);
  EXPECT_EQ(config.namespaces(0).history().ttl_ms(), ms(kHistoryTtl));
}

TEST(TheExampleFile, NamesEverySettingAndIsAccepted) {
  std::ifstream file("docs/roomcast.example.yaml");
  ASSERT_TRUE(file) << "run from the repository's root";
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const auto config = LoadConfigText({false, "roomcast.example.yaml", {}}, text);
  EXPECT_TRUE(config.ok()) << config.status();
  std::vector<const google::protobuf::Descriptor*> types = {v1::Config::descriptor()};
  while (!types.empty()) {
    const auto* type = types.back();
    types.pop_back();
    for (int i = 0; i < type->field_count(); ++i) {
      const Field& field = *type->field(i);
      EXPECT_THAT(text, HasSubstr(FileName(field) + ":")) << field.full_name();
      if (field.message_type() != nullptr) types.push_back(field.message_type());
    }
  }
}

// ---- The schema keeps its own rules
// ----------------------------------------------------------------

void CheckType(const google::protobuf::Descriptor& type, std::set<std::string>& seen) {
  if (!seen.insert(type.full_name()).second) return;
  std::set<std::string> names;
  for (int i = 0; i < type.field_count(); ++i) {
    const Field& field = *type.field(i);
    const v1::Setting& setting = SettingOf(field);
    EXPECT_TRUE(names.insert(FileName(field)).second) << field.full_name() << ": ambiguous";
    EXPECT_FALSE(field.is_map()) << field.full_name();
    if (field.message_type() != nullptr) {
      CheckType(*field.message_type(), seen);
      continue;
    }
    const bool unit = UnitOf(field) != Unit::kNone;
    EXPECT_TRUE(!unit || field.cpp_type() == Field::CPPTYPE_UINT64) << field.full_name();
    EXPECT_TRUE(field.is_repeated() || field.has_presence()) << field.full_name();
    const Unit bound = field.cpp_type() == Field::CPPTYPE_STRING ? Unit::kNone : UnitOf(field);
    for (const std::string& text : {setting.min(), setting.max()}) {
      EXPECT_TRUE(text.empty() || ParseNumber(bound, text)) << field.full_name() << ": " << text;
    }
  }
}

TEST(TheSchema, HasReadableBoundsAndUnambiguousNames) {
  std::set<std::string> seen;
  CheckType(*v1::Config::descriptor(), seen);
  EXPECT_GT(seen.size(), 15U);
}

TEST(TheSchema, WritesBackWhatItRead) {
  const v1::Config config = Loaded(
      "heartbeat: {interval: 90s}\nsessions: {resume_window: 2m}\nauth: {anonymous: none, "
      "development_secret: 0123456789abcdef0123456789abcdef}\n");
  const auto text = [](const Message& message, std::string_view name) {
    return TextOf(message, *FindField(message, name));
  };
  EXPECT_EQ(text(config.heartbeat(), "interval"), "90s");
  EXPECT_EQ(text(config.auth(), "anonymous"), "none");
  EXPECT_EQ(text(config.auth(), "development_secret"), "(secret)");
  EXPECT_EQ(text(config, "development"), "true");
  EXPECT_EQ(text(config, "shards"), "0");
}

// ---- Flags
// ---------------------------------------------------------------------------------------

TEST(ServeFlags, BecomeSources) {
  const auto sources = ParseServeFlags(
      {"--config", "a.yaml", "--dev", "--port=0", "--set", "log.level=error", "--set=shards=2"});
  ASSERT_TRUE(sources.ok()) << sources.status();
  EXPECT_EQ(sources->file, "a.yaml");
  EXPECT_TRUE(sources->development);
  EXPECT_THAT(sources->sets,
              testing::ElementsAre("listeners.public.port=0", "log.level=error", "shards=2"));
}

TEST(ServeFlags, AreRefusedWithTheNearestOne) {
  EXPECT_THAT(std::string(ParseServeFlags({"--prot", "1"}).status().message()),
              HasSubstr("no such flag: --prot; the nearest is --port"));
  EXPECT_THAT(std::string(ParseServeFlags({"--port"}).status().message()),
              HasSubstr("--port needs a value"));
}

TEST(ServeFlags, AllNameASetting) {
  const std::string help = ServeFlagsHelp();
  for (const char* flag : {"--address", "--port", "--bridge-port", "--ops-port", "--static-dir",
                           "--shards", "--node", "--log-level"}) {
    EXPECT_THAT(help, HasSubstr(flag));
    const auto sources = ParseServeFlags({flag, "1"});
    ASSERT_TRUE(sources.ok());
    EXPECT_THAT(RefusalOf("", sources->sets), Not(HasSubstr("no such setting"))) << flag;
  }
}

}  // namespace
}  // namespace roomcast::ops
