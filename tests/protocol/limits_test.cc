#include "proto/protocol/limits.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "proto/protocol/frame.h"

namespace roomcast {
namespace {

// The asserts of limits.h speak of sums; here the largest messages are made and measured.

const std::string kRoom(kRoomNameBytesMax, 'r');
const std::string kType(kTypeBytesMax, 't');
const std::string kKey(kKeyBytesMax, 'k');
const std::string kTag(kTagBytesMax, 'g');
const std::string kData(kPublicationDataBytesMax, 'd');
const std::string kUser(kUserBytesMax, 'u');
const std::string kReason(kReasonBytesMax, 'x');

TEST(LimitsTest, TheLargestPublishFitsOneMessage) {
  const std::vector<Tag> tags(kTagsMax, Tag{Text(kTag), Text(kTag)});
  ClientMessage message;
  message.id = UINT32_MAX;
  message.body = Publish{.room = Text(kRoom),
                         .counter = UINT64_MAX,
                         .type = Text(kType),
                         .encoding = Encoding::kJson,
                         .data = Bytes(kData),
                         .key = Text(kKey),
                         .tags = tags,
                         .ephemeral = true};
  std::string frame;
  AppendFrame(frame, message);
  EXPECT_LE(frame.size(), kInboundMessageBytesMax);
  Arena arena(kInboundArenaBytesMax);
  EXPECT_TRUE(DecodeClientFrame(frame, arena).has_value());
}

TEST(LimitsTest, APageThatEndsWithTheLargestPublicationFitsTheSoftOutbox) {
  const std::vector<Tag> tags(kTagsMax, Tag{Text(kTag), Text(kTag)});
  const Publication publication{.offset = UINT64_MAX,
                                .time_at = -1,
                                .type = Text(kType),
                                .encoding = Encoding::kJson,
                                .data = Bytes(kData),
                                .key = Text(kKey),
                                .tags = tags,
                                .publisher = Publisher{Text(kUser), Text(kUser)},
                                .publish_id = PublishId{UINT64_MAX, UINT64_MAX}};
  std::string entry;
  AppendPublicationEntry(entry, publication);
  EXPECT_LE(entry.size() + kRoomBatchHeadBytesMax, kInboundMessageBytesMax);
  EXPECT_LT(kRecoveryPageBytes + entry.size() + kRoomBatchHeadBytesMax + kJoinedBytesMax,
            kOutboxSoftBytes);
}

TEST(LimitsTest, JoinedWithoutPresenceFitsItsBound) {
  ServerMessage message;
  message.id = UINT32_MAX;
  message.body = Joined{
      .room = Text(kRoom),
      .handle = UINT64_MAX,
      .position = Position{UINT64_MAX, UINT64_MAX},
      .verdict = Verdict::kLost,
      .start = UINT64_MAX,
      .policy = RoomPolicy{Delivery::kDroppable, true, true, PresenceInterest::kMembers, true},
      .presence = std::nullopt};
  std::string frame;
  AppendFrame(frame, message);
  EXPECT_LE(frame.size(), kJoinedBytesMax);
}

TEST(LimitsTest, AReasonFitsACloseFrameWithItsCode) { EXPECT_LE(kReason.size() + 2, 125u); }

TEST(LimitsTest, AHelloWithTheLongestTokenAndRoomsEnoughFitsOneMessage) {
  const std::string token(kTokenBytesMax, 'T');
  const std::string name(kClientNameBytesMax, 'c');
  const std::string producer(kProducerBytes, 'p');
  // Room names of ordinary length; the longest ones do not all fit, and a client joins the rest
  // afterwards.
  const std::string room(64, 'r');
  const std::vector<Join> joins(
      kRoomsPerConnection,
      Join{.room = Text(room), .since = Position{UINT64_MAX, UINT64_MAX}, .member_data = {}});
  ClientMessage message;
  message.body = Hello{.protocol_version = 1,
                       .token = Text(token),
                       .client_name = Text(name),
                       .client_version = Text(name),
                       .producer = Bytes(producer),
                       .resume = Resume{Text(name), Bytes(producer)},
                       .joins = joins,
                       .sent_at = -1};
  std::string frame;
  AppendFrame(frame, message);
  EXPECT_LE(frame.size(), kInboundMessageBytesMax);
  Arena arena(kInboundArenaBytesMax);
  EXPECT_TRUE(DecodeClientFrame(frame, arena).has_value());
}

}  // namespace
}  // namespace roomcast
