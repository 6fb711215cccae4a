#include "tests/bench/pusher.h"

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>

#include "tests/bench/failure.h"
#include "tests/bench/process_usage.h"

namespace roomcast::bench {
namespace {

constexpr std::size_t kDataBytes = 100;
constexpr std::size_t kRooms = 16;

std::string RoomOf(std::uint64_t number) { return "room-" + std::to_string(number % kRooms); }

// One stream, on gRPC's threads.
class StreamLoad final
    : public grpc::ClientBidiReactor<v1::PublishStreamRequest, v1::PublishStreamResponse> {
 public:
  StreamLoad(v1::Bridge::Stub& stub, std::size_t batch, std::size_t window)
      : batch_(batch), window_(window) {
    for (std::size_t i = 0; i < batch; ++i) {
      v1::PublishItem& item = *items_.add_items();
      item.set_room(RoomOf(i));
      item.mutable_publication()->set_data(std::string(kDataBytes, 'x'));
    }
    stub.async()->PublishStream(&context_, this);
    AddHold();
    // A new one each time: its items are numbered from 1.
    static std::uint64_t streams = 0;
    std::string producer = "bench" + std::to_string(++streams);
    producer.resize(16, ' ');
    open_.mutable_open()->set_producer(producer);
    writing_ = true;
    StartWrite(&open_);
    StartRead(&response_);
    StartCall();
  }
  std::uint64_t acked() const { return acked_.load(std::memory_order_relaxed); }
  // Until what is under way is acknowledged. How many were refused.
  std::uint64_t End() {
    std::unique_lock<std::mutex> lock(mutex_);
    stopping_ = true;
    if (!writing_) CloseWrites();
    over_.wait(lock, [this] { return done_; });
    if (!status_.ok()) throw Failure("the stream ended: " + status_.error_message());
    return refused_;
  }

 private:
  // With the lock, and nothing being written.
  void WriteMore() {
    if (closed_) return;
    if (stopping_) return CloseWrites();
    if (!opened_ || sent_ + batch_ > acked() + window_) return;
    for (v1::PublishItem& item : *items_.mutable_items()) {
      item.set_number(++sent_);
      // One item a message goes from room to room, too.
      if (batch_ == 1) item.set_room(RoomOf(sent_));
    }
    writing_ = true;
    StartWrite(&items_);
  }
  void CloseWrites() {
    if (std::exchange(closed_, true)) return;
    StartWritesDone();
    RemoveHold();
  }
  void OnWriteDone(bool ok) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    writing_ = false;
    if (ok) WriteMore();
  }
  void OnReadDone(bool ok) override {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (!ok) {
        if (!std::exchange(closed_, true)) RemoveHold();
        return;
      }
      if (response_.has_opened()) opened_ = true;
      for (const v1::PublishAck& ack : response_.acks()) refused_ += ack.has_error() ? 1 : 0;
      acked_.fetch_add(static_cast<std::uint64_t>(response_.acks_size()),
                       std::memory_order_relaxed);
      if (!writing_) WriteMore();
    }
    StartRead(&response_);
  }
  void OnDone(const grpc::Status& status) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    status_ = status;
    done_ = true;
    over_.notify_all();
  }

  const std::size_t batch_;
  const std::size_t window_;
  grpc::ClientContext context_;
  v1::PublishStreamRequest open_;
  v1::PublishStreamRequest items_;
  v1::PublishStreamResponse response_;
  std::mutex mutex_;
  std::condition_variable over_;
  std::uint64_t sent_ = 0;
  std::atomic<std::uint64_t> acked_{0};
  std::uint64_t refused_ = 0;
  bool opened_ = false;
  bool writing_ = false;
  bool stopping_ = false;
  bool closed_ = false;
  bool done_ = false;
  grpc::Status status_;
};

