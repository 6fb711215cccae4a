// Publishing through both doors: acknowledgements, publish ids, and what is refused.
#include <gtest/gtest.h>

#include <functional>

#include "proto/protocol/limits.h"
#include "server/hub/home.h"
#include "tests/support/hub_rig.h"

namespace roomcast::test {
namespace {

TEST(Publishing, IsAcknowledgedWithItsPosition) {
  HubRig rig;
  const auto connection = rig.Greeted();
  const Joined joined = rig.JoinRoom(connection, "chat:a");
  const std::uint64_t epoch = joined.position->epoch;
  rig.Publish(connection, "chat:a", "hello", 1, 20);
  rig.Settle();
  const auto all = rig.Take(connection);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].id, 20u);
  const auto& published = std::get<Published>(all[0].body);
  EXPECT_EQ(*published.position, (Position{epoch, 1}));
  EXPECT_FALSE(published.duplicate);
  const auto& batch = std::get<RoomBatch>(all[1].body);
  ASSERT_EQ(batch.publications.size(), 1u);
  EXPECT_EQ(batch.publications[0].data.view, "hello");
  EXPECT_EQ(batch.publications[0].publish_id->counter, 1u);
}

TEST(Publishing, TheSameIdTakesEffectOnceAlsoFromAnotherConnection) {
  HubRig rig;
  const auto first = rig.Greeted(0, "", 77);
  const auto reader = rig.Greeted();
  rig.JoinRoom(reader, "chat:a");
  rig.JoinRoom(first, "chat:a");
  rig.Publish(first, "chat:a", "once", 1, 20);
  rig.Settle();
  rig.Close(first);
  const auto second = rig.Greeted(0, "", 77);
  rig.JoinRoom(second, "chat:a");
  rig.Publish(second, "chat:a", "once", 1, 21);
  rig.Settle();
  const Published again = rig.Next<Published>(second);
  EXPECT_TRUE(again.duplicate);
  EXPECT_EQ(again.position->offset, 1u);
  std::size_t heard = 0;
  for (const ServerMessage& message : rig.Take(reader)) {
    if (const auto* batch = std::get_if<RoomBatch>(&message.body))
      heard += batch->publications.size();
  }
  EXPECT_EQ(heard, 1u);
}

TEST(Publishing, AnotherProducerWithTheSamePublicHalfIsNotTakenForTheFirst) {
  HubRig rig;
  const auto first = rig.Greeted(0, "", 77);
  rig.JoinRoom(first, "chat:a");
  rig.Publish(first, "chat:a", "mine", 1, 20);
  rig.Settle();
  // It has read the public half in the publication; the secret half it does not know.
  const auto thief = rig.Open();
  std::string producer(kProducerBytes, 'x');
  for (std::size_t i = 0; i < 8; ++i) producer[i] = static_cast<char>(i == 0 ? 77 : 0);
  Hello hello;
  hello.protocol_version = 1;
  hello.producer = Bytes(producer);
  rig.Say(thief, {1, hello});
  rig.JoinRoom(thief, "chat:a");
  rig.Publish(thief, "chat:a", "block", 2, 20);
  rig.Publish(first, "chat:a", "mine too", 2, 21);
  rig.Settle();
  EXPECT_FALSE(rig.Next<Published>(first).duplicate);
}

TEST(Publishing, AnEphemeralPublicationHasNoPlaceInTheStream) {
  HubRig rig;
  const auto connection = rig.Greeted();
  rig.JoinRoom(connection, "chat:a");
  Publish publish;
  publish.room = "chat:a";
  publish.ephemeral = true;
  rig.Say(connection, {3, publish});
  rig.Publish(connection, "chat:a", "kept", 0, 4);
  rig.Settle();
  std::vector<std::uint64_t> offsets;
  for (const ServerMessage& message : rig.Take(connection)) {
    const auto* batch = std::get_if<RoomBatch>(&message.body);
    if (batch == nullptr) continue;
    for (const Publication& publication : batch->publications)
      offsets.push_back(publication.offset);
  }
  EXPECT_EQ(offsets, (std::vector<std::uint64_t>{0, 1}));
}

