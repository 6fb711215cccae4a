// Health checkers, load balancers, grpcurl and the like.
#include <google/protobuf/descriptor.pb.h>
#include <grpc/health/v1/health.pb.h>
#include <grpc/reflection/v1/reflection.grpc.pb.h>
#include <grpc/reflection/v1alpha/reflection.grpc.pb.h>
#include <grpcpp/generic/generic_stub.h>

#include <future>
#include <set>
#include <string>

#include "tests/bridge/bridge_fixture.h"

namespace roomcast::bridge {
namespace {

namespace health = grpc::health::v1;
namespace reflection = grpc::reflection;

class ToolsTest : public BridgeTest {
 protected:
  // The name of the answer's status, or of the call's error.
  std::string Check(const std::string& service) {
    grpc::TemplatedGenericStub<health::HealthCheckRequest, health::HealthCheckResponse> stub(
        Channel());
    grpc::ClientContext context;
    health::HealthCheckRequest request;
    request.set_service(service);
    health::HealthCheckResponse response;
    std::promise<grpc::Status> ended;
    stub.UnaryCall(&context, "/grpc.health.v1.Health/Check", {}, &request, &response,
                   [&](grpc::Status status) { ended.set_value(std::move(status)); });
    const grpc::Status status = ended.get_future().get();
    if (!status.ok()) return "error " + std::to_string(status.error_code());
    return health::HealthCheckResponse::ServingStatus_Name(response.status());
  }

  // One stream, some questions; the stream's status at its end.
  template <class Api, class Request, class Response>
  grpc::Status Ask(const std::vector<Request>& questions, std::vector<Response>& answers,
                   const std::string& authorization = "") {
    auto stub = Api::NewStub(Channel());
    grpc::ClientContext context;
    if (!authorization.empty()) context.AddMetadata("authorization", authorization);
    auto stream = stub->ServerReflectionInfo(&context);
    for (const Request& question : questions) {
      Response answer;
      if (!stream->Write(question) || !stream->Read(&answer)) break;
      answers.push_back(answer);
    }
    stream->WritesDone();
    return stream->Finish();
  }

