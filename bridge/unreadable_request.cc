#include "bridge/unreadable_request.h"

#include <string>
#include <utility>

#include "bridge/hub_status.h"
#include "proto/protocol/codes.h"
#include "roomcast/v1/bridge.grpc.pb.h"

namespace roomcast::bridge {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::Interceptor;
using grpc::experimental::InterceptorBatchMethods;
using grpc::experimental::ServerInterceptorFactoryInterface;
using grpc::experimental::ServerRpcInfo;

class Watcher final : public Interceptor {
 public:
  Watcher(std::string_view method, BridgeObserver& observer)
      : method_(method), observer_(observer) {}

  void Intercept(InterceptorBatchMethods* batch) override {
    if (batch->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
      Correct(*batch);
    }
    batch->Proceed();
  }

 private:
  void Correct(InterceptorBatchMethods& batch) {
    const grpc::Status ending = batch.GetSendStatus();
    if (ending.error_code() != grpc::StatusCode::UNIMPLEMENTED) return;
    if (!ending.error_details().empty()) return;
    const grpc::Status corrected = ToStatus(
        MakeError(ErrorCode::kBadRequest, "the bytes are not the request that this method takes"));
    observer_.OnRefused(Refusal::kBadRequest);
    observer_.OnSettled(method_, StatusName(corrected.error_code()));
    batch.ModifySendStatus(corrected);
  }

  const std::string_view method_;
  BridgeObserver& observer_;
};

class WatcherFactory final : public ServerInterceptorFactoryInterface {
 public:
  WatcherFactory(std::vector<std::string_view> methods, BridgeObserver& observer)
      : prefix_(std::string("/") + v1::Bridge::service_full_name() + "/"),
        methods_(std::move(methods)),
        observer_(observer) {}

  Interceptor* CreateServerInterceptor(ServerRpcInfo* info) override {
    std::string_view path(info->method());
    if (!path.starts_with(prefix_)) return nullptr;
    path.remove_prefix(prefix_.size());
    for (const std::string_view method : methods_) {
      if (method == path) return new Watcher(method, observer_);
    }
    return nullptr;
  }

 private:
  const std::string prefix_;
  const std::vector<std::string_view> methods_;
  BridgeObserver& observer_;
};

}  // namespace

std::unique_ptr<ServerInterceptorFactoryInterface> WatchForUnreadableRequests(
    std::vector<std::string_view> methods, BridgeObserver& observer) {
  return std::make_unique<WatcherFactory>(std::move(methods), observer);
}

}  // namespace roomcast::bridge
