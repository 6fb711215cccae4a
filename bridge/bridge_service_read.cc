// The calls that look and change nothing.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bridge/bridge_service.h"
#include "bridge/list_stream.h"
#include "bridge/read_request.h"
#include "bridge/unary_answer.h"
#include "bridge/watch_stream.h"

namespace roomcast::bridge {

grpc::ServerUnaryReactor* BridgeService::GetHistory(grpc::CallbackServerContext* context,
                                                    const v1::GetHistoryRequest* request,
                                                    v1::GetHistoryResponse* response) {
  return Serve<HistoryOutcome>(
      "GetHistory", Role::kRead, *context, *request, response, [&](Done<HistoryOutcome> done) {
        gateway_.GetHistory(QueryOf(*request, NotAfter(*context)), std::move(done));
      });
}

grpc::ServerUnaryReactor* BridgeService::GetPresence(grpc::CallbackServerContext* context,
                                                     const v1::GetPresenceRequest* request,
                                                     v1::GetPresenceResponse* response) {
  return Serve<PresenceOutcome>(
      "GetPresence", Role::kRead, *context, *request, response, [&](Done<PresenceOutcome> done) {
        gateway_.GetPresence(QueryOf(*request, NotAfter(*context)), std::move(done));
      });
}

grpc::ServerUnaryReactor* BridgeService::GetPresenceCounts(
    grpc::CallbackServerContext* context, const v1::GetPresenceCountsRequest* request,
    v1::GetPresenceCountsResponse* response) {
  return Serve<PresenceCounts>("GetPresenceCounts", Role::kRead, *context, *request, response,
                               [&](Done<PresenceCounts> done) {
                                 gateway_.GetPresenceCounts(
                                     {request->rooms().begin(), request->rooms().end()},
                                     NotAfter(*context), std::move(done));
                               });
}

template <class Response, class Facts, class Request, class Ask>
grpc::ServerWriteReactor<Response>* BridgeService::List(std::string_view method,
                                                        const grpc::CallbackServerContext& context,
                                                        const Request& request, Ask ask) {
  using Stream = ListStream<Response, Facts>;
  const StreamWorld world{admission_, observer_, read_streams_, pump_};
  const std::variant<Caller, TurnedAway> admitted = admission_.Admit(context, Role::kRead);
  if (const auto* away = std::get_if<TurnedAway>(&admitted)) {
    return Stream::Refuse(method, away->refusal, away->status, world);
  }
  const Caller& caller = std::get<Caller>(admitted);
  if (const std::optional<HubError> fault = FaultIn(request, caller)) {
    return Stream::Refuse(method, RefusalOfFault(*fault), ToStatus(*fault), world);
  }
  return Stream::Begin({method, ask(caller), request.page_token(), request.limit()}, world);
}

grpc::ServerWriteReactor<v1::ListRoomsResponse>* BridgeService::ListRooms(
    grpc::CallbackServerContext* context, const v1::ListRoomsRequest* request) {
  const Deadline not_after = NotAfter(*context);
  return List<v1::ListRoomsResponse, RoomFacts>(
      "ListRooms", *context, *request, [&](const Caller& caller) {
        const RoomsQuery query{request->name_prefix(), caller.namespaces(), request->members_min()};
        return [this, query, not_after](std::string after, Done<ListPage<RoomFacts>> done) {
          gateway_.ListRooms(query, std::move(after), not_after, std::move(done));
        };
      });
}

grpc::ServerWriteReactor<v1::ListSessionsResponse>* BridgeService::ListSessions(
    grpc::CallbackServerContext* context, const v1::ListSessionsRequest* request) {
  const Deadline not_after = NotAfter(*context);
  return List<v1::ListSessionsResponse, SessionFacts>(
      "ListSessions", *context, *request, [&](const Caller& /*caller*/) {
        const SessionsQuery query{request->user(), request->room(), request->session()};
        return [this, query, not_after](std::string after, Done<ListPage<SessionFacts>> done) {
          gateway_.ListSessions(query, std::move(after), not_after, std::move(done));
        };
      });
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* BridgeService::Watch(
    grpc::CallbackServerContext* context) {
  return WatchStream::Begin(admission_.Admit(*context, Role::kRead), gateway_,
                            {admission_, observer_, read_streams_, pump_});
}

}  // namespace roomcast::bridge
