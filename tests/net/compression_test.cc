// Messages in the form in which their readers take them.
#include "server/net/compression.h"

#include <gtest/gtest.h>

#include <string>

#include "server/net/frame_heads.h"

namespace roomcast::net {
namespace {

constexpr std::size_t kAbove = 100;
constexpr std::uint8_t kFullWindow = 15;

class CompressionTest : public testing::Test {
 protected:
  static hub::SharedBytes Binary(std::string_view payload) {
    return hub::SharedBytes::Join(WriteBinaryHead, {payload});
  }
  static hub::SharedBytes Text(std::string_view payload) {
    return hub::SharedBytes::Join(WriteTextHead, {payload});
  }
  std::uint64_t Count(ops::Counter counter) {
    return metrics_.Shard(0).Read(static_cast<std::size_t>(counter));
  }
  static int FirstByte(const hub::SharedBytes& bytes) {
    return static_cast<unsigned char>(bytes.framed().front());
  }
  std::string Inflated(const hub::SharedBytes& bytes) {
    std::string copy(bytes.payload());
    const websocket::Message message{.compressed = true,
                                     .bytes = std::as_writable_bytes(std::span(copy))};
    const auto answer = compression_.Inbound(message, 1 << 20);
    const auto said = std::get<std::span<std::byte>>(answer);
    return {reinterpret_cast<const char*>(said.data()), said.size()};
  }

  const CompressionConfig config_{.level = 1, .above_bytes = kAbove};
  ops::Metrics metrics_{1, "test"};
  Compression compression_{config_, metrics_.Shard(0)};
  const std::string words_ = std::string(1000, 'w');
};

TEST_F(CompressionTest, AMessageIsDeflatedOnceForAllItsReaders) {
  const hub::SharedBytes message = Binary(words_);
  for (int reader = 0; reader < 3; ++reader) {
    const hub::SharedBytes form = compression_.Outbound(message, kFullWindow);
    EXPECT_LT(form.size(), 30u);
    EXPECT_EQ(FirstByte(form), 0xC2);
    EXPECT_EQ(Inflated(form), words_);
  }
  EXPECT_EQ(Count(ops::Counter::kMessagesDeflated), 1u);
  EXPECT_GT(Count(ops::Counter::kDeflateSavedBytes), 3 * 970u);
  // And its plain form is what it was.
  EXPECT_EQ(message.payload(), words_);
  EXPECT_EQ(FirstByte(message), 0x82);
}

TEST_F(CompressionTest, AnotherShardsReadersTakeWhatThisOneMade) {
  const hub::SharedBytes message = Binary(words_);
  ops::Metrics others(1, "test");
  Compression other(config_, others.Shard(0));
  const hub::SharedBytes here = compression_.Outbound(message, kFullWindow);
  const hub::SharedBytes there = other.Outbound(message, kFullWindow);
  EXPECT_EQ(here.framed().data(), there.framed().data());
  EXPECT_EQ(others.Shard(0).Read(static_cast<std::size_t>(ops::Counter::kMessagesDeflated)), 0u);
}

TEST_F(CompressionTest, TheDeflatedFormOutlivesTheMessage) {
  const hub::SharedBytes form = compression_.Outbound(Binary(words_), kFullWindow);
  EXPECT_EQ(Inflated(form), words_);
}

TEST_F(CompressionTest, TextStaysText) {
  EXPECT_EQ(FirstByte(compression_.Outbound(Text(words_), kFullWindow)), 0xC1);
}

TEST_F(CompressionTest, ShortMessagesGoAsTheyAre) {
  const auto first = [&](std::size_t bytes) {
    return FirstByte(compression_.Outbound(Binary(words_.substr(0, bytes)), kFullWindow));
  };
  EXPECT_EQ(first(kAbove - 1), 0x82);
  EXPECT_EQ(first(kAbove), 0xC2);
  EXPECT_EQ(first(0), 0x82);
}

TEST_F(CompressionTest, WhatGainsNothingGoesAsItIsAndIsTriedOnce) {
  std::string noise;
  for (std::uint32_t i = 0, random = 1; i < 1000; ++i) {
    random = random * 1664525 + 1013904223;
    noise.push_back(static_cast<char>(random >> 24));
  }
  const hub::SharedBytes message = Binary(noise);
  for (int reader = 0; reader < 3; ++reader) {
    EXPECT_EQ(FirstByte(compression_.Outbound(message, kFullWindow)), 0x82);
  }
  EXPECT_EQ(Count(ops::Counter::kMessagesDeflated), 1u);
  EXPECT_EQ(Count(ops::Counter::kDeflateSavedBytes), 0u);
}

TEST_F(CompressionTest, ASmallWindowGetsWhatFitsIntoIt) {
  const hub::SharedBytes fits = Binary(std::string(512, 'w'));
  const hub::SharedBytes does_not = Binary(std::string(513, 'w'));
  EXPECT_EQ(FirstByte(compression_.Outbound(fits, 9)), 0xC2);
  EXPECT_EQ(FirstByte(compression_.Outbound(does_not, 9)), 0x82);
  EXPECT_EQ(FirstByte(compression_.Outbound(does_not, 10)), 0xC2);
}

TEST_F(CompressionTest, InflatedTextIsCheckedAndBinaryIsNot) {
  for (const std::string& bad : {words_ + "\xFF" + words_, words_ + "\xE2\x82"}) {
    std::string copy(compression_.Outbound(Text(bad), kFullWindow).payload());
    websocket::Message message{
        .text = true, .compressed = true, .bytes = std::as_writable_bytes(std::span(copy))};
    const auto answer = compression_.Inbound(message, 1 << 20);
    ASSERT_TRUE(std::holds_alternative<websocket::FrameError>(answer));
    EXPECT_EQ(std::get<websocket::FrameError>(answer).violation,
              websocket::Violation::kTextNotUtf8);
    message.text = false;
    EXPECT_FALSE(
        std::holds_alternative<websocket::FrameError>(compression_.Inbound(message, 1 << 20)));
  }
}

}  // namespace
}  // namespace roomcast::net
