#include "server/ops/config_validate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "server/ops/config.h"
#include "server/ops/config_yaml.h"

namespace roomcast::ops {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// One key, one namespace, a secret: the least that an operator has to say.
constexpr std::string_view kProduction = R"(
listeners: {public: {address: 127.0.0.1}}
auth: {development_secret: 0123456789abcdef0123456789abcdef}
bridge:
  keys:
    - {name: ci, sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, roles: [publish]}
namespaces: [{name: chat}]
)";

Problems ProblemsOf(const std::vector<std::string>& sets) {
  v1::Config config;
  Problems problems;
  ApplyYaml("base", kProduction, config, problems);
  for (const std::string& set : sets) ApplyAssignment(set, config, problems);
  EXPECT_THAT(problems, IsEmpty());
  FillDefaults(config);
  return Validate(config);
}

struct Rule {
  std::vector<std::string> sets;
  // A part of the only problem; empty: none.
  std::string told;
};

class Rules : public testing::TestWithParam<Rule> {};

TEST_P(Rules, AreEnforcedAloneAndWithNumbers) {
  const Problems problems = ProblemsOf(GetParam().sets);
  if (GetParam().told.empty()) {
    EXPECT_THAT(problems, IsEmpty());
  } else {
    EXPECT_THAT(problems, ElementsAre(HasSubstr(GetParam().told)));
  }
}

const std::string kHashA(64, 'a');
const std::string kHashB(64, 'B');

INSTANTIATE_TEST_SUITE_P(
    Doors, Rules,
    testing::Values(
        Rule{{}, ""},
        Rule{{"listeners.public.address=localhost"}, "`localhost` is not an IP address"},
        Rule{{"listeners.bridge.port=8080"},
             "listeners.bridge.port: is 8080, which is listeners.public.port too"},
        Rule{{"listeners.bridge.port=0", "listeners.ops.port=0"}, ""},
        Rule{{"listeners.public.port=65536"}, "listeners.public.port: is 65536, the most is 65535"},
        Rule{{"listeners.ops.address=0.0.0.0"}, "others can reach 0.0.0.0"},
        Rule{{"listeners.ops.address=0.0.0.0", "listeners.ops.exposed=true"}, ""},
        Rule{{"listeners.ops.address='::1'"}, ""},
        Rule{{"listeners.public.path=ws"}, "listeners.public.path: must begin with `/`"},
        Rule{{"listeners.public.path=/a?b"}, "listeners.public.path"},
        Rule{{"listeners.public.path="}, "has 0 bytes, the least is 1"}));

INSTANTIATE_TEST_SUITE_P(
    Browsers, Rules,
    testing::Values(
        Rule{{"listeners.public.allowed_origins=['*', https://a.example, 'https://*.a.example:1']"},
             ""},
        Rule{{"listeners.public.allowed_origins=[a.example]"}, "`a.example` is neither"},
        Rule{{"listeners.public.allowed_origins=[https://a.example/]"}, "allowed_origins"},
        Rule{{"listeners.public.allowed_origins=['https://']"}, "allowed_origins"},
        Rule{{"listeners.public.allowed_origins=['https://*.*.example']"}, "allowed_origins"},
        Rule{{"listeners.public.allowed_origins=['null']"}, "allowed_origins"},
        Rule{{"listeners.public.trusted_proxies=[10.0.0.0/8, 192.0.2.1, '2001:db8::/32']"}, ""},
        Rule{{"listeners.public.trusted_proxies=[proxy.example]"}, "`proxy.example` is neither"},
        Rule{{"listeners.public.trusted_proxies=[10.0.0.0/33]"}, "trusted_proxies"},
        Rule{{"listeners.public.trusted_proxies=[10.0.0.0/]"}, "trusted_proxies"},
        Rule{{"listeners.public.tls.key_file=key.pem"},
             "listeners.public.tls.certificate_file: must be given"}));

