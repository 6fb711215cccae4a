#include "bridge/broadcast.h"

#include <atomic>
#include <cstddef>
#include <utility>
#include <variant>
#include <vector>

#include "bridge/hub_status.h"
#include "bridge/publish_request.h"

namespace roomcast::bridge {
namespace {

class Broadcast {
 public:
  Broadcast(std::size_t rooms, std::shared_ptr<UnaryCall> call, BridgeObserver& observer,
            v1::BroadcastResponse& response)
      : call_(std::move(call)),
        observer_(observer),
        response_(response),
        results_(rooms),
        waiting_(rooms) {}

  // Each room has an element of its own, and the last one to come sees all of them: no lock.
  void Take(std::size_t room, Answer<PublishOutcome> answer) {
    results_[room] = std::move(answer);
    if (waiting_.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
    call_->Settle([this] { return Collect(); });
  }

 private:
  grpc::Status Collect() {
    for (const Answer<PublishOutcome>& answer : results_) {
      v1::BroadcastResult& result = *response_.add_results();
      if (const auto* error = std::get_if<HubError>(&answer)) {
        observer_.OnRefused(RefusalOf(*error));
        ToProto(*error, *result.mutable_error());
      } else {
        ToProto(std::get<PublishOutcome>(answer), *result.mutable_published());
      }
    }
    return grpc::Status::OK;
  }

  const std::shared_ptr<UnaryCall> call_;
  BridgeObserver& observer_;
  v1::BroadcastResponse& response_;
  std::vector<Answer<PublishOutcome>> results_;
  std::atomic<std::size_t> waiting_;
};

}  // namespace

void StartBroadcast(const v1::BroadcastRequest& request, std::string_view caller,
                    Deadline not_after, RoomGateway& gateway, BridgeObserver& observer,
                    std::shared_ptr<UnaryCall> call, v1::BroadcastResponse& response) {
  const SharedContent content = ContentOf(request.publication());
  auto broadcast =
      std::make_shared<Broadcast>(request.rooms().size(), std::move(call), observer, response);
  std::size_t index = 0;
  for (const std::string& room : request.rooms()) {
    gateway.Publish({room, content, std::string(caller), request.idempotency_key(), not_after},
                    [broadcast, index](Answer<PublishOutcome> answer) {
                      broadcast->Take(index, std::move(answer));
                    });
    ++index;
  }
}

}  // namespace roomcast::bridge
