// One call with one answer, which may come from any thread, late, or not in time. Whoever settles
// it first decides: the method, the hub's completion, or the caller's going away.
#ifndef ROOMCAST_BRIDGE_UNARY_CALL_H_
#define ROOMCAST_BRIDGE_UNARY_CALL_H_

#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <memory>
#include <string_view>
#include <utility>

#include "bridge/bridge_observer.h"
#include "bridge/room_gateway.h"

namespace roomcast::bridge {

// Keeps itself alive until gRPC is done with it, and after that as long as a completion holds it:
// then it touches neither gRPC nor the observer any more. Thread-safe.
class UnaryCall final : public grpc::ServerUnaryReactor {
 public:
  // `method` is a literal. The observer outlives the server.
  static std::shared_ptr<UnaryCall> Begin(std::string_view method, BridgeObserver& observer);

  // Ends the call with what `answer` returns. `answer` may write to the response; it is not run,
  // and nothing happens, where the call is settled already.
  template <class AnswerFunction>
  void Settle(AnswerFunction answer) {
    if (!settled_.exchange(true)) FinishWith(std::move(answer)());
  }
  void Refuse(Refusal refusal, const grpc::Status& status);
  // An error of the hub's own.
  void Refuse(const HubError& error);

  // Nobody waits for an answer any more.
  [[nodiscard]] bool settled() const { return settled_.load(); }

 private:
  UnaryCall(std::string_view method, BridgeObserver& observer)
      : method_(method), observer_(observer) {}

  // What happens here is short: it needs no other thread, which would cost as much as the call.
  bool InternalInlineable() override { return true; }
  void OnCancel() override;
  void OnDone() override { self_.reset(); }
  void FinishWith(grpc::Status status);

  const std::string_view method_;
  BridgeObserver& observer_;
  std::atomic<bool> settled_ = false;
  std::shared_ptr<UnaryCall> self_;
};

// How a hub's error is counted.
Refusal RefusalOf(const HubError& error);

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_UNARY_CALL_H_
