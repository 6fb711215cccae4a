// A real bridge on loopback, a real gRPC client, and a hub of a few lines behind it.
#ifndef ROOMCAST_TESTS_BRIDGE_BRIDGE_FIXTURE_H_
#define ROOMCAST_TESTS_BRIDGE_BRIDGE_FIXTURE_H_

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "bridge/bridge_server.h"
#include "roomcast/v1/bridge.grpc.pb.h"
#include "tests/bridge/memory_gateway.h"

namespace roomcast::bridge {

// SHA-256 of "open sesame".
inline constexpr char kSesameSha256[] =
    "41ef4bb0b23661e66301aac36066912dac037827b4ae63a7b1165a5aa93ed4eb";

class CountingObserver final : public BridgeObserver {
 public:
  void OnSettled(std::string_view method, std::string_view status) override;
  void OnRefused(Refusal refusal) override;

  int settled(const std::string& method_and_status);
  int refused(Refusal refusal);
  // Blocks until it was refused so often: a caller has its answer before the bridge has counted it.
  void WaitForRefused(Refusal refusal, int count);
  void WaitForSettled(const std::string& method_and_status, int count);

 private:
  std::mutex mutex_;
  std::condition_variable counted_;
  std::map<std::string, int> settled_;
  std::map<Refusal, int> refused_;
};

class BridgeTest : public testing::Test {
 protected:
  // Open, on a free port of loopback.
  static BridgeConfig OpenConfig();
  // One key, "open sesame", with these rights.
  static BridgeConfig KeyedConfig(std::vector<Role> roles,
                                  std::vector<std::string> namespaces = {});

  void Start(const BridgeConfig& config);
  std::shared_ptr<grpc::Channel> Channel() const;
  std::unique_ptr<v1::Bridge::Stub> Stub() const { return v1::Bridge::NewStub(Channel()); }
  std::string Address() const { return "127.0.0.1:" + std::to_string(server_->port()); }

  static v1::PublishRequest Text(const std::string& room, const std::string& text);
  grpc::Status Publish(const v1::PublishRequest& request, v1::PublishResponse* response = nullptr,
                       const std::string& authorization = "");

  // Destroyed in the order server, observer, gateway.
  MemoryGateway gateway_;
  CountingObserver observer_;
  std::unique_ptr<BridgeServer> server_;
};

}  // namespace roomcast::bridge

#endif  // ROOMCAST_TESTS_BRIDGE_BRIDGE_FIXTURE_H_
