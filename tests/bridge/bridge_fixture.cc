#include "tests/bridge/bridge_fixture.h"

#include <utility>

namespace roomcast::bridge {

void CountingObserver::OnSettled(std::string_view method, std::string_view status) {
  const std::lock_guard<std::mutex> lock(mutex_);
  ++settled_[std::string(method) + " " + std::string(status)];
  counted_.notify_all();
}

void CountingObserver::OnRefused(Refusal refusal) {
  const std::lock_guard<std::mutex> lock(mutex_);
  ++refused_[refusal];
  counted_.notify_all();
}

int CountingObserver::settled(const std::string& method_and_status) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return settled_[method_and_status];
}

int CountingObserver::refused(Refusal refusal) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return refused_[refusal];
}

void CountingObserver::WaitForRefused(Refusal refusal, int count) {
  std::unique_lock<std::mutex> lock(mutex_);
  counted_.wait(lock, [&] { return refused_[refusal] >= count; });
}

void CountingObserver::WaitForSettled(const std::string& method_and_status, int count) {
  std::unique_lock<std::mutex> lock(mutex_);
  counted_.wait(lock, [&] { return settled_[method_and_status] >= count; });
}

BridgeConfig BridgeTest::OpenConfig() {
  BridgeConfig config;
  config.port = 0;
  config.development = true;
  return config;
}

BridgeConfig BridgeTest::KeyedConfig(std::vector<Role> roles, std::vector<std::string> namespaces) {
  BridgeConfig config;
  config.port = 0;
  config.keys = {{"sesame", kSesameSha256, std::move(roles), std::move(namespaces)}};
  return config;
}

void BridgeTest::Start(const BridgeConfig& config) {
  auto started = BridgeServer::Start(config, gateway_, observer_);
  ASSERT_TRUE(started.ok()) << started.status();
  server_ = *std::move(started);
}

std::shared_ptr<grpc::Channel> BridgeTest::Channel() const {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(Address(), grpc::InsecureChannelCredentials(), arguments);
}

v1::PublishRequest BridgeTest::Text(const std::string& room, const std::string& text) {
  v1::PublishRequest request;
  request.set_room(room);
  request.mutable_publication()->set_text(text);
  return request;
}

grpc::Status BridgeTest::Publish(const v1::PublishRequest& request, v1::PublishResponse* response,
                                 const std::string& authorization) {
  grpc::ClientContext context;
  if (!authorization.empty()) context.AddMetadata("authorization", authorization);
  v1::PublishResponse ignored;
  return Stub()->Publish(&context, request, response == nullptr ? &ignored : response);
}

}  // namespace roomcast::bridge