INSTANTIATE_TEST_SUITE_P(
    WhoMayComeIn, Rules,
    testing::Values(Rule{{"auth.development_secret="}, "auth: nobody could connect"},
                    Rule{{"auth.development_secret=", "auth.anonymous=loopback"}, ""},
                    Rule{{"auth.anonymous=loopback", "development=true",
                          "listeners.public.address=192.0.2.1"},
                         "auth.anonymous: is loopback, but others can reach 192.0.2.1"},
                    Rule{{"auth.anonymous=anywhere",
                          "auth.development_secret=", "listeners.public.address='::'"},
                         ""},
                    Rule{{"auth.development_secret=short"}, "has 5 bytes, the least is 32"},
                    Rule{{"listeners.public.address=0.0.0.0"},
                         "auth.development_secret: others can reach 0.0.0.0"},
                    Rule{{"listeners.public.address=0.0.0.0", "development=true"}, ""},
                    Rule{{"auth.clock_skew=11m"}, "auth.clock_skew: is 11m, the most is 10m"}));

INSTANTIATE_TEST_SUITE_P(
    Bridge, Rules,
    testing::Values(
        Rule{{"bridge.keys=[]"}, "bridge.keys: none, and the bridge at 127.0.0.1"},
        Rule{{"bridge.keys=[]", "development=true"}, ""},
        Rule{{"bridge.keys=[]", "development=true", "listeners.bridge.address=0.0.0.0"},
             "bridge.keys: none, and the bridge at 0.0.0.0"},
        Rule{{"listeners.bridge.address=0.0.0.0"}, "keys would cross 0.0.0.0 in the clear"},
        Rule{{"listeners.bridge.address=0.0.0.0", "listeners.bridge.plaintext_keys=true"}, ""},
        Rule{{"bridge.keys.ci.sha256=abc"}, "bridge.keys.ci.sha256: must be the 64 hexadecimal"},
        Rule{{"bridge.keys.ci.sha256=" + std::string(64, 'g')}, "bridge.keys.ci.sha256"},
        Rule{{"bridge.keys.ci.roles=[]"}, "bridge.keys.ci.roles: none"},
        Rule{{"bridge.keys.ci.namespaces=[game]"}, "no namespace is called `game`"},
        Rule{{"bridge.keys.ci.namespaces=[chat]"}, ""},
        Rule{{"bridge.keys.two.sha256=" + kHashA, "bridge.keys.two.roles=[read]"},
             "bridge.keys.two.sha256: another key has the same"},
        Rule{{"bridge.keys.two.sha256=" + kHashB, "bridge.keys.two.roles=[read]"}, ""},
        Rule{{"bridge.message=1KiB"}, "bridge.message: is 1KiB, the least is 64KiB"}));

INSTANTIATE_TEST_SUITE_P(
    Relations, Rules,
    testing::Values(
        Rule{{"heartbeat.grace=25s"}, "heartbeat.grace: is 25s, must be less than the interval"},
        Rule{{"heartbeat.interval=50ms", "heartbeat.grace=20ms"},
             "heartbeat.interval: is 50ms, the least is 100ms"},
        Rule{{"outbox.recovery_page=256KiB"}, "outbox.soft: is 256KiB, must be more than 326KiB"},
        Rule{{"outbox.soft=960KiB", "namespaces.chat.history={bytes: 2MiB}"},
             "outbox.hard: is 1MiB, must be more than outbox.soft (960KiB)"},
        Rule{{"outbox.hard=300KiB"}, "outbox.hard: is 300KiB"},
        Rule{{"outbox.stall=0"}, "outbox.stall: is 0, the least is 100ms"},
        Rule{{"limits.before_welcome=15KiB"},
             "limits.before_welcome: is 15KiB, must be at least 16KiB"},
        Rule{{"limits.member_data=16KiB", "limits.before_welcome=16KiB"}, ""},
        Rule{{"limits.message=65KiB"}, "limits.message: is 65KiB, the most is 64KiB"},
        Rule{{"dedupe.window=1s"},
             "dedupe.window: is 1s, must be more than sessions.resume_window"},
        Rule{{"dedupe.window=1s", "sessions.resume_window=0"}, ""},
        Rule{{"memory.mailbox_messages=1"}, "memory.mailbox_messages: is 1, the least is 64"}));

