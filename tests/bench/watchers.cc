#include "tests/bench/watchers.h"

#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <mutex>
#include <utility>

#include "roomcast/v1/bridge.grpc.pb.h"
#include "tests/bench/failure.h"

namespace roomcast::bench {

// On gRPC's threads.
class Watchers::Stream final : public grpc::ClientBidiReactor<v1::WatchRequest, v1::WatchResponse> {
 public:
  Stream(std::uint16_t port, const std::string& room) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    stub_ = v1::Bridge::NewStub(grpc::CreateCustomChannel(
        "127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials(), arguments));
    v1::WatchAdd& add = *request_.add_add();
    add.set_id(1);
    add.set_room(room);
    request_.set_credit_bytes(std::uint64_t{1} << 40);
    stub_->async()->Watch(&context_, this);
    StartWrite(&request_);
    StartRead(&response_);
    // Held while nothing is read.
    AddHold();
    StartCall();
  }
  ~Stream() override {
    context_.TryCancel();
    SetReading(true);
    std::unique_lock<std::mutex> lock(mutex_);
    if (!std::exchange(let_go_, true)) RemoveHold();
    changed_.wait(lock, [this] { return done_; });
  }
  void WaitUntilJoined() {
    Wait([this] { return joined_; });
  }
  void WaitFor(std::uint64_t publications) {
    Wait([this, publications] { return publications_ >= publications; });
  }
  void SetReading(bool reading) {
    const std::lock_guard<std::mutex> lock(mutex_);
    reads_ = reading;
    if (reading && !reading_ && !over_) Read();
  }

 private:
  template <class Condition>
  void Wait(Condition condition) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return over_ || condition(); });
    if (!condition()) throw Failure("a Watch ended");
  }
  // With the lock.
  void Read() {
    reading_ = true;
    StartRead(&response_);
  }
  void OnReadDone(bool ok) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    reading_ = false;
    if (ok) {
      for (const v1::WatchEvent& event : response_.events()) {
        joined_ = joined_ || event.has_joined();
        publications_ += static_cast<std::uint64_t>(event.room_batch().publications_size());
        if (event.has_gap()) publications_ += event.gap().to() - event.gap().from() + 1;
      }
      if (reads_) Read();
    }
    over_ = !ok;
    changed_.notify_all();
  }
  void OnDone(const grpc::Status& /*status*/) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    done_ = true;
    changed_.notify_all();
  }

  std::unique_ptr<v1::Bridge::Stub> stub_;
  grpc::ClientContext context_;
  v1::WatchRequest request_;
  v1::WatchResponse response_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool reads_ = true;
  bool reading_ = true;
  bool joined_ = false;
  bool over_ = false;
  bool let_go_ = false;
  bool done_ = false;
  std::uint64_t publications_ = 0;
};

Watchers::Watchers(std::uint16_t bridge_port, const std::string& room, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    streams_.push_back(std::make_unique<Stream>(bridge_port, room));
  }
  for (const auto& stream : streams_) stream->WaitUntilJoined();
}

Watchers::Watchers(Watchers&&) noexcept = default;
Watchers::~Watchers() = default;

void Watchers::WaitFor(std::uint64_t publications) {
  for (const auto& stream : streams_) stream->WaitFor(publications);
}

void Watchers::SetReading(bool reading) { streams_.front()->SetReading(reading); }

}  // namespace roomcast::bench
