// Several shards with their loops, threads and sockets, and other threads that post to them, as in
// the running hub. With the label `tsan` it runs under ThreadSanitizer too.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "proto/protocol/arena.h"
#include "proto/protocol/frame.h"
#include "tests/net/loop_rig.h"
#include "tests/net/running_hub.h"

namespace roomcast::net {
namespace {

// A member with a thread of its own: reads until it has seen the last offset, or the end.
class Reader {
 public:
  Reader(std::uint16_t port, const std::string& room)
      : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    EXPECT_EQ(connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)),
              0);
    Join join;
    join.room = room;
    Send(TestPeer::UpgradeRequest() + TestPeer::Frame({TestPeer::Hello(), {2, join}}));
    std::string head;
    while (!head.ends_with("\r\n\r\n")) {
      char byte = 0;
      if (recv(socket_.get(), &byte, 1, 0) != 1) break;
      head += byte;
    }
    EXPECT_TRUE(head.starts_with("HTTP/1.1 101"));
  }

  void Send(const std::string& bytes) const {
    EXPECT_EQ(send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  // Until `done` says so.
  template <class Done>
  void ReadUntil(Done done) {
    std::vector<std::byte> buffer(65536);
    while (!done()) {
      const ssize_t got = recv(socket_.get(), buffer.data(), buffer.size(), 0);
      if (got <= 0) return;
      std::span<std::byte> bytes = std::span(buffer).first(static_cast<std::size_t>(got));
      while (!bytes.empty()) {
        const websocket::FrameEvent event = parser_.Next(bytes);
        if (const auto* message = std::get_if<websocket::Message>(&event)) OnMessage(*message);
      }
    }
  }

  bool joined = false;
  std::uint64_t position = 0;
  std::uint64_t missing = 0;  // as Gaps named it
  std::string texts;          // what it heard, one character each
  bool in_order = true;

 private:
  void OnMessage(const websocket::Message& message) {
    arena_.Reset();
    const auto frame = DecodeServerFrame(
        {reinterpret_cast<const char*>(message.bytes.data()), message.bytes.size()}, arena_);
    ASSERT_TRUE(frame);
    for (const ServerMessage& one : frame->messages) {
      joined = joined || std::holds_alternative<Joined>(one.body);
      if (const auto* gap = std::get_if<Gap>(&one.body)) {
        in_order = in_order && gap->from == position + 1;
        missing += gap->to - position;
        position = gap->to;
      }
      const auto* batch = std::get_if<RoomBatch>(&one.body);
      if (batch == nullptr) continue;
      for (const Publication& publication : batch->publications) {
        if (publication.offset <= position) continue;
        in_order = in_order && publication.offset == position + 1;
        position = publication.offset;
        texts.append(publication.data.view);
      }
    }
  }

  FileDescriptor socket_;
  websocket::FrameParser parser_{{.role = websocket::Role::kClient}};
  Arena arena_{kClientArenaBytesMax};
};

// Goal: every member hears the same, in the same order, whichever shard it and the publishers are
// on. Method: members land on the shards as the kernel likes; publishers post from plain threads,
// as gRPC's do, through mailboxes that are too small for them, and try again what is refused.
TEST(Shards, EveryMemberHearsOneOrderWhateverThreadPublishes) {
  constexpr int kReaders = 9;
  constexpr int kPublishers = 3;
  constexpr std::uint64_t kEach = 300;
  RunningHub hub({64, 1 << 20});
  std::vector<std::unique_ptr<Reader>> readers;
  for (int i = 0; i < kReaders; ++i) {
    readers.push_back(std::make_unique<Reader>(hub.server->port(), "chat:one"));
    readers.back()->ReadUntil([&] { return readers.back()->joined; });
  }
  std::atomic<std::uint64_t> taken{0};
  std::atomic<std::uint64_t> refused{0};
  const auto publish = [&](int publisher) {
    auto content = std::make_shared<bridge::PublicationContent>();
    content->data = std::string(1, static_cast<char>('a' + publisher));
    for (std::uint64_t i = 0; i < kEach;) {
      std::atomic<int> outcome{0};
      hub.server->gateway().Publish(
          {.room = "chat:one", .content = content, .may_stay = true},
          [&](const bridge::Answer<bridge::PublishOutcome>& answer) {
            outcome = std::holds_alternative<bridge::PublishOutcome>(answer) ? 1 : 2;
            outcome.notify_one();
          });
      outcome.wait(0);
      i += outcome == 1;
      ++(outcome == 1 ? taken : refused);
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < kPublishers; ++i) threads.emplace_back(publish, i);
  for (const auto& reader : readers) {
    threads.emplace_back([one = reader.get()] {
      one->ReadUntil([&] { return one->position == kPublishers * kEach; });
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken, kPublishers * kEach);
  for (const auto& reader : readers) {
    EXPECT_TRUE(reader->in_order);
    EXPECT_EQ(reader->missing, 0u);
    EXPECT_EQ(reader->texts, readers[0]->texts);
  }
}

// Goal: a call costs no other thread's waking up where its shard has nothing to do, and all members
// hear of it: of whom the caller's thread tells some itself, leaves writing to several to the
// owner, and leaves all to it where they are many. Method: calls one by one, each of which most
// likely finds the shard asleep; one in a thousand is enough.
TEST(Shards, ABackendsThreadMakesTheTurnOfAShardThatSleeps) {
  for (const int members : {1, 9, 240}) {
    RunningHub hub({1000, 1 << 20});
    std::vector<std::unique_ptr<Reader>> readers;
    for (int i = 0; i < members; ++i) {
      readers.push_back(std::make_unique<Reader>(hub.server->port(), "chat:one"));
      readers.back()->ReadUntil([&] { return readers.back()->joined; });
    }
    auto content = std::make_shared<bridge::PublicationContent>();
    content->data = "x";
    bool by_itself = false;
    std::uint64_t published = 0;
    while (!by_itself && published < 1000) {
      std::atomic<bool> answered{false};
      hub.server->gateway().Publish(
          {.room = "chat:one", .content = content, .may_stay = true},
          [&, caller = std::this_thread::get_id()](const bridge::Answer<bridge::PublishOutcome>&) {
            by_itself = std::this_thread::get_id() == caller;
            answered = true;
            answered.notify_one();
          });
      answered.wait(false);
      ++published;
    }
    EXPECT_TRUE(by_itself);
    for (const auto& reader : readers) {
      reader->ReadUntil([&] { return reader->position == published; });
      EXPECT_EQ(reader->position, published);
    }
  }
}

// Goal: an answer that asks again is no visit within a visit, however often. Method: each answer
// publishes once more.
TEST(Shards, AnAnswerThatAsksAgainIsAnsweredToo) {
  constexpr int kTimes = 3000;
  RunningHub hub({1000, 1 << 20});
  auto content = std::make_shared<bridge::PublicationContent>();
  content->data = "x";
  std::atomic<int> left{kTimes};
  std::function<void()> ask = [&] {
    hub.server->gateway().Publish(
        {.room = "chat:" + std::to_string(left % 7), .content = content, .may_stay = true},
        [&](const bridge::Answer<bridge::PublishOutcome>& answer) {
          EXPECT_TRUE(std::holds_alternative<bridge::PublishOutcome>(answer));
          if (--left > 0) return ask();
          left.notify_one();
        });
  };
  ask();
  for (int now = left; now > 0; now = left) left.wait(now);
}

// A flood that is not waited for: what the mailbox cannot take is refused at once, what it takes is
// done, and both are counted.
TEST(Shards, AFloodIsTakenOrRefusedAndNothingBetween) {
  RunningHub hub({2, 1 << 20});
  Reader reader(hub.server->port(), "chat:one");
  reader.ReadUntil([&] { return reader.joined; });
  constexpr int kPublishers = 3;
  constexpr std::uint64_t kEach = 2000;
  std::atomic<std::uint64_t> taken{0};
  std::atomic<std::uint64_t> refused{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kPublishers; ++i) {
    threads.emplace_back([&] {
      auto content = std::make_shared<bridge::PublicationContent>();
      content->data = "x";
      for (std::uint64_t n = 0; n < kEach; ++n) {
        hub.server->gateway().Publish({.room = "chat:one", .content = content, .may_stay = true},
                                      [&](const bridge::Answer<bridge::PublishOutcome>& answer) {
                                        const auto* error = std::get_if<bridge::HubError>(&answer);
                                        if (error != nullptr) {
                                          EXPECT_EQ(error->retry_after_ms, 100u);
                                        }
                                        ++(error == nullptr ? taken : refused);
                                      });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  while (taken + refused < kPublishers * kEach) std::this_thread::yield();
  reader.ReadUntil([&] { return reader.position == taken; });
  EXPECT_EQ(reader.position, taken);
  EXPECT_TRUE(reader.in_order);
}

TEST(Shards, AHubStopsWhileEverybodyTalks) {
  RunningHub hub({64, 1 << 20});
  std::vector<std::unique_ptr<Reader>> readers;
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    readers.push_back(std::make_unique<Reader>(hub.server->port(), "chat:" + std::to_string(i)));
    readers.back()->ReadUntil([&] { return readers.back()->joined; });
    threads.emplace_back([one = readers.back().get()] { one->ReadUntil([] { return false; }); });
  }
  std::atomic<std::uint64_t> settled{0};
  auto content = std::make_shared<bridge::PublicationContent>();
  content->data = "x";
  std::thread publisher([&] {
    for (int i = 0; i < 500; ++i) {
      hub.server->gateway().Publish(
          {.room = "chat:" + std::to_string(i % 6), .content = content, .may_stay = true},
          [&](const bridge::Answer<bridge::PublishOutcome>&) { ++settled; });
    }
  });
  hub.server->Stop(100ms);
  publisher.join();
  hub.server.reset();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(settled, 500u) << "every call is settled";
}

}  // namespace
}  // namespace roomcast::net
