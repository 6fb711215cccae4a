// PublishStream with a hub of a few lines behind it: what is acknowledged, what is known again
// after a cut, and how a stream ends.
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bridge/hub_status.h"
#include "tests/bridge/bridge_fixture.h"

namespace roomcast::bridge {
namespace {

using Code = grpc::StatusCode;
using Items = std::vector<std::string>;

const std::string kProducer = "0123456789abcdef";

// A producer of a few lines.
class Producer {
 public:
  explicit Producer(v1::Bridge::Stub& stub, const std::string& key = "") {
    if (!key.empty()) context_.AddMetadata("authorization", key);
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    stream_ = stub.PublishStream(&context_);
  }
  Producer& Open(const std::string& producer = kProducer) {
    v1::PublishStreamRequest request;
    request.mutable_open()->set_producer(producer);
    stream_->Write(request);
    stream_->Read(&opened_);
    return *this;
  }
  static void Add(v1::PublishStreamRequest& request, std::uint64_t number,
                  const std::string& room = "news") {
    v1::PublishItem& item = *request.add_items();
    item.set_number(number);
    item.set_room(room);
    item.mutable_publication()->set_text("t" + std::to_string(number));
  }
  bool Write(const v1::PublishStreamRequest& request) { return stream_->Write(request); }
  bool Send(std::uint64_t from, std::uint64_t to, const std::string& room = "news") {
    v1::PublishStreamRequest request;
    for (std::uint64_t number = from; number <= to; ++number) Add(request, number, room);
    return Write(request);
  }
  // Reads so many acks; fewer where the stream ends.
  std::vector<v1::PublishAck> Acks(std::size_t count) {
    std::vector<v1::PublishAck> acks;
    v1::PublishStreamResponse response;
    while (acks.size() < count && stream_->Read(&response)) {
      acks.insert(acks.end(), response.acks().begin(), response.acks().end());
      credits_ += response.credits();
    }
    return acks;
  }
  grpc::Status Close() {
    stream_->WritesDone();
    return End();
  }
  // Without saying that it writes no more.
  grpc::Status End() {
    v1::PublishStreamResponse response;
    while (stream_->Read(&response)) {
      left_ += static_cast<std::size_t>(response.acks_size());
    }
    return stream_->Finish();
  }
  void Cut() { context_.TryCancel(); }

