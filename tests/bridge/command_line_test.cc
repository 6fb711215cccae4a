#include "bridge/command_line.h"

#include <cstdlib>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/command_flags.h"
#include "bridge/hub_status.h"
#include "tests/bridge/bridge_fixture.h"

namespace roomcast::bridge {
namespace {

class CommandLineTest : public BridgeTest {
 protected:
  // Runs against the server, if one was started.
  ExitCode Run(std::string_view verb, std::vector<std::string_view> args) {
    out_.str("");
    err_.str("");
    const std::string bridge = server_ == nullptr ? "" : "--bridge=" + Address();
    if (server_ != nullptr) args.push_back(bridge);
    return RunBridgeCommand(verb, args, out_, err_);
  }

  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(CommandLineTest, PublishPrintsTheRoomAndTheOffset) {
  Start(OpenConfig());
  EXPECT_EQ(Run("publish", {"news", "hello"}), ExitCode::kDone);
  EXPECT_EQ(out_.str(), "news 1\n");
  EXPECT_EQ(err_.str(), "");
  EXPECT_EQ(gateway_.publishes().at(0).content->encoding, Encoding::kText);
  EXPECT_EQ(gateway_.publishes().at(0).content->data, "hello");
}

TEST_F(CommandLineTest, FlagsDescribeTheMessage) {
  Start(OpenConfig());
  EXPECT_EQ(Run("publish", {"--type", "tick", "--encoding=json", "news", R"({"a":1})", "--user",
                            "ada", "--publication-key", "k", "--ephemeral", "--idempotency-key=i"}),
            ExitCode::kDone);
  const PublishCommand command = gateway_.publishes().at(0);
  EXPECT_EQ(command.content->type, "tick");
  EXPECT_EQ(command.content->encoding, Encoding::kJson);
  EXPECT_EQ(command.content->user, "ada");
  EXPECT_EQ(command.content->key, "k");
  EXPECT_TRUE(command.content->ephemeral);
  EXPECT_EQ(command.idempotency_key, "i");
}

TEST_F(CommandLineTest, AfterTwoDashesEverythingIsText) {
  Start(OpenConfig());
  const std::string bridge = "--bridge=" + Address();
  const std::string_view args[] = {bridge, "--", "news", "--json"};
  EXPECT_EQ(RunBridgeCommand("publish", args, out_, err_), ExitCode::kDone);
  EXPECT_EQ(gateway_.publishes().at(0).content->data, "--json");
}

TEST_F(CommandLineTest, AnswersComeAsJsonOnRequest) {
  Start(OpenConfig());
  EXPECT_EQ(Run("publish", {"news", "hello", "--json"}), ExitCode::kDone);
  EXPECT_EQ(out_.str(), "{\"position\":{\"epoch\":\"77\",\"offset\":\"1\"},\"duplicate\":false}\n");
}

TEST_F(CommandLineTest, ARefusalIsOneLineAndExitCodeOne) {
  Start(OpenConfig());
  gateway_.RefuseRoom("busy", {114, "a queue\nis full", true, 250});
  EXPECT_EQ(Run("publish", {"busy", "hello"}), ExitCode::kRefused);
  EXPECT_EQ(out_.str(), "");
  EXPECT_EQ(err_.str(),
            "roomcast publish: a queue is full (RESOURCE_EXHAUSTED, code 114, try again in 250 "
            "ms)\n");
}

TEST_F(CommandLineTest, ABroadcastNamesTheRoomsThatWereRefused) {
  Start(OpenConfig());
  gateway_.RefuseRoom("b", MakeError(ErrorCode::kUnknownNamespace, "no namespace"));
  EXPECT_EQ(Run("broadcast", {"hello", "a", "b", "c"}), ExitCode::kRefused);
  EXPECT_EQ(out_.str(), "a 1\nc 1\n");
  EXPECT_EQ(err_.str(), "roomcast broadcast: b: no namespace (code 102)\n");
}

TEST_F(CommandLineTest, InfoIsATable) {
  Start(OpenConfig());
  EXPECT_EQ(Run("info", {}), ExitCode::kDone);
  EXPECT_NE(out_.str().find("instance      instance-1\n"), std::string::npos) << out_.str();
  EXPECT_NE(out_.str().find("sessions      5 (2 parked)\n"), std::string::npos) << out_.str();
}

TEST_F(CommandLineTest, TheKeyComesByFlagOrEnvironment) {
  Start(KeyedConfig({Role::kPublish}));
  EXPECT_EQ(Run("publish", {"news", "hello"}), ExitCode::kRefused);
  EXPECT_EQ(Run("publish", {"news", "hello", "--key", "open sesame"}), ExitCode::kDone);
  setenv("ROOMCAST_BRIDGE_KEY", "open sesame", 1);
  EXPECT_EQ(Run("publish", {"news", "hello"}), ExitCode::kDone);
  unsetenv("ROOMCAST_BRIDGE_KEY");
}

TEST_F(CommandLineTest, NoHubIsExitCodeThree) {
  // Port 1 of loopback: nobody listens there.
  EXPECT_EQ(Run("info", {"--bridge", "127.0.0.1:1", "--timeout", "5"}), ExitCode::kNotReached);
  EXPECT_EQ(err_.str().rfind("roomcast info: no answer from the bridge at 127.0.0.1:1: ", 0), 0u)
      << err_.str();
}

TEST_F(CommandLineTest, ABadCommandLineIsExitCodeTwo) {
  const struct {
    std::string_view verb;
    std::vector<std::string_view> args;
    std::string_view error;
  } rows[] = {
      {"publish", {"news"}, "give a room and a text, as in `publish news hello`"},
      {"publish", {"news", "a", "b"}, "give a room and a text, as in `publish news hello`"},
      {"broadcast", {"hello"}, "give a text and rooms, as in `broadcast hello a b`"},
      {"info", {"now"}, "takes no arguments, only flags"},
      {"info", {"--loud"}, "unknown flag --loud"},
      {"info", {"--bridge"}, "--bridge needs a value"},
      {"info", {"--timeout", "soon"}, "--timeout is \"soon\", must be seconds up to 3600"},
      {"info", {"--timeout=nan"}, "--timeout is \"nan\", must be seconds up to 3600"},
      {"publish", {"--encoding=xml"}, "--encoding is \"xml\", must be text, json or bytes"},
      {"info", {"--key-file", "/nowhere/key"}, "--key-file: cannot read /nowhere/key"},
      {"info", {"--cert", "/nowhere/cert"}, "--cert, --cert-key and --ca go together"},
      {"info",
       {"--ca=/dev/null", "--cert=/nowhere/cert", "--cert-key=/dev/null"},
       "--cert: cannot read /nowhere/cert"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(Run(row.verb, row.args), ExitCode::kUsage) << row.error;
    EXPECT_EQ(err_.str(),
              "roomcast " + std::string(row.verb) + ": " + std::string(row.error) + "\n");
  }
}

TEST_F(CommandLineTest, HelpNamesEveryVerb) {
  EXPECT_EQ(Run("publish", {"--help"}), ExitCode::kDone);
  for (const std::string verb : {"publish", "broadcast", "info"}) {
    EXPECT_TRUE(IsBridgeCommand(verb));
    EXPECT_NE(out_.str().find("  " + verb), std::string::npos);
  }
  EXPECT_FALSE(IsBridgeCommand("serve"));
}

}  // namespace
}  // namespace roomcast::bridge
