// A backend's way into rooms, to copy into a project of your own: it keeps one PublishStream open,
// sends what has gathered while the last message was on its way as one message, comes back after a
// cut, and resumes there. Needs gRPC and the classes generated from bridge.proto; nothing else of
// Roomcast.
//
//   roomcast::Publisher publisher(grpc::CreateChannel("127.0.0.1:8081", credentials), {});
//   publisher.Push("chat:lobby", "hello", [](const roomcast::Publisher::Outcome& outcome) { … });
//   publisher.Flush();
#ifndef ROOMCAST_BRIDGE_EXAMPLES_PUBLISHER_H_
#define ROOMCAST_BRIDGE_EXAMPLES_PUBLISHER_H_

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "roomcast/v1/bridge.grpc.pb.h"

namespace roomcast {

// Thread-safe. Each item ends in exactly one outcome, on a thread of gRPC's or of this object,
// where nothing may be pushed that would have to wait.
class Publisher {
 public:
  struct Options {
    std::string key;                  // of the bridge; empty: none
    std::size_t waiting_max = 10000;  // items without an outcome; at the limit Push waits
    std::chrono::milliseconds retry_first{100};
    std::chrono::milliseconds retry_most{5000};
  };
  struct Outcome {
    enum class Kind { kPublished, kRefused, kUnknown } kind;
    std::uint64_t epoch = 0;  // of what is published
    std::uint64_t offset = 0;
    bool duplicate = false;
    std::uint32_t code = 0;  // of what is refused: HubError.code; such an item may be pushed anew
    std::string why;         // unknown: it was sent to a life of the hub that has ended
  };
  using Done = std::function<void(const Outcome&)>;