  const v1::PublishStreamOpened& opened() const { return opened_.opened(); }
  std::uint32_t first_credits() const { return opened_.credits(); }
  std::uint64_t credits() const { return credits_; }
  std::size_t left() const { return left_; }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::PublishStreamRequest, v1::PublishStreamResponse>>
      stream_;
  v1::PublishStreamResponse opened_;
  std::uint64_t credits_ = 0;
  std::size_t left_ = 0;
};

class PublishStreamTest : public BridgeTest {
 protected:
  void SetUp() override {
    Start(OpenConfig());
    stub_ = Stub();
  }
  std::unique_ptr<v1::Bridge::Stub> stub_;
};

TEST_F(PublishStreamTest, EachItemIsAcknowledgedWithItsPosition) {
  Producer producer(*stub_);
  producer.Open();
  EXPECT_EQ(producer.opened().instance(), "instance-1");
  EXPECT_EQ(producer.opened().settled_up_to(), 0u);
  EXPECT_EQ(producer.opened().window_items(), kStreamWindowItems);
  EXPECT_EQ(producer.first_credits(), kStreamWindowItems);
  v1::PublishStreamRequest request;
  Producer::Add(request, 1, "a");
  Producer::Add(request, 2, "b");
  Producer::Add(request, 3, "a");
  producer.Write(request);
  const auto acks = producer.Acks(3);
  ASSERT_EQ(acks.size(), 3u);
  std::map<std::uint64_t, std::uint64_t> offsets;
  for (const v1::PublishAck& ack : acks) {
    EXPECT_FALSE(ack.published().duplicate());
    offsets[ack.number()] = ack.published().position().offset();
  }
  EXPECT_EQ(offsets, (std::map<std::uint64_t, std::uint64_t>{{1, 1}, {2, 1}, {3, 2}}));
  EXPECT_EQ(producer.credits(), 3u) << "what is acknowledged may be sent anew";
  EXPECT_EQ(gateway_.items(), (Items{"a/1=t1", "b/2=t2", "a/3=t3"}));
  EXPECT_TRUE(producer.Close().ok());
  observer_.WaitForSettled("PublishStream OK", 1);
}

TEST_F(PublishStreamTest, TheFirstMessageMayCarryItemsAndTheLastAckComesBeforeTheEnd) {
  Producer producer(*stub_);
  v1::PublishStreamRequest request;
  request.mutable_open();
  for (std::uint64_t number = 1; number <= 100; ++number) Producer::Add(request, number);
  producer.Write(request);
  EXPECT_TRUE(producer.Close().ok());
  EXPECT_EQ(producer.left(), 100u);
}

TEST_F(PublishStreamTest, ANumberAfterWhichNoneCouldComeIsRefusedAndTheStreamEndsWell) {
  Producer producer(*stub_);
  producer.Open();
  v1::PublishStreamRequest request;
  Producer::Add(request, UINT64_MAX);
  producer.Write(request);
  const auto acks = producer.Acks(1);
  ASSERT_EQ(acks.size(), 1u);
  EXPECT_EQ(acks[0].error().code(), 107u);
  EXPECT_TRUE(producer.Close().ok());
  EXPECT_TRUE(gateway_.items().empty());
}

TEST_F(PublishStreamTest, ASlowRoomDoesNotHoldUpOthers) {
  gateway_.HoldRoom("slow");
  Producer producer(*stub_);
  producer.Open();
  producer.Send(1, 1, "slow");
  producer.Send(2, 50, "quick");
  EXPECT_EQ(producer.Acks(49).size(), 49u);
  gateway_.LetGoRoom("slow");
  const auto acks = producer.Acks(1);
  ASSERT_EQ(acks.size(), 1u);
  EXPECT_EQ(acks[0].number(), 1u);
  EXPECT_TRUE(producer.Close().ok());
}

TEST_F(PublishStreamTest, AnErrorConcernsItsItemOnly) {
  gateway_.RefuseRoom("full", {114, "busy", true, 250});
  Producer producer(*stub_);
  producer.Open();
  v1::PublishStreamRequest request;
  Producer::Add(request, 1, "full");
  Producer::Add(request, 2, "");
  Producer::Add(request, 3);
  request.mutable_items(2)->mutable_publication()->clear_text();
  Producer::Add(request, 4);
  request.mutable_items(3)->mutable_publication()->set_data(std::string(65'537, 'x'));
  Producer::Add(request, 5);
  producer.Write(request);
  std::map<std::uint64_t, std::uint32_t> codes;
  for (const v1::PublishAck& ack : producer.Acks(5)) {
    codes[ack.number()] = ack.has_error() ? ack.error().code() : 0;
    EXPECT_EQ(ack.error().retry_after_ms(), ack.number() == 1 ? 250u : 0u);
  }
  EXPECT_EQ(codes, (std::map<std::uint64_t, std::uint32_t>{
                       {1, 114}, {2, 107}, {3, 107}, {4, 116}, {5, 0}}));
  EXPECT_TRUE(producer.Close().ok());
  EXPECT_EQ(observer_.refused(Refusal::kHubOverloaded), 1);
}

TEST_F(PublishStreamTest, WhatWasTakenBeforeACutIsNotTakenAgain) {
  gateway_.HoldRoom("slow");
  {
    Producer producer(*stub_);
    producer.Open();
    producer.Send(1, 3);
    producer.Send(4, 4, "slow");
    producer.Send(5, 6);
    EXPECT_EQ(producer.Acks(5).size(), 5u);
    producer.Cut();
    EXPECT_EQ(producer.End().error_code(), Code::CANCELLED);
  }
  Producer again(*stub_);
  again.Open();
  EXPECT_EQ(again.opened().settled_up_to(), 3u);
  // It has heard of none, and sends all of them once more, and a new one.
  again.Send(1, 3);
  again.Send(4, 4, "slow");
  again.Send(5, 7);
  std::map<std::uint64_t, std::pair<std::uint64_t, bool>> seen;
  for (const v1::PublishAck& ack : again.Acks(6)) {
    seen[ack.number()] = {ack.published().position().offset(), ack.published().duplicate()};
  }
  gateway_.LetGoRoom("slow");
  for (const v1::PublishAck& ack : again.Acks(1)) {
    seen[ack.number()] = {ack.published().position().offset(), ack.published().duplicate()};
  }
  const std::map<std::uint64_t, std::pair<std::uint64_t, bool>> expected = {
      {1, {1, true}}, {2, {2, true}}, {3, {3, true}}, {4, {1, false}},
      {5, {4, true}}, {6, {5, true}}, {7, {6, false}}};
  EXPECT_EQ(seen, expected);
  EXPECT_EQ(gateway_.items().size(), 7u);
  EXPECT_TRUE(again.Close().ok());
}

TEST_F(PublishStreamTest, ANewStreamOfAProducerEndsTheOldOne) {
  Producer old(*stub_);
  old.Open();
  old.Send(1, 1);
  EXPECT_EQ(old.Acks(1).size(), 1u);
  Producer taker(*stub_);
  taker.Open();
  EXPECT_EQ(taker.opened().settled_up_to(), 1u);
  EXPECT_EQ(old.End().error_code(), Code::ABORTED);
  taker.Send(2, 2);
  EXPECT_EQ(taker.Acks(1).size(), 1u);
  Producer other(*stub_);
  other.Open("another producer");
  EXPECT_EQ(other.opened().settled_up_to(), 0u);
  taker.Send(3, 3);
  EXPECT_EQ(taker.Acks(1).size(), 1u);
  EXPECT_TRUE(taker.Close().ok());
  EXPECT_TRUE(other.Close().ok());
}

TEST_F(PublishStreamTest, NumbersThatRepeatSkipOrFallAreAnsweredEachForItself) {
  Producer producer(*stub_);
  producer.Open();
  v1::PublishStreamRequest request;
  for (const std::uint64_t number : {10, 11, 11, 13, 10, 9, 12, 0}) {
    Producer::Add(request, number);
  }
  producer.Write(request);
  const auto acks = producer.Acks(8);
  ASSERT_EQ(acks.size(), 8u);
  std::multimap<std::uint64_t, std::uint32_t> codes;
  for (const v1::PublishAck& ack : acks) {
    codes.emplace(ack.number(), ack.has_error() ? ack.error().code() : 0);
  }
  EXPECT_EQ(codes,
            (std::multimap<std::uint64_t, std::uint32_t>{
                {0, 107}, {9, 118}, {10, 0}, {10, 0}, {11, 0}, {11, 0}, {12, 0}, {13, 107}}));
  EXPECT_EQ(gateway_.items(), (Items{"news/10=t10", "news/11=t11", "news/12=t12"}));
  EXPECT_TRUE(producer.Close().ok());
}

TEST_F(PublishStreamTest, ANamelessProducerIsNeverKnownAgain) {
  Producer producer(*stub_);
  producer.Open("");
  producer.Send(7, 7);
  producer.Send(7, 7);
  EXPECT_EQ(producer.Acks(2).size(), 2u);
  EXPECT_EQ(gateway_.items().size(), 2u);
  EXPECT_TRUE(producer.Close().ok());
}

TEST_F(PublishStreamTest, AcksComeAsFarAsTheProducerTakesThem) {
  Producer producer(*stub_);
  producer.Open();
  v1::PublishStreamRequest request;
  for (std::uint64_t number = 1; number <= 10; ++number) Producer::Add(request, number);
  request.set_ack_credits(4);
  producer.Write(request);
  EXPECT_EQ(producer.Acks(4).size(), 4u);
  v1::PublishStreamRequest more;
  more.set_ack_credits(5);
  producer.Write(more);
  EXPECT_EQ(producer.Acks(5).size(), 5u);
  EXPECT_TRUE(producer.Close().ok());
  EXPECT_EQ(producer.left(), 1u) << "and the rest when it writes no more";
}

TEST_F(PublishStreamTest, AProducerThatTakesNoAcksIsNotReadForEver) {
  Producer producer(*stub_);
  producer.Open();
  v1::PublishStreamRequest request;
  for (std::uint64_t number = 1; number <= 1000; ++number) Producer::Add(request, number);
  request.set_ack_credits(1);
  producer.Write(request);
  // Without credits for acks it goes on, far beyond the window.
  std::thread writer([&producer] {
    for (std::uint64_t from = 1001; from < 100'000; from += 1000) {
      if (!producer.Send(from, from + 999)) return;
    }
  });
  EXPECT_EQ(producer.Acks(1).size(), 1u);
  gateway_.WaitForItems(kStreamWindowItems);
  EXPECT_LE(gateway_.items().size(), kStreamWindowItems + 1000u);
  producer.Cut();
  writer.join();
  EXPECT_LE(gateway_.items().size(), kStreamWindowItems + 1000u) << "the window and one message";
  EXPECT_EQ(producer.End().error_code(), Code::CANCELLED);
}

TEST_F(PublishStreamTest, AStreamThatMakesNoSenseEndsWithItsReason) {
  {
    Producer producer(*stub_);
    producer.Send(1, 1);
    const grpc::Status status = producer.End();
    EXPECT_EQ(status.error_message(), "open is missing in the first message");
    EXPECT_EQ(FromStatus(status)->code, 107u);
  }
  {
    Producer producer(*stub_);
    producer.Open("short");
    EXPECT_EQ(producer.End().error_message(), "open.producer has 5 bytes, not 16");
  }
  {
    Producer producer(*stub_);
    producer.Open();
    v1::PublishStreamRequest request;
    request.mutable_open();
    producer.Write(request);
    EXPECT_EQ(producer.End().error_code(), Code::INVALID_ARGUMENT);
  }
  {
    Producer producer(*stub_);
    producer.Open();
    producer.Send(1, kStreamWindowItems + 1);
    EXPECT_EQ(FromStatus(producer.End())->code, 116u);
  }
  EXPECT_TRUE(gateway_.items().empty());
  observer_.WaitForSettled("PublishStream INVALID_ARGUMENT", 4);
}

TEST_F(PublishStreamTest, TheHubsStopSettlesWhatWasTakenAndSaysUnavailable) {
  gateway_.HoldRoom("slow");
  Producer producer(*stub_);
  producer.Open();
  producer.Send(1, 1, "slow");
  gateway_.WaitForItems(1);
  std::thread stop([this] { server_->Shutdown(std::chrono::seconds(30)); });
  gateway_.LetGoRoom("slow");
  const grpc::Status status = producer.End();
  stop.join();
  EXPECT_EQ(producer.left(), 1u);
  EXPECT_EQ(status.error_code(), Code::UNAVAILABLE);
  EXPECT_EQ(status.error_message(), "the hub stops");
}

TEST_F(PublishStreamTest, AHubThatNeverAnswersOutlivesNobody) {
  gateway_.HoldRoom("slow");
  Producer producer(*stub_);
  producer.Open();
  producer.Send(1, 5, "slow");
  gateway_.WaitForItems(5);
  server_->Shutdown(std::chrono::milliseconds(20));
  EXPECT_FALSE(producer.End().ok());
  server_.reset();
  gateway_.LetGoRoom("slow");
}

TEST_F(PublishStreamTest, CutsAndAnswersMayMeet) {
  for (int round = 0; round < 50; ++round) {
    gateway_.HoldRoom("slow");
    Producer producer(*stub_);
    producer.Open(std::string(15, 'p') + static_cast<char>(round));
    producer.Send(1, 20, "slow");
    std::thread release([this] { gateway_.LetGoRoom("slow"); });
    producer.Cut();
    producer.End();
    release.join();
  }
  server_->Shutdown(std::chrono::seconds(30));
  observer_.WaitForSettled("PublishStream CANCELLED", 1);
}

TEST_F(BridgeTest, APublishStreamNeedsTheRoleAndItsItemsTheNamespaces) {
  Start(KeyedConfig({Role::kPublish}, {"chat"}));
  const auto stub = Stub();
  Producer stranger(*stub);
  EXPECT_EQ(stranger.End().error_code(), Code::UNAUTHENTICATED);
  Producer producer(*stub, "Bearer open sesame");
  producer.Open();
  producer.Send(1, 1, "news");
  producer.Send(2, 2, "chat:1");
  const auto acks = producer.Acks(2);
  ASSERT_EQ(acks.size(), 2u);
  EXPECT_EQ(acks[0].error().code(), 103u);
  EXPECT_TRUE(acks[1].has_published());
  EXPECT_TRUE(producer.Close().ok());
}

}  // namespace
}  // namespace roomcast::bridge