  template <class Api, class Request, class Response>
  void ExpectEverythingDescribed() {
    Start(OpenConfig());
    std::vector<Request> list(1);
    list[0].set_list_services("*");
    std::vector<Response> listed;
    ASSERT_TRUE((Ask<Api, Request, Response>(list, listed).ok()));
    ASSERT_EQ(listed.size(), 1u);
    std::vector<Request> questions;
    for (const auto& service : listed[0].list_services_response().service()) {
      questions.emplace_back().set_file_containing_symbol(service.name());
    }
    EXPECT_EQ(questions.size(), 4u);
    std::vector<Response> answers;
    ASSERT_TRUE((Ask<Api, Request, Response>(questions, answers).ok()));
    ASSERT_EQ(answers.size(), questions.size());
    std::set<std::string> services;
    std::set<std::string> messages;
    for (const Response& answer : answers) {
      for (const std::string& bytes : answer.file_descriptor_response().file_descriptor_proto()) {
        google::protobuf::FileDescriptorProto file;
        ASSERT_TRUE(file.ParseFromString(bytes));
        for (const auto& service : file.service()) {
          services.insert(file.package() + "." + service.name());
        }
        for (const auto& message : file.message_type()) messages.insert(message.name());
      }
    }
    EXPECT_EQ(services, (std::set<std::string>{"roomcast.v1.Bridge", "grpc.health.v1.Health",
                                               "grpc.reflection.v1.ServerReflection",
                                               "grpc.reflection.v1alpha.ServerReflection"}));
    // Of the file asked for, and of one that it imports.
    EXPECT_TRUE(messages.contains("PublishRequest"));
    EXPECT_TRUE(messages.contains("Position"));
  }
};

TEST_F(ToolsTest, HealthSaysWhetherTheBridgeServes) {
  Start(OpenConfig());
  EXPECT_EQ(Check(""), "SERVING");
  EXPECT_EQ(Check("roomcast.v1.Bridge"), "SERVING");
  EXPECT_EQ(Check("roomcast.v1.Nothing"), "error 5");
  server_->SetServing(false);
  EXPECT_EQ(Check(""), "NOT_SERVING");
  EXPECT_EQ(Check("roomcast.v1.Bridge"), "NOT_SERVING");
}

TEST_F(ToolsTest, HealthNeedsNoKey) {
  Start(KeyedConfig({Role::kAdmin}));
  EXPECT_EQ(Check("roomcast.v1.Bridge"), "SERVING");
}

TEST_F(ToolsTest, ReflectionDescribesEveryService) {
  ExpectEverythingDescribed<reflection::v1::ServerReflection,
                            reflection::v1::ServerReflectionRequest,
                            reflection::v1::ServerReflectionResponse>();
}

TEST_F(ToolsTest, SoDoesTheOlderReflection) {
  ExpectEverythingDescribed<reflection::v1alpha::ServerReflection,
                            reflection::v1alpha::ServerReflectionRequest,
                            reflection::v1alpha::ServerReflectionResponse>();
}

TEST_F(ToolsTest, ReflectionAnswersWhatItDoesNotKnow) {
  using Request = reflection::v1::ServerReflectionRequest;
  using Response = reflection::v1::ServerReflectionResponse;
  Start(OpenConfig());
  std::vector<Request> questions(6);
  questions[0].set_file_by_filename("nothing.proto");
  questions[1].set_file_containing_symbol("nothing.Nothing");
  questions[2].mutable_file_containing_extension()->set_containing_type("nothing.Nothing");
  questions[3].set_all_extension_numbers_of_type("nothing.Nothing");
  // questions[4] asks nothing at all.
  questions[5].set_file_by_filename("roomcast/v1/client.proto");
  std::vector<Response> answers;
  ASSERT_TRUE((Ask<reflection::v1::ServerReflection>(questions, answers).ok()));
  ASSERT_EQ(answers.size(), 6u);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(answers[i].error_response().error_code(), grpc::StatusCode::NOT_FOUND) << i;
  }
  EXPECT_EQ(answers[4].error_response().error_code(), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(answers[5].file_descriptor_response().file_descriptor_proto_size(), 1);
}

TEST_F(ToolsTest, ReflectionNeedsAKeyWhereCallsDo) {
  using Request = reflection::v1::ServerReflectionRequest;
  using Response = reflection::v1::ServerReflectionResponse;
  Start(KeyedConfig({Role::kRead}));
  std::vector<Request> questions(1);
  questions[0].set_list_services("*");
  std::vector<Response> answers;
  EXPECT_EQ((Ask<reflection::v1::ServerReflection>(questions, answers).error_code()),
            grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_TRUE(answers.empty());
  EXPECT_TRUE(
      (Ask<reflection::v1::ServerReflection>(questions, answers, "Bearer open sesame").ok()));
  EXPECT_EQ(answers.size(), 1u);
}

TEST_F(ToolsTest, ReflectionCanBeTurnedOff) {
  using Request = reflection::v1::ServerReflectionRequest;
  using Response = reflection::v1::ServerReflectionResponse;
  BridgeConfig config = OpenConfig();
  config.reflection = false;
  Start(config);
  std::vector<Response> answers;
  EXPECT_EQ((Ask<reflection::v1::ServerReflection>(std::vector<Request>(1), answers).error_code()),
            grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(ToolsTest, AStreamThatIsLeftOpenDoesNotHoldUpShutdown) {
  Start(OpenConfig());
  auto stub = reflection::v1::ServerReflection::NewStub(Channel());
  grpc::ClientContext context;
  auto stream = stub->ServerReflectionInfo(&context);
  reflection::v1::ServerReflectionRequest question;
  question.set_list_services("*");
  reflection::v1::ServerReflectionResponse answer;
  ASSERT_TRUE(stream->Write(question) && stream->Read(&answer));
  server_->Shutdown(std::chrono::milliseconds(20));
  EXPECT_FALSE(stream->Read(&answer));
}

}  // namespace
}  // namespace roomcast::bridge
