#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "tests/schema/message_kinds.h"
#include "tests/schema/official.h"
#include "tests/vectors/vector_file.h"

namespace roomcast {
namespace {

constexpr std::uint64_t kSeeds = 300;

TEST(AgreementTest, EveryMessageOfTheSchemaHasAStruct) {
  std::set<std::string> official;
  for (const auto* type : OfficialTypes()) official.insert(NameOf(type));
  std::set<std::string> ours;
  for (const MessageKind& kind : MessageKinds()) ours.insert(std::string(kind.name));
  EXPECT_EQ(ours, official);
}

// Goal: whatever the official runtime writes, ours reads and writes to the same byte. Method: every
// message filled at random by reflection: extremes of integers, proper UTF-8, enum values that
// nobody named, messages in messages.
TEST(AgreementTest, WhatTheOfficialRuntimeWritesWeWriteTheSame) {
  for (const MessageKind& kind : MessageKinds()) {
    std::set<std::string> different;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
      Random random(seed);
      const auto message = NewOfficial(kind.name);
      FillOfficial(*message, random, 5);
      const std::string bytes = SerializeOfficial(*message);
      different.insert(bytes);
      const std::optional<std::string> ours = kind.recode(bytes);
      ASSERT_TRUE(ours.has_value()) << kind.name << " seed " << seed << HexFromBytes(bytes);
      ASSERT_EQ(HexFromBytes(*ours), HexFromBytes(bytes)) << kind.name << " seed " << seed;
    }
    EXPECT_GE(different.size(), kind.fields().empty() ? 1u : 20u) << kind.name;
  }
}

// And the other way round: what ours writes is the official encoding, without unknown fields.
TEST(AgreementTest, WhatWeWriteTheOfficialRuntimeWritesTheSame) {
  for (const MessageKind& kind : MessageKinds()) {
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
      Random random(seed);
      const std::string bytes = kind.encode_random(random);
      const auto message = NewOfficial(kind.name);
      ASSERT_TRUE(ParseOfficial(bytes, *message)) << kind.name << " seed " << seed;
      message->DiscardUnknownFields();
      ASSERT_EQ(HexFromBytes(SerializeOfficial(*message)), HexFromBytes(bytes))
          << kind.name << " seed " << seed;
    }
  }
}

// The bytes that members get are the bytes that a Watch gets: what is the same has the same number,
// and events follow one another as messages do.
TEST(AgreementTest, AFrameOfAWatchsEventsIsLaidOutAsAFrameOfMessages) {
  const auto event = NewOfficial("WatchEvent");
  const auto message = NewOfficial("ServerMessage");
  for (const char* name : {"room_batch", "gap", "reset", "tops"}) {
    const auto* of_event = event->GetDescriptor()->FindFieldByName(name);
    const auto* of_message = message->GetDescriptor()->FindFieldByName(name);
    ASSERT_TRUE(of_event != nullptr && of_message != nullptr) << name;
    EXPECT_EQ(of_event->number(), of_message->number()) << name;
    EXPECT_EQ(of_event->message_type(), of_message->message_type()) << name;
  }
  const auto frame = NewOfficial("ServerFrame");
  const auto response = NewOfficial("WatchResponse");
  EXPECT_EQ(frame->GetDescriptor()->field(0)->number(),
            response->GetDescriptor()->field(0)->number());
}

}  // namespace
}  // namespace roomcast