  Publisher(const std::shared_ptr<grpc::Channel>& channel, Options options)
      : options_(std::move(options)), stub_(v1::Bridge::NewStub(channel)) {
    std::random_device random;
    for (int i = 0; i < 16; ++i) producer_ += static_cast<char>(random());
    worker_ = std::thread([this] { Run(); });
  }
  // What has no outcome yet ends as unknown.
  ~Publisher() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      closing_ = true;
      if (stream_ != nullptr) stream_->Cut();
      changed_.notify_all();
    }
    worker_.join();
    SettleAll({Outcome::Kind::kUnknown, 0, 0, false, 0, "the publisher was closed"});
  }
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  void Push(const std::string& room, std::string text, Done done = nullptr) {
    v1::NewPublication publication;
    publication.set_text(std::move(text));
    Push(room, std::move(publication), std::move(done));
  }
  void Push(const std::string& room, v1::NewPublication publication, Done done = nullptr) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return waiting_ < options_.waiting_max || closing_; });
    Item item;
    item.item.set_number(first_ + items_.size());
    item.item.set_room(room);
    *item.item.mutable_publication() = std::move(publication);
    item.done = std::move(done);
    items_.push_back(std::move(item));
    ++waiting_;
    if (stream_ != nullptr) stream_->WriteMore(lock);
  }
  // Until everything that was pushed has an outcome, and its Done has returned.
  void Flush() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return waiting_ == 0 && reporting_ == 0; });
  }
  // How often it has come back.
  int reconnects() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return streams_ - 1;
  }

 private:
  using Request = v1::PublishStreamRequest;
  using Response = v1::PublishStreamResponse;
  struct Item {
    v1::PublishItem item;
    Done done;
    bool sent = false;     // on some stream
    bool settled = false;  // stays until those before it are, too
  };

  // One life of the stream. All of it with the publisher's lock.
  class Stream : public grpc::ClientBidiReactor<Request, Response> {
   public:
    Stream(Publisher& owner, const Options& options) : owner_(owner) {
      if (!options.key.empty()) context_.AddMetadata("authorization", "Bearer " + options.key);
    }
    void Begin() {
      owner_.stub_->async()->PublishStream(&context_, this);
      // While it writes as it likes, this keeps it alive.
      AddHold();
      request_.mutable_open()->set_producer(owner_.producer_);
      request_.mutable_open()->set_instance(owner_.instance_);
      writing_ = true;
      StartWrite(&request_);
      StartRead(&response_);
      StartCall();
    }
    void Cut() { context_.TryCancel(); }
    // Everything that waits and has credit, as one message.
    void WriteMore(std::unique_lock<std::mutex>&) {
      if (writing_ || !opened_ || over_) return;
      request_.Clear();
      std::size_t bytes = 0;
      while (next_ < owner_.items_.size() && credits_ > 0 && bytes < kMessageBytes) {
        Item& item = owner_.items_[next_++];
        if (item.settled) continue;
        item.sent = true;
        *request_.add_items() = item.item;
        bytes += item.item.ByteSizeLong();
        --credits_;
      }
      if (request_.items().empty()) return;
      writing_ = true;
      StartWrite(&request_);
    }
    // So many items have left the queue's front.
    void OnPopped(std::size_t count) { next_ -= std::min(next_, count); }
    // Until it is over; how it ended.
    grpc::Status Wait(std::unique_lock<std::mutex>& lock) {
      owner_.changed_.wait(lock, [this] { return done_; });
      return status_;
    }
    bool opened() const { return opened_; }

   private:
    // Well below the 4 MiB that the bridge takes.
    static constexpr std::size_t kMessageBytes = std::size_t{1} << 20;

    void OnWriteDone(bool ok) override {
      std::unique_lock<std::mutex> lock(owner_.mutex_);
      writing_ = false;
      if (!ok) return EndWrites();
      WriteMore(lock);
    }
    void OnReadDone(bool ok) override {
      std::vector<std::pair<Done, Outcome>> outcomes;
      {
        std::unique_lock<std::mutex> lock(owner_.mutex_);
        if (!ok) return EndWrites();
        if (response_.has_opened()) {
          opened_ = true;
          owner_.OnOpened(response_.opened().instance(), outcomes);
          next_ = 0;
        }
        credits_ += response_.credits();
        for (const v1::PublishAck& ack : response_.acks()) owner_.Settle(ack, outcomes);
        WriteMore(lock);
      }
      owner_.Report(outcomes);
      StartRead(&response_);
    }
    void OnDone(const grpc::Status& status) override {
      const std::lock_guard<std::mutex> lock(owner_.mutex_);
      status_ = status;
      done_ = true;
      owner_.changed_.notify_all();
    }
    void EndWrites() {
      if (std::exchange(over_, true)) return;
      RemoveHold();
    }

    Publisher& owner_;
    grpc::ClientContext context_;
    Request request_;
    Response response_;
    grpc::Status status_;
    std::size_t next_ = 0;  // of the publisher's items, to be sent on this stream
    std::uint64_t credits_ = 0;
    bool writing_ = false;
    bool opened_ = false;
    bool over_ = false;
    bool done_ = false;
  };

  void Run() {
    std::chrono::milliseconds wait = options_.retry_first;
    std::unique_lock<std::mutex> lock(mutex_);
    while (!closing_) {
      Stream stream(*this, options_);
      stream_ = &stream;
      ++streams_;
      stream.Begin();
      const grpc::Status status = stream.Wait(lock);
      stream_ = nullptr;
      if (closing_) break;
      if (IsFinal(status.error_code())) {
        lock.unlock();
        SettleAll({Outcome::Kind::kRefused, 0, 0, false, 0, status.error_message()});
        lock.lock();
      }
      wait = stream.opened() ? options_.retry_first : std::min(2 * wait, options_.retry_most);
      changed_.wait_for(lock, wait, [this] { return closing_; });
    }
  }

  // Coming back would not help.
  static bool IsFinal(grpc::StatusCode code) {
    return code == grpc::StatusCode::UNAUTHENTICATED ||
           code == grpc::StatusCode::PERMISSION_DENIED ||
           code == grpc::StatusCode::INVALID_ARGUMENT || code == grpc::StatusCode::UNIMPLEMENTED;
  }

  // The rest is for who has the lock.
  void OnOpened(const std::string& instance, std::vector<std::pair<Done, Outcome>>& outcomes) {
    const std::string before = std::exchange(instance_, instance);
    if (before.empty() || before == instance) return;
    const Outcome unknown{
        Outcome::Kind::kUnknown, 0, 0, false, 0, "it was sent to a life of the hub that has ended"};
    for (std::size_t i = items_.size(); i-- > 0;) {
      if (items_[i].sent && !items_[i].settled) SettleAt(i, unknown, outcomes);
    }
    Pop();
  }
  void Settle(const v1::PublishAck& ack, std::vector<std::pair<Done, Outcome>>& outcomes) {
    if (ack.number() < first_ || ack.number() - first_ >= items_.size()) return;
    const v1::PublishResponse& published = ack.published();
    Outcome outcome{Outcome::Kind::kPublished,
                    published.position().epoch(),
                    published.position().offset(),
                    published.duplicate(),
                    0,
                    ""};
    if (ack.has_error()) {
      outcome = {Outcome::Kind::kRefused, 0, 0, false, ack.error().code(), ack.error().message()};
    }
    SettleAt(ack.number() - first_, outcome, outcomes);
    Pop();
  }
  void SettleAt(std::size_t at, const Outcome& outcome,
                std::vector<std::pair<Done, Outcome>>& outcomes) {
    Item& item = items_[at];
    if (std::exchange(item.settled, true)) return;
    if (item.done) {
      outcomes.emplace_back(std::move(item.done), outcome);
      ++reporting_;
    }
    item.item.Clear();
    --waiting_;
    if (waiting_ == 0 || waiting_ + 1 == options_.waiting_max) changed_.notify_all();
  }
  void Pop() {
    std::size_t count = 0;
    while (!items_.empty() && items_.front().settled) {
      items_.pop_front();
      ++count;
    }
    first_ += count;
    if (stream_ != nullptr) stream_->OnPopped(count);
  }
  void SettleAll(const Outcome& outcome) {
    std::vector<std::pair<Done, Outcome>> outcomes;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      for (std::size_t i = 0; i < items_.size(); ++i) SettleAt(i, outcome, outcomes);
      Pop();
    }
    Report(outcomes);
  }
  // Without the lock.
  void Report(const std::vector<std::pair<Done, Outcome>>& outcomes) {
    if (outcomes.empty()) return;
    for (const auto& [done, outcome] : outcomes) done(outcome);
    const std::lock_guard<std::mutex> lock(mutex_);
    reporting_ -= outcomes.size();
    if (reporting_ == 0) changed_.notify_all();
  }

  const Options options_;
  const std::unique_ptr<v1::Bridge::Stub> stub_;
  std::string producer_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string instance_;
  std::deque<Item> items_;  // numbered from first_
  std::uint64_t first_ = 1;
  std::size_t waiting_ = 0;
  std::size_t reporting_ = 0;  // have an outcome, of which their Done may not know yet
  Stream* stream_ = nullptr;
  int streams_ = 0;
  bool closing_ = false;
  std::thread worker_;
};

}  // namespace roomcast

#endif  // ROOMCAST_BRIDGE_EXAMPLES_PUBLISHER_H_
