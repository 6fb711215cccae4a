// The calls of `roomcast.v1.Bridge`: who may, is the request whole, ask the gateway, answer. A call
// that this version does not have answers UNIMPLEMENTED.
#ifndef ROOMCAST_BRIDGE_BRIDGE_SERVICE_H_
#define ROOMCAST_BRIDGE_BRIDGE_SERVICE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "bridge/admission.h"
#include "bridge/bridge_methods.h"
#include "bridge/bridge_observer.h"
#include "bridge/open_streams.h"
#include "bridge/publish_stream.h"
#include "bridge/room_gateway.h"
#include "bridge/stream_producer.h"
#include "bridge/stream_pump.h"
#include "bridge/unary_answer.h"
#include "bridge/unary_call.h"
#include "roomcast/v1/bridge.grpc.pb.h"

namespace roomcast::bridge {

// Producers without a stream that are known again.
inline constexpr std::size_t kIdleProducersMax = 256;

// Called on gRPC's threads, many at once. All references outlive the server.
class BridgeService final : public BridgeMethods {
 public:
  BridgeService(const Admission& admission, RoomGateway& gateway, BridgeObserver& observer,
                std::size_t publish_streams_max)
      : admission_(admission),
        gateway_(gateway),
        observer_(observer),
        publish_streams_(publish_streams_max) {}

  // The hub stops: streams end, and new ones at once.
  void StopStreams() {
    publish_streams_.StopAll();
    read_streams_.StopAll();
  }
  // Who may call has changed: streams whose caller may no more end.
  void TellStreamsOfKeys() {
    publish_streams_.TellOfKeys();
    read_streams_.TellOfKeys();
  }

  // The methods with one request whose bytes gRPC reads.
  static std::vector<std::string_view> UnaryMethods() {
    return {"Broadcast",  "GetInfo",     "JoinUser",    "LeaveUser",
            "Disconnect", "TrimHistory", "Drain",       "ReloadConfig",
            "MintToken",  "GetHistory",  "GetPresence", "GetPresenceCounts",
            "ListRooms",  "ListSessions"};
  }

  // The one that is called most often, read and written without what stands between.
  grpc::ServerUnaryReactor* Publish(grpc::CallbackServerContext* context,
                                    const grpc::ByteBuffer* bytes,
                                    grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Broadcast(grpc::CallbackServerContext* context,
                                      const v1::BroadcastRequest* request,
                                      v1::BroadcastResponse* response) override;
  grpc::ServerUnaryReactor* GetInfo(grpc::CallbackServerContext* context,
                                    const v1::GetInfoRequest* request,
                                    v1::GetInfoResponse* response) override;

  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* PublishStream(
      grpc::CallbackServerContext* context) override;

  // In bridge_service_manage.cc.
  grpc::ServerUnaryReactor* JoinUser(grpc::CallbackServerContext* context,
                                     const v1::JoinUserRequest* request,
                                     v1::JoinUserResponse* response) override;
  grpc::ServerUnaryReactor* LeaveUser(grpc::CallbackServerContext* context,
                                      const v1::LeaveUserRequest* request,
                                      v1::LeaveUserResponse* response) override;
  grpc::ServerUnaryReactor* Disconnect(grpc::CallbackServerContext* context,
                                       const v1::DisconnectRequest* request,
                                       v1::DisconnectResponse* response) override;
  grpc::ServerUnaryReactor* TrimHistory(grpc::CallbackServerContext* context,
                                        const v1::TrimHistoryRequest* request,
                                        v1::TrimHistoryResponse* response) override;
  grpc::ServerUnaryReactor* Drain(grpc::CallbackServerContext* context,
                                  const v1::DrainRequest* request,
                                  v1::DrainResponse* response) override;
  grpc::ServerUnaryReactor* ReloadConfig(grpc::CallbackServerContext* context,
                                         const v1::ReloadConfigRequest* request,
                                         v1::ReloadConfigResponse* response) override;
  grpc::ServerUnaryReactor* MintToken(grpc::CallbackServerContext* context,
                                      const v1::MintTokenRequest* request,
                                      v1::MintTokenResponse* response) override;

  // In bridge_service_read.cc.
  grpc::ServerUnaryReactor* GetHistory(grpc::CallbackServerContext* context,
                                       const v1::GetHistoryRequest* request,
                                       v1::GetHistoryResponse* response) override;
  grpc::ServerUnaryReactor* GetPresence(grpc::CallbackServerContext* context,
                                        const v1::GetPresenceRequest* request,
                                        v1::GetPresenceResponse* response) override;
  grpc::ServerUnaryReactor* GetPresenceCounts(grpc::CallbackServerContext* context,
                                              const v1::GetPresenceCountsRequest* request,
                                              v1::GetPresenceCountsResponse* response) override;

  grpc::ServerWriteReactor<v1::ListRoomsResponse>* ListRooms(
      grpc::CallbackServerContext* context, const v1::ListRoomsRequest* request) override;
  grpc::ServerWriteReactor<v1::ListSessionsResponse>* ListSessions(
      grpc::CallbackServerContext* context, const v1::ListSessionsRequest* request) override;
  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* Watch(
      grpc::CallbackServerContext* context) override;

 private:
  // A list of what fits the request; `ask` makes what asks for a page of it.
  template <class Response, class Facts, class Request, class Ask>
  grpc::ServerWriteReactor<Response>* List(std::string_view method,
                                           const grpc::CallbackServerContext& context,
                                           const Request& request, Ask ask);
  // Who may, is the request whole (FaultIn), and `ask` with who waits for the answer.
  template <class Outcome, class Request, class Response, class Ask>
  grpc::ServerUnaryReactor* Serve(std::string_view method, Role role,
                                  const grpc::CallbackServerContext& context,
                                  const Request& request, Response* response, Ask ask) {
    const std::shared_ptr<UnaryCall> call = UnaryCall::Begin(method, observer_);
    const std::optional<Caller> caller = Admit(*call, context, role);
    if (!caller) return call.get();
    if (const std::optional<HubError> fault = FaultIn(request, *caller)) {
      RefuseFault(*call, *fault);
      return call.get();
    }
    ask(AnswerTo<Outcome>(call, response));
    return call.get();
  }

  // The caller, where it may act in this role; nullopt: the call is refused and settled.
  std::optional<Caller> Admit(UnaryCall& call, const grpc::CallbackServerContext& context,
                              std::optional<Role> role);

  const Admission& admission_;
  RoomGateway& gateway_;
  BridgeObserver& observer_;
  OpenStreams publish_streams_;
  OpenStreams read_streams_{SIZE_MAX};  // the gateway bounds those that stay
  StreamProducers producers_{kIdleProducersMax, kStreamWindowItems,
                             std::size_t{4} * kStreamWindowItems};
  const std::shared_ptr<StreamPump> pump_ = std::make_shared<StreamPump>();
};

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_BRIDGE_SERVICE_H_