INSTANTIATE_TEST_SUITE_P(
    Namespaces, Rules,
    testing::Values(
        Rule{{"namespaces=[]"}, "namespaces: none"},
        Rule{{"namespaces=[{name: a}, {name: a}]"}, "namespaces.a: the name is there twice"},
        Rule{{"namespaces=[{name: 'a:b'}]"}, "must be letters, digits"},
        Rule{{"namespaces=[{name: $sys}]"}, "must be letters, digits"},
        Rule{{"namespaces=[{name: $user}]"}, ""},
        Rule{{"namespaces=[{name: " + std::string(65, 'n') + "}]"}, "has 65 bytes, the most is 64"},
        Rule{{"namespaces.chat.history.bytes=511KiB"},
             "namespaces.chat.history.bytes: is 511KiB, must be at least twice outbox.soft"},
        Rule{{"namespaces.chat.history.bytes=512KiB"}, ""},
        Rule{{"namespaces.chat.history.bytes=0"}, ""},
        Rule{{"namespaces.chat.history.bytes=1KiB", "namespaces.chat.delivery=droppable"}, ""},
        Rule{{"namespaces.chat.history.bytes=512MiB"}, "all rooms together have memory.history"},
        Rule{{"node=\"a\\tb\""}, "node: contains a control character"}));

TEST(ANamelessNamespace, IsToldByItsPlace) {
  EXPECT_THAT(ProblemsOf({"namespaces=[{name: a}, {capacity: 3}]"}),
              ElementsAre("namespaces[1].name: must be given",
                          HasSubstr("namespaces[1].name: must be letters")));
}

// Rates and the resume window cannot be set in this version; their rules hold for those that come
// from elsewhere.
TEST(ABurst, IsAtLeastItsRate) {
  v1::Config config = DevelopmentConfig();
  config.mutable_limits()->set_publish_burst(99);
  config.mutable_limits()->set_join_burst(49);
  config.mutable_limits()->set_command_burst(199);
  config.mutable_namespaces(1)->mutable_rates()->set_publishes_per_second(1);
  EXPECT_THAT(
      Validate(config),
      ElementsAre(HasSubstr("limits.publish_burst: is 99"), HasSubstr("limits.join_burst: is 49"),
                  HasSubstr("limits.command_burst: is 199"),
                  HasSubstr("namespaces.chat.rates.publish_burst: is 0")));
}

TEST(TheResumeWindow, OutlastsTheNoticeOfADeadLinkAndNotTheDedupeWindow) {
  v1::Config config = DevelopmentConfig();
  config.mutable_sessions()->set_resume_window_ms(35'000);
  EXPECT_THAT(Validate(config), ElementsAre(HasSubstr("sessions.resume_window: is 35s")));
  config.mutable_sessions()->set_resume_window_ms(60'000);
  EXPECT_THAT(Validate(config), IsEmpty());
  config.mutable_dedupe()->set_window_ms(60'000);
  EXPECT_THAT(Validate(config), ElementsAre(HasSubstr("dedupe.window: is 1m")));
}

TEST(LoopbackAddresses, AreToldFromOthers) {
  for (const char* text : {"127.0.0.1", "127.255.0.3", "::1"}) EXPECT_TRUE(IsLoopbackAddress(text));
  for (const char* text : {"0.0.0.0", "::", "10.0.0.1", "::ffff:127.0.0.1", "localhost", ""}) {
    EXPECT_FALSE(IsLoopbackAddress(text)) << text;
  }
}

}  // namespace
}  // namespace roomcast::ops