struct Refused {
  std::string name;
  ErrorCode code;
  std::function<void(Publish&)> change;
};

TEST(Publishing, WhatMayNotBeIsAnsweredWithItsError) {
  const std::string too_long(kPublicationDataBytesMax + 1, 'x');
  const std::string long_type(kTypeBytesMax + 1, 't');
  const std::string long_key(kKeyBytesMax + 1, 'k');
  const std::vector<Tag> many(kTagsMax + 1, Tag{"a", "b"});
  const std::vector<Tag> nameless{Tag{"", "b"}};
  const std::vector<Refused> table{
      {"data that is too long", ErrorCode::kTooLarge,
       [&](Publish& p) { p.data = Bytes(too_long); }},
      {"a type that is too long", ErrorCode::kTooLarge, [&](Publish& p) { p.type = long_type; }},
      {"a key that is too long", ErrorCode::kTooLarge, [&](Publish& p) { p.key = long_key; }},
      {"too many tags", ErrorCode::kTooLarge, [&](Publish& p) { p.tags = many; }},
      {"a tag without a name", ErrorCode::kBadRequest, [&](Publish& p) { p.tags = nameless; }},
      {"text that is not UTF-8", ErrorCode::kBadRequest,
       [](Publish& p) {
         p.encoding = Encoding::kText;
         p.data = Bytes("\xff");
       }},
      {"an encoding that there is not", ErrorCode::kBadRequest,
       [](Publish& p) { p.encoding = static_cast<Encoding>(9); }},
      {"a bad room name", ErrorCode::kBadRoomName, [](Publish& p) { p.room = "\x01"; }},
      {"an unknown namespace", ErrorCode::kUnknownNamespace,
       [](Publish& p) { p.room = "nowhere:a"; }},
      {"a room that it is not in", ErrorCode::kPermissionDenied,
       [](Publish& p) { p.room = "chat:b"; }},
      {"a room for backends", ErrorCode::kPermissionDenied, [](Publish& p) { p.room = "quiet:a"; }},
  };
  HubRig rig;
  const auto connection = rig.Greeted();
  rig.JoinRoom(connection, "chat:a");
  rig.JoinRoom(connection, "quiet:a");
  for (const Refused& row : table) {
    SCOPED_TRACE(row.name);
    Publish publish;
    publish.room = "chat:a";
    row.change(publish);
    rig.Say(connection, {9, publish});
    rig.Settle();
    const auto all = rig.Take(connection);
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].id, 9u);
    EXPECT_EQ(std::get<Error>(all[0].body).code, static_cast<std::uint32_t>(row.code));
  }
}

TEST(Publishing, TooFastIsToldFirstAndEndedThen) {
  HubRig rig;
  const auto connection = rig.Greeted();
  rig.JoinRoom(connection, "chat:a");
  for (std::uint32_t i = 0; i < kPublishBurst; ++i) rig.Publish(connection, "chat:a", "x", 0, 5);
  rig.Settle();
  rig.Take(connection);
  rig.Publish(connection, "chat:a", "one too many", 0, 6);
  const Error error = rig.Next<Error>(connection);
  EXPECT_EQ(error.code, static_cast<std::uint32_t>(ErrorCode::kTooManyRequests));
  EXPECT_TRUE(error.temporary);
  EXPECT_GT(error.retry_after_ms, 0u);
  rig.Pass(std::chrono::milliseconds(error.retry_after_ms + 1));
  rig.Publish(connection, "chat:a", "waited", 0, 7);
  rig.Settle();
  EXPECT_EQ(rig.Next<Published>(connection).position->offset, kPublishBurst + 1);
  for (std::uint32_t i = 0; i <= 3 * kPublishBurst && !rig.wire(connection).closed; ++i) {
    rig.Publish(connection, "chat:a", "x", 0, 8);
  }
  EXPECT_EQ(rig.wire(connection).code, DisconnectCode::kRateLimited);
}

