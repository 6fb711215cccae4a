#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "bridge/listen_address.h"
#include "tests/bridge/bridge_fixture.h"

namespace roomcast::bridge {
namespace {

class StartTest : public BridgeTest {
 protected:
  absl::Status StartStatus(const BridgeConfig& config) {
    return BridgeServer::Start(config, gateway_, observer_).status();
  }
};

TEST_F(StartTest, ABusyPortIsOneClearError) {
  Start(OpenConfig());
  BridgeConfig config = OpenConfig();
  config.port = server_->port();
  const absl::Status second = StartStatus(config);
  EXPECT_EQ(second.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(second.message(),
            "the bridge cannot listen on " + Address() + ": Address already in use");
}

TEST_F(StartTest, APortThatItsOwnerWouldShareIsStillBusy) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ASSERT_EQ(setsockopt(socket, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)), 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ASSERT_EQ(bind(socket, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(socket, 1), 0);
  ASSERT_EQ(getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size), 0);

  BridgeConfig config = OpenConfig();
  config.port = ntohs(address.sin_port);
  EXPECT_EQ(StartStatus(config).code(), absl::StatusCode::kUnavailable);
  close(socket);
}

TEST_F(StartTest, OnlyALoopbackBridgeInDevelopmentDoesWithoutKeys) {
  BridgeConfig production = OpenConfig();
  production.development = false;
  EXPECT_EQ(StartStatus(production).code(), absl::StatusCode::kInvalidArgument);

  BridgeConfig exposed = OpenConfig();
  exposed.address = "0.0.0.0";
  EXPECT_EQ(StartStatus(exposed).message(),
            "the bridge on 0.0.0.0:0 needs keys: only on loopback and in development may it do "
            "without");
}

TEST_F(StartTest, KeysDoNotCrossANetworkInTheClearUnlessSaid) {
  BridgeConfig config = KeyedConfig({Role::kAdmin});
  config.address = "0.0.0.0";
  EXPECT_EQ(StartStatus(config).code(), absl::StatusCode::kInvalidArgument);
  config.plaintext_keys = true;
  EXPECT_TRUE(StartStatus(config).ok());
}

TEST_F(StartTest, AnAddressIsAnAddressAndNotAName) {
  BridgeConfig config = OpenConfig();
  config.address = "hub.example.org";
  EXPECT_EQ(StartStatus(config).message(),
            "the bridge's address \"hub.example.org\" is not an IP address, nor `localhost`");
}

TEST_F(StartTest, AServerMayBeStoppedTwiceAndStartedAgain) {
  Start(OpenConfig());
  server_->Shutdown(std::chrono::milliseconds(100));
  server_->Shutdown(std::chrono::milliseconds(100));
  server_->SetServing(true);
  BridgeConfig config = OpenConfig();
  config.port = server_->port();
  Start(config);
  EXPECT_TRUE(Publish(Text("news", "hello")).ok());
}

TEST(ListenAddress, KnowsWhatOthersCanReach) {
  const struct {
    std::string address;
    bool loopback;
    std::string text;
  } rows[] = {
      {"localhost", true, "127.0.0.1:8081"}, {"127.0.0.1", true, "127.0.0.1:8081"},
      {"127.8.9.1", true, "127.8.9.1:8081"}, {"::1", true, "[::1]:8081"},
      {"0.0.0.0", false, "0.0.0.0:8081"},    {"::", false, "[::]:8081"},
      {"10.0.0.7", false, "10.0.0.7:8081"},
  };
  for (const auto& row : rows) {
    const auto address = ListenAddress::Parse(row.address, 8081);
    ASSERT_TRUE(address.ok()) << row.address;
    EXPECT_EQ(address->IsLoopback(), row.loopback) << row.address;
    EXPECT_EQ(address->ToString(), row.text);
  }
}

}  // namespace
}  // namespace roomcast::bridge