void SleepFor(double seconds) {
  const std::uint64_t until = NowNanoseconds() + static_cast<std::uint64_t>(seconds * 1e9);
  for (std::uint64_t now = NowNanoseconds(); now < until; now = NowNanoseconds()) {
    timespec left{static_cast<time_t>((until - now) / 1'000'000'000),
                  static_cast<long>((until - now) % 1'000'000'000)};
    nanosleep(&left, nullptr);
  }
}

// How much `count` grows in a second.
template <class Count>
double RateOf(Count count, double seconds) {
  SleepFor(seconds / 5);
  const std::uint64_t began = NowNanoseconds();
  const std::uint64_t before = count();
  SleepFor(seconds);
  const std::uint64_t after = count();
  return static_cast<double>(after - before) * 1e9 / static_cast<double>(NowNanoseconds() - began);
}

// Calls that follow one another, several at once.
class UnaryLoad {
 public:
  UnaryLoad(v1::Bridge::Stub& stub, std::size_t at_once) : stub_(stub), calls_(at_once) {
    for (std::size_t i = 0; i < at_once; ++i) {
      calls_[i].request.set_room(RoomOf(i));
      calls_[i].request.mutable_publication()->set_data(std::string(kDataBytes, 'x'));
      Start(calls_[i]);
    }
  }
  std::uint64_t answered() const { return answered_.load(std::memory_order_relaxed); }
  void End() {
    stopping_.store(true);
    std::unique_lock<std::mutex> lock(mutex_);
    over_.wait(lock, [this] { return ended_ == calls_.size(); });
    if (failed_ > 0) throw Failure("unary publishes were refused");
  }

 private:
  struct Call {
    std::unique_ptr<grpc::ClientContext> context;
    v1::PublishRequest request;
    v1::PublishResponse response;
  };
  void Start(Call& call) {
    call.context = std::make_unique<grpc::ClientContext>();
    stub_.async()->Publish(call.context.get(), &call.request, &call.response,
                           [this, &call](const grpc::Status& status) { OnAnswer(call, status); });
  }
  void OnAnswer(Call& call, const grpc::Status& status) {
    answered_.fetch_add(1, std::memory_order_relaxed);
    if (!stopping_.load() && status.ok()) return Start(call);
    const std::lock_guard<std::mutex> lock(mutex_);
    failed_ += status.ok() ? 0 : 1;
    ++ended_;
    over_.notify_all();
  }

  v1::Bridge::Stub& stub_;
  std::vector<Call> calls_;
  std::atomic<std::uint64_t> answered_{0};
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::condition_variable over_;
  std::size_t ended_ = 0;
  std::size_t failed_ = 0;
};

}  // namespace

struct Pusher::Call {
  grpc::ClientContext context;
  v1::PublishRequest request;
  v1::PublishResponse response;
  std::promise<grpc::Status> answer;
};

std::vector<std::string> Pusher::Rooms() {
  std::vector<std::string> rooms;
  rooms.reserve(kRooms);
  for (std::size_t i = 0; i < kRooms; ++i) rooms.push_back(RoomOf(i));
  return rooms;
}

Pusher::Pusher(Pusher&&) noexcept = default;
Pusher::~Pusher() = default;

Pusher::Pusher(std::uint16_t port) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  stub_ = v1::Bridge::NewStub(grpc::CreateCustomChannel(
      "127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials(), arguments));
}

double Pusher::Stream(std::size_t batch, std::size_t window, double seconds) {
  StreamLoad load(*stub_, batch, window);
  const double rate = RateOf([&load] { return load.acked(); }, seconds);
  if (load.End() > 0) throw Failure("items of the stream were refused");
  return rate;
}

double Pusher::Unary(std::size_t at_once, double seconds) {
  UnaryLoad load(*stub_, at_once);
  const double rate = RateOf([&load] { return load.answered(); }, seconds);
  load.End();
  return rate;
}

std::vector<double> Pusher::RoundTrips(std::size_t count) {
  std::vector<double> microseconds;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t began = NowNanoseconds();
    Publish("room-0", std::string(kDataBytes, 'x'));
    microseconds.push_back(static_cast<double>(NowNanoseconds() - began) / 1000);
  }
  return microseconds;
}

void Pusher::BeginPublish(const std::string& room, const std::string& data) {
  call_ = std::make_unique<Call>();
  call_->request.set_room(room);
  call_->request.mutable_publication()->set_data(data);
  stub_->async()->Publish(&call_->context, &call_->request, &call_->response,
                          [this](const grpc::Status& status) { call_->answer.set_value(status); });
}

void Pusher::WaitForAnswer() {
  const grpc::Status status = call_->answer.get_future().get();
  if (!status.ok()) throw Failure("a publish was refused: " + status.error_message());
}

void Pusher::Publish(const std::string& room, const std::string& data) {
  v1::PublishRequest request;
  request.set_room(room);
  request.mutable_publication()->set_data(data);
  grpc::ClientContext context;
  v1::PublishResponse response;
  const grpc::Status status = stub_->Publish(&context, request, &response);
  if (!status.ok()) throw Failure("a publish was refused: " + status.error_message());
}

}  // namespace roomcast::bench
