// 10,000 streams at once: as many as may be are open, the others hear so at once, other callers
// notice nothing, and nothing is left of them.
#include <atomic>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bridge/hub_status.h"
#include "tests/bridge/bridge_fixture.h"

namespace roomcast::bridge {
namespace {

using Code = grpc::StatusCode;

constexpr std::size_t kMany = 10'000;
// A connection carries a thousand calls at once.
constexpr std::size_t kOnOneConnection = 900;

// PublishStreams that are opened, each told so or refused, and left open.
class Crowd {
 public:
  explicit Crowd(const std::string& address, std::size_t count) {
    for (std::size_t i = 0; i < count; i += kOnOneConnection) stubs_.push_back(Connect(address));
    for (std::size_t i = 0; i < count; ++i) {
      Call& call = calls_.emplace_back();
      call.stream = stubs_[i / kOnOneConnection]->PrepareAsyncPublishStream(&call.context, &queue_);
      call.stream->StartCall(&call);
    }
    // Until each has its answer.
    for (std::size_t missing = count; missing > 0;) missing -= GoOn() ? 1 : 0;
  }
  ~Crowd() {
    Cut();
    queue_.Shutdown();
    void* tag = nullptr;
    for (bool well = false; queue_.Next(&tag, &well);) {
    }
  }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  // All that are open, without waiting for anything.
  void Cut() {
    for (Call& call : calls_) call.context.TryCancel();
  }
  [[nodiscard]] std::size_t open() const { return open_; }
  // How many ended with which status and the hub's code.
  [[nodiscard]] const std::map<std::pair<Code, std::uint32_t>, std::size_t>& ends() const {
    return ends_;
  }

 private:
  enum class Step { kStarts, kAsks, kHears, kEnds };
  struct Call {
    grpc::ClientContext context;
    std::unique_ptr<
        grpc::ClientAsyncReaderWriter<v1::PublishStreamRequest, v1::PublishStreamResponse>>
        stream;
    Step step = Step::kStarts;
    v1::PublishStreamResponse heard;
    grpc::Status end;
  };

  static std::unique_ptr<v1::Bridge::Stub> Connect(const std::string& address) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return v1::Bridge::NewStub(
        grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
  }

  // One thing that has happened. True: it was a call's last.
  bool GoOn() {
    void* tag = nullptr;
    bool well = false;
    queue_.Next(&tag, &well);
    Call& call = *static_cast<Call*>(tag);
    if (call.step == Step::kEnds) {
      const auto error = FromStatus(call.end);
      ++ends_[{call.end.error_code(), error ? error->code : 0}];
      return true;
    }
    if (!well) {
      call.step = Step::kEnds;
      call.stream->Finish(&call.end, &call);
    } else if (call.step == Step::kStarts) {
      call.step = Step::kAsks;
      v1::PublishStreamRequest request;
      request.mutable_open();
      call.stream->Write(request, &call);
    } else if (call.step == Step::kAsks) {
      call.step = Step::kHears;
      call.stream->Read(&call.heard, &call);
    } else {
      ++open_;
      return true;
    }
    return false;
  }

  grpc::CompletionQueue queue_;
  std::vector<std::unique_ptr<v1::Bridge::Stub>> stubs_;
  std::deque<Call> calls_;
  std::size_t open_ = 0;
  std::map<std::pair<Code, std::uint32_t>, std::size_t> ends_;
};

TEST_F(BridgeTest, OfTenThousandStreamsAsManyAsMayBeAreOpenAndNobodyElseNotices) {
  const BridgeConfig config = OpenConfig();
  const std::size_t may_be = config.publish_streams_max;
  Start(config);
  std::atomic<bool> over = false;
  std::size_t published = 0;
  std::thread other([&] {
    for (; !over; ++published) EXPECT_TRUE(Publish(Text("news", "meanwhile")).ok());
  });
  {
    Crowd crowd(Address(), kMany);
    EXPECT_EQ(crowd.open(), may_be);
    ASSERT_EQ(crowd.ends().size(), 1u);
    EXPECT_EQ(crowd.ends().at({Code::RESOURCE_EXHAUSTED, 114}), kMany - may_be);
  }
  over = true;
  other.join();
  EXPECT_EQ(gateway_.publishes().size(), published);
  EXPECT_TRUE(gateway_.items().empty());
  // There is room for others again; the bridge hears a moment later that they are gone.
  while (Crowd(Address(), 1).open() == 0) {
  }
}

}  // namespace
}  // namespace roomcast::bridge
