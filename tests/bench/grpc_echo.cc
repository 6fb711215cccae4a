// What gRPC alone costs: the bridge's messages, answered at once. A program of its own, since a
// process that has used gRPC cannot be forked. Writes its port to stderr as the hub's log does.
#include <grpcpp/grpcpp.h>

#include <iostream>

#include "roomcast/v1/bridge.grpc.pb.h"

namespace {

namespace v1 = roomcast::v1;

// One answer for each message, with an acknowledgement for each of its items.
class EchoStream final
    : public grpc::ServerBidiReactor<v1::PublishStreamRequest, v1::PublishStreamResponse> {
 public:
  EchoStream() { StartRead(&request_); }

 private:
  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    response_.Clear();
    if (request_.has_open()) response_.mutable_opened()->set_instance("echo");
    for (const v1::PublishItem& item : request_.items()) {
      v1::PublishAck& ack = *response_.add_acks();
      ack.set_number(item.number());
      ack.mutable_published()->mutable_position()->set_epoch(1);
      ack.mutable_published()->mutable_position()->set_offset(item.number());
    }
    StartWrite(&response_);
  }
  void OnWriteDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    StartRead(&request_);
  }
  void OnDone() override { delete this; }

  v1::PublishStreamRequest request_;
  v1::PublishStreamResponse response_;
};

class Echo final : public v1::Bridge::CallbackService {
  grpc::ServerUnaryReactor* Publish(grpc::CallbackServerContext* context,
                                    const v1::PublishRequest* /*request*/,
                                    v1::PublishResponse* response) override {
    response->mutable_position()->set_epoch(1);
    response->mutable_position()->set_offset(1);
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
  grpc::ServerBidiReactor<v1::PublishStreamRequest, v1::PublishStreamResponse>* PublishStream(
      grpc::CallbackServerContext* /*context*/) override {
    return new EchoStream();
  }
};

}  // namespace

int main() {
  Echo echo;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&echo);
  const auto server = builder.BuildAndStart();
  if (!server) return 1;
  std::cerr << "{\"bridge_port\":" << port << "}" << std::endl;
  server->Wait();
}
