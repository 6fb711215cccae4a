// Backends' streams and several shards at once, with plain threads in the place of gRPC's, and the
// pump. With the label `tsan` it runs under ThreadSanitizer too, which gRPC itself cannot.
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "bridge/stream_pump.h"
#include "tests/net/running_hub.h"

namespace roomcast::net {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kItems = 3200;
constexpr int kRooms = 8;
std::string RoomOf(std::uint64_t number) { return "chat:" + std::to_string(number % kRooms); }

// What becomes of items that are not waited for one by one.
class Sink final : public bridge::ItemSink {
 public:
  void OnOutcomes(std::vector<bridge::ItemOutcome> outcomes) override {
    for (const bridge::ItemOutcome& outcome : outcomes) {
      if (std::holds_alternative<bridge::PublishOutcome>(outcome.answer)) ++taken;
    }
    settled += outcomes.size();
    settled.notify_all();
  }
  void WaitFor(std::uint64_t count) {
    for (std::uint64_t now = settled; now < count; now = settled) settled.wait(now);
  }
  std::atomic<std::uint64_t> settled{0};
  std::atomic<std::uint64_t> taken{0};
};

// As PublishStream does: many items a message, and no more on their way than a window.
void PublishItems(Gateway& gateway, std::uint64_t producer, std::uint64_t count,
                  std::uint64_t window, const std::shared_ptr<Sink>& sink) {
  constexpr std::uint64_t kBatch = 32;
  for (std::uint64_t sent = 0; sent < count;) {
    std::vector<bridge::StreamItem> items;
    for (std::uint64_t i = 0; i < kBatch; ++i) {
      bridge::StreamItem& item = items.emplace_back();
      item.number = ++sent;
      item.room = RoomOf(sent);
      item.content.data = "x";
    }
    gateway.PublishItems(std::move(items), {producer, 7}, sink);
    if (sent > window) sink->WaitFor(sent - window);
  }
}

// As WatchStream does: a shard only rings, and the pump's thread takes.
class Watcher final : public bridge::WatchListener,
                      public bridge::PumpedStream,
                      public std::enable_shared_from_this<Watcher> {
 public:
  explicit Watcher(std::shared_ptr<bridge::StreamPump> pump) : pump_(std::move(pump)) {}

  void Open(Gateway& gateway) {
    auto opened = gateway.OpenWatch(weak_from_this());
    {
      const std::lock_guard lock(mutex_);
      feed_ = std::get<std::shared_ptr<bridge::WatchFeed>>(std::move(opened));
      bridge::WatchOrder order;
      for (std::uint32_t id = 1; id <= kRooms; ++id) {
        order.add.emplace_back(bridge::WatchCommand{.id = id, .name = RoomOf(id)});
      }
      order.credit_bytes = std::uint64_t{1} << 40;
      static_cast<void>(feed_->Ask(std::move(order)));
    }
    // What was rung for before there was a feed.
    OnWatchReady();
  }
  // Until so much was heard, or the hub has ended it.
  void WaitFor(std::size_t bytes) {
    std::unique_lock lock(mutex_);
    heard_.wait(lock, [&] { return bytes_ >= bytes || ended_; });
  }
  void WaitForEnd() { WaitFor(SIZE_MAX); }
  void Close() {
    const std::lock_guard lock(mutex_);
    std::exchange(feed_, nullptr)->Close();
  }

 private:
  void OnWatchReady() override {
    if (!rung_.exchange(true)) pump_->Ring(shared_from_this());
  }
  void OnWatchCut() override { OnWatchReady(); }
  void OnPumped() override {
    rung_ = false;
    const std::lock_guard lock(mutex_);
    if (feed_ == nullptr) return;
    const bridge::WatchFeed::Taken taken = feed_->Take();
    for (const bridge::WatchBytes& piece : taken.pieces) bytes_ += piece.view().size();
    ended_ = ended_ || taken.end.has_value();
    heard_.notify_all();
  }

  const std::shared_ptr<bridge::StreamPump> pump_;
  std::atomic<bool> rung_{false};
  std::mutex mutex_;  // of the rest
  std::condition_variable heard_;
  std::shared_ptr<bridge::WatchFeed> feed_;
  std::size_t bytes_ = 0;
  bool ended_ = false;
};

// Goal: streams that publish, watch, are cut and begin again, and a config that changes under them,
// meet in every order. Method: plain threads, small mailboxes, and three shards.
TEST(BackendStreams, PublishingWatchingCutsAndReloadsMeet) {
  RunningHub hub({256, 1 << 20});
  Gateway& gateway = hub.server->gateway();
  const auto pump = std::make_shared<bridge::StreamPump>();
  const auto steady = std::make_shared<Watcher>(pump);
  steady->Open(gateway);

  std::atomic<bool> over{false};
  const auto sinks = {std::make_shared<Sink>(), std::make_shared<Sink>()};
  std::vector<std::thread> producers;
  std::vector<std::thread> others;
  for (const auto& sink : sinks) {
    producers.emplace_back([&, id = producers.size() + 1] {
      PublishItems(gateway, id, kItems, 256, sink);
      sink->WaitFor(kItems);
    });
  }
  for (int i = 0; i < 2; ++i) {
    others.emplace_back([&] {
      while (!over) {
        const auto watcher = std::make_shared<Watcher>(pump);
        watcher->Open(gateway);
        // Joined at least; the cut comes while rooms talk.
        watcher->WaitFor(1);
        watcher->Close();
      }
    });
  }
  others.emplace_back([&] {
    while (!over) hub.server->Reconfigure(hub.hub_config);
  });
  for (std::thread& thread : producers) thread.join();
  over = true;
  for (std::thread& thread : others) thread.join();
  std::uint64_t taken = 0;
  for (const auto& sink : sinks) {
    EXPECT_EQ(sink->settled, kItems) << "each item once";
    taken += sink->taken;
  }
  EXPECT_GT(taken, 0u);
  // Each is a byte, and what says where it stands.
  steady->WaitFor(taken * 2);
  steady->Close();
}

TEST(BackendStreams, AHubStopsUnderThem) {
  RunningHub hub({256, 1 << 20});
  Gateway& gateway = hub.server->gateway();
  const auto pump = std::make_shared<bridge::StreamPump>();
  std::vector<std::shared_ptr<Watcher>> watchers;
  for (int i = 0; i < 6; ++i) {
    watchers.push_back(std::make_shared<Watcher>(pump));
    watchers.back()->Open(gateway);
    watchers.back()->WaitFor(1);
  }
  const auto sink = std::make_shared<Sink>();
  std::thread producer([&] { PublishItems(gateway, 1, kItems, kItems, sink); });
  hub.server->Stop(100ms);
  producer.join();
  for (const auto& watcher : watchers) {
    watcher->WaitForEnd();
    watcher->Close();
  }
  hub.server.reset();
  EXPECT_EQ(sink->settled, kItems) << "each item once";
}

}  // namespace
}  // namespace roomcast::net
