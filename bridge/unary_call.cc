#include "bridge/unary_call.h"

#include "bridge/hub_status.h"

namespace roomcast::bridge {

std::shared_ptr<UnaryCall> UnaryCall::Begin(std::string_view method, BridgeObserver& observer) {
  std::shared_ptr<UnaryCall> call(new UnaryCall(method, observer));
  call->self_ = call;
  return call;
}

void UnaryCall::Refuse(Refusal refusal, const grpc::Status& status) {
  Settle([&] {
    observer_.OnRefused(refusal);
    return status;
  });
}

void UnaryCall::Refuse(const HubError& error) { Refuse(RefusalOf(error), ToStatus(error)); }

// gRPC tells of a passed deadline and of a lost connection in the same way. The status is for our
// own metrics: the caller has its answer already.
void UnaryCall::OnCancel() {
  Refuse(Refusal::kCancelled, grpc::Status(grpc::StatusCode::CANCELLED, "the caller went away"));
}

void UnaryCall::FinishWith(grpc::Status status) {
  // Counted first: after Finish the server may be gone.
  observer_.OnSettled(method_, StatusName(status.error_code()));
  Finish(std::move(status));
}

Refusal RefusalOf(const HubError& error) {
  return error.temporary ? Refusal::kHubOverloaded : Refusal::kHubRefused;
}

}  // namespace roomcast::bridge
