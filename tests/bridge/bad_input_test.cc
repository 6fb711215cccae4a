// Bytes that make no sense, at every call of the schema: the right status, and nothing reaches the
// hub.
#include <grpcpp/generic/generic_stub.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bridge/hub_status.h"
#include "tests/bridge/bridge_fixture.h"

namespace roomcast::bridge {
namespace {

using Code = grpc::StatusCode;

std::vector<std::string> Methods() {
  const auto* service = v1::PublishRequest::descriptor()->file()->service(0);
  std::vector<std::string> methods;
  for (int i = 0; i < service->method_count(); ++i) {
    methods.push_back("/" + service->full_name() + "/" + service->method(i)->name());
  }
  return methods;
}

// One call of any kind, by its bytes.
class RawCall {
 public:
  RawCall(grpc::GenericStub& stub, const std::string& method,
          std::chrono::seconds patience = std::chrono::seconds(60)) {
    context_.set_deadline(std::chrono::system_clock::now() + patience);
    call_ = stub.PrepareCall(&context_, method, &queue_);
  }
  ~RawCall() {
    queue_.Shutdown();
    while (Wait().has_value()) {
    }
  }
  grpc::ClientContext& context() { return context_; }

  void Start() {
    call_->StartCall(this);
    Wait();
  }
  // Says this and no more, and reads to the end.
  grpc::Status Say(const std::string& bytes) {
    const grpc::Slice slice(bytes);
    if (Do([&] { call_->Write(grpc::ByteBuffer(&slice, 1), this); })) {
      Do([&] { call_->WritesDone(this); });
    }
    return End();
  }
  grpc::Status End() {
    grpc::ByteBuffer answer;
    while (Do([&] { call_->Read(&answer, this); })) {
    }
    grpc::Status status;
    Do([&] { call_->Finish(&status, this); });
    return status;
  }

 private:
  std::optional<bool> Wait() {
    void* tag = nullptr;
    bool well = false;
    if (!queue_.Next(&tag, &well)) return std::nullopt;
    return well;
  }
  template <class Operation>
  bool Do(Operation operation) {
    operation();
    return Wait().value_or(false);
  }

  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
};

class BadInputTest : public BridgeTest {
 protected:
  void SetUp() override {
    Start(OpenConfig());
    stub_ = std::make_unique<grpc::GenericStub>(Channel());
  }
  grpc::Status Say(const std::string& method, const std::string& bytes,
                   std::size_t metadata_bytes = 0) {
    RawCall call(*stub_, method);
    if (metadata_bytes > 0) {
      call.context().AddMetadata("x-filler", std::string(metadata_bytes, 'x'));
    }
    call.Start();
    return call.Say(bytes);
  }
  void ExpectUntouched() {
    EXPECT_TRUE(gateway_.publishes().empty());
    EXPECT_TRUE(gateway_.items().empty());
    EXPECT_TRUE(gateway_.orders().empty());
    EXPECT_TRUE(Publish(Text("news", "and then")).ok());
  }
  std::unique_ptr<grpc::GenericStub> stub_;
};

TEST_F(BadInputTest, BytesThatAreNoRequestAreRefusedByEveryCall) {
  for (const std::string& method : Methods()) {
    for (const std::string& bytes : {std::string(64, '\xff'), std::string("\x0a\x7fnews")}) {
      const grpc::Status status = Say(method, bytes);
      EXPECT_EQ(status.error_code(), Code::INVALID_ARGUMENT) << method;
      const auto error = FromStatus(status);
      ASSERT_TRUE(error.has_value()) << method;
      EXPECT_EQ(error->code, 107u) << method;
    }
  }
  ExpectUntouched();
}

TEST_F(BadInputTest, TooMuchIsRefusedByEveryCall) {
  // An unknown field, so that nothing else is wrong with it.
  const std::string large =
      std::string("\xa2\x06\x80\x80\xc0\x02") + std::string(std::size_t{5} << 20, 'x');
  for (const std::string& method : Methods()) {
    EXPECT_EQ(Say(method, large).error_code(), Code::RESOURCE_EXHAUSTED) << method;
    const grpc::Status status = Say(method, "", 20'000);
    EXPECT_EQ(status.error_code(), Code::RESOURCE_EXHAUSTED) << method;
    const auto error = FromStatus(status);
    ASSERT_TRUE(error.has_value()) << method;
    EXPECT_EQ(error->code, 106u) << method;
  }
  ExpectUntouched();
}

TEST_F(BadInputTest, ADeadlineInThePastReachesNobody) {
  for (const std::string& method : Methods()) {
    RawCall call(*stub_, method, std::chrono::seconds(-1));
    call.Start();
    EXPECT_EQ(call.Say("").error_code(), Code::DEADLINE_EXCEEDED) << method;
  }
  ExpectUntouched();
}

TEST_F(BadInputTest, AMethodThatDoesNotExistIsUnimplemented) {
  EXPECT_EQ(Say("/roomcast.v1.Bridge/NoSuchCall", "").error_code(), Code::UNIMPLEMENTED);
  ExpectUntouched();
}

TEST_F(BadInputTest, CallsThatAreResetAsSoonAsTheyBeginLeaveNothing) {
  for (const std::string& method : Methods()) {
    std::vector<std::unique_ptr<RawCall>> calls;
    for (int i = 0; i < 50; ++i) {
      calls.push_back(std::make_unique<RawCall>(*stub_, method));
      calls.back()->Start();
      calls.back()->context().TryCancel();
    }
    for (const auto& call : calls) EXPECT_EQ(call->End().error_code(), Code::CANCELLED) << method;
  }
  ExpectUntouched();
}

}  // namespace
}  // namespace roomcast::bridge