TEST(Publishing, ABackendIsAnsweredThroughTheBridge) {
  HubRig rig;
  const auto reader = rig.Greeted();
  rig.JoinRoom(reader, "quiet:a");
  hub::PublishToRoom publish;
  publish.origin.from = static_cast<hub::BridgeCall>(5);
  publish.room = "quiet:a";
  publish.data = "pushed";
  rig.Mail(0, publish);
  publish.origin.from = static_cast<hub::BridgeCall>(6);
  publish.room = "nowhere:a";
  rig.Mail(0, publish);
  rig.Settle();
  ASSERT_EQ(rig.bridge_answers().size(), 2u);
  EXPECT_EQ(rig.bridge_answers()[0].first, static_cast<hub::BridgeCall>(5));
  EXPECT_EQ(rig.bridge_answers()[0].second.position.offset, 1u);
  EXPECT_TRUE(rig.bridge_answers()[1].second.refused);
  EXPECT_EQ(rig.bridge_answers()[1].second.failure.code, ErrorCode::kUnknownNamespace);
  const RoomBatch batch = rig.Next<RoomBatch>(reader);
  EXPECT_EQ(batch.publications[0].data.view, "pushed");
  EXPECT_FALSE(batch.publications[0].publisher.has_value());
}

TEST(Publishing, WhereNobodyMayABackendMayNotEither) {
  hub::HubConfig config = HubRig::DefaultConfig({});
  config.namespaces.push_back({.name = "closed", .may_publish = hub::Who::kNobody});
  HubRig rig({}, config);
  hub::PublishToRoom publish;
  publish.origin.from = static_cast<hub::BridgeCall>(5);
  publish.room = "closed:a";
  rig.Mail(0, publish);
  rig.Settle();
  ASSERT_EQ(rig.bridge_answers().size(), 1u);
  EXPECT_EQ(rig.bridge_answers()[0].second.failure.code, ErrorCode::kPermissionDenied);
}

// A backend's publish under a free-form key.
hub::BridgeAnswers::Published PublishByKey(HubRig& rig, const std::string& room,
                                           std::uint64_t key) {
  hub::PublishToRoom publish;
  publish.origin = {hub::BridgeCall{9}, 0};
  publish.room = room;
  publish.data = "from a backend";
  publish.producer = {key, ~key};
  publish.counter = 1;
  publish.by_key = true;
  rig.Mail(static_cast<std::uint16_t>(hub::HomeShardOf(rig.config(), room)), publish);
  rig.Settle();
  return rig.bridge_answers().back().second;
}

TEST(Publishing, AKeyTakesEffectOnceInEachRoom) {
  HubRig rig({.shards = 2});
  EXPECT_FALSE(PublishByKey(rig, "chat:a", 1).duplicate);
  EXPECT_FALSE(PublishByKey(rig, "chat:b", 1).duplicate) << "another room";
  const auto again = PublishByKey(rig, "chat:a", 1);
  EXPECT_TRUE(again.duplicate);
  EXPECT_EQ(again.position.offset, 1u);
  rig.Pass(kDedupeWindow);
  EXPECT_FALSE(PublishByKey(rig, "chat:a", 1).duplicate) << "the window is over";
}

TEST(Publishing, KeysAreBoundedAndPushOutNoProducer) {
  HubRig::Options options;
  hub::HubConfig config = HubRig::DefaultConfig(options);
  config.dedupe_keys = 16;
  config.dedupe_producers = 2;
  HubRig rig(options, config);
  const auto client = rig.Greeted(0, "", 77);
  rig.JoinRoom(client, "chat:a");
  rig.Publish(client, "chat:a", "once", 1, 20);
  rig.Settle();
  for (std::uint64_t key = 1; key <= 17; ++key) PublishByKey(rig, "chat:a", key);
  EXPECT_TRUE(PublishByKey(rig, "chat:a", 17).duplicate);
  EXPECT_FALSE(PublishByKey(rig, "chat:a", 1).duplicate) << "the longest silent is forgotten";
  rig.Take(client);
  rig.Publish(client, "chat:a", "once", 1, 21);
  rig.Settle();
  EXPECT_TRUE(rig.Next<Published>(client).duplicate);
}

}  // namespace
}  // namespace roomcast::test
