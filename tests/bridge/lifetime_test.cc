// Callers that go away, servers that stop, and hubs that answer late. Under the sanitizers, the
// tests that assert little are about what must not be touched.
#include <chrono>
#include <string>
#include <thread>

#include "bridge/hub_status.h"
#include "tests/bridge/bridge_fixture.h"

namespace roomcast::bridge {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class LifetimeTest : public BridgeTest {
 protected:
  // A publish on a thread of its own; its status when it has ended.
  class Call {
   public:
    Call(LifetimeTest& test, milliseconds timeout) : stub_(test.Stub()) {
      context_.set_deadline(std::chrono::system_clock::now() + timeout);
      thread_ = std::thread([this] {
        v1::PublishResponse response;
        status_ = stub_->Publish(&context_, Text("news", "hello"), &response);
      });
    }
    ~Call() {
      if (thread_.joinable()) thread_.join();
    }
    void Cancel() { context_.TryCancel(); }
    grpc::StatusCode Wait() {
      thread_.join();
      return status_.error_code();
    }

   private:
    std::unique_ptr<v1::Bridge::Stub> stub_;
    grpc::ClientContext context_;
    grpc::Status status_;
    std::thread thread_;
  };
};

TEST_F(LifetimeTest, ACallThatIsCancelledEndsBeforeTheHubAnswers) {
  Start(OpenConfig());
  gateway_.Hold();
  Call call(*this, seconds(60));
  gateway_.WaitForPublishes(1);
  call.Cancel();
  EXPECT_EQ(call.Wait(), grpc::StatusCode::CANCELLED);
  observer_.WaitForRefused(Refusal::kCancelled, 1);

  gateway_.Release();
  EXPECT_TRUE(Publish(Text("news", "next")).ok());
  observer_.WaitForSettled("Publish CANCELLED", 1);
  observer_.WaitForSettled("Publish OK", 1);
  EXPECT_EQ(observer_.settled("Publish CANCELLED"), 1);
  EXPECT_EQ(observer_.settled("Publish OK"), 1);
}

TEST_F(LifetimeTest, ADeadlineThatPassesEndsTheCallOnBothSides) {
  Start(OpenConfig());
  gateway_.Hold();
  Call call(*this, milliseconds(200));
  EXPECT_EQ(call.Wait(), grpc::StatusCode::DEADLINE_EXCEEDED);
  gateway_.WaitForPublishes(1);
  observer_.WaitForRefused(Refusal::kCancelled, 1);
  gateway_.Release();
}

TEST_F(LifetimeTest, ABroadcastThatIsCancelledHalfwayIsHarmless) {
  Start(OpenConfig());
  gateway_.Hold();
  const auto stub = Stub();
  grpc::ClientContext context;
  std::thread cancel([&] {
    gateway_.WaitForPublishes(2);
    context.TryCancel();
  });
  v1::BroadcastRequest request;
  request.add_rooms("a");
  request.add_rooms("b");
  request.mutable_publication()->set_text("hello");
  v1::BroadcastResponse response;
  EXPECT_EQ(stub->Broadcast(&context, request, &response).error_code(),
            grpc::StatusCode::CANCELLED);
  cancel.join();
  observer_.WaitForRefused(Refusal::kCancelled, 1);
  gateway_.Release();
  EXPECT_EQ(observer_.settled("Broadcast OK"), 0);
}

TEST_F(LifetimeTest, ShutdownLetsACallUnderWayFinish) {
  Start(OpenConfig());
  gateway_.Hold();
  Call call(*this, seconds(60));
  gateway_.WaitForPublishes(1);
  std::thread shutdown([this] { server_->Shutdown(seconds(60)); });
  gateway_.Release();
  EXPECT_EQ(call.Wait(), grpc::StatusCode::OK);
  shutdown.join();
}

TEST_F(LifetimeTest, ShutdownDoesNotWaitForAHubThatNeverAnswers) {
  Start(OpenConfig());
  gateway_.Hold();
  Call call(*this, seconds(60));
  gateway_.WaitForPublishes(1);
  server_->Shutdown(milliseconds(20));
  const grpc::StatusCode code = call.Wait();
  EXPECT_TRUE(code == grpc::StatusCode::CANCELLED || code == grpc::StatusCode::UNAVAILABLE) << code;
  server_.reset();
  gateway_.Release();
}

TEST_F(LifetimeTest, AConnectionThatHasItsAgeEndsAfterTheGraceAndCallsGoOnWithAnother) {
  BridgeConfig config = OpenConfig();
  config.connection_age_ms = 200;
  config.connection_age_grace_ms = 100;
  Start(config);
  const auto stub = Stub();
  grpc::ClientContext context;
  const auto stream = stub->Watch(&context);
  // Nothing else would end it.
  v1::WatchResponse event;
  while (stream->Read(&event)) {
  }
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  // The next one may be as old before this is through.
  grpc::Status status;
  do {
    grpc::ClientContext next;
    next.set_wait_for_ready(true);
    v1::PublishResponse response;
    status = stub->Publish(&next, Text("news", "hello"), &response);
  } while (!status.ok());
}

TEST_F(LifetimeTest, CancelAndCompletionMayMeet) {
  Start(OpenConfig());
  for (int i = 0; i < 100; ++i) {
    gateway_.Hold();
    Call call(*this, seconds(60));
    gateway_.WaitForPublishes(static_cast<std::size_t>(i) + 1);
    std::thread release([this] { gateway_.Release(); });
    call.Cancel();
    const grpc::StatusCode code = call.Wait();
    EXPECT_TRUE(code == grpc::StatusCode::CANCELLED || code == grpc::StatusCode::OK) << code;
    release.join();
  }
  server_->Shutdown(seconds(60));
  EXPECT_EQ(observer_.settled("Publish OK") + observer_.settled("Publish CANCELLED"), 100);
}

}  // namespace
}  // namespace roomcast::bridge
