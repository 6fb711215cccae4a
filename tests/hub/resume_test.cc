// A session outlives its connection: parked, found again from any shard, and never given to
// anybody who has not its key.
#include <gtest/gtest.h>

#include <array>
#include <optional>

#include "proto/protocol/frame.h"
#include "proto/protocol/limits.h"
#include "tests/support/hub_rig.h"

namespace roomcast::test {
namespace {

// A client that comes and goes, as the SDK does: it remembers its session and its positions.
class Traveller {
 public:
  explicit Traveller(HubRig& rig, std::string token = "") : rig_(rig), token_(std::move(token)) {}

  // Connects at a shard, asking for the session it had and for all of its rooms.
  hub::ConnectionId Connect(std::uint16_t shard) {
    connection_ = rig_.Open(shard);
    Hello hello;
    hello.protocol_version = 1;
    hello.token = token_;
    hello.producer = Bytes(producer_);
    hello.sent_at = 7;
    if (!id.empty()) hello.resume = Resume{id, Bytes(key)};
    std::vector<Join> joins;
    for (const auto& [room, position] : rooms) {
      Join join{.room = room};
      if (position.epoch != 0) join.since = position;
      joins.push_back(join);
    }
    hello.joins = joins;
    rig_.Say(connection_, {1, hello});
    return connection_;
  }

  // What Welcome said; nothing where there was none. Publications that follow are counted.
  bool Welcomed() {
    rig_.Settle();
    publications.clear();
    bool welcomed = false;
    for (const ServerMessage& message : rig_.Take(connection_)) {
      if (const auto* welcome = std::get_if<Welcome>(&message.body)) {
        welcomed = true;
        resumed = welcome->resumed;
        id = welcome->session_id.view;
        key = welcome->session_key.view;
        user = welcome->user.view;
        resume_window_ms = welcome->resume_window_ms;
        verdicts.clear();
        for (const JoinOutcome& outcome : welcome->joins) Note(std::get<Joined>(outcome.outcome));
      } else if (const auto* batch = std::get_if<RoomBatch>(&message.body)) {
        for (const Publication& publication : batch->publications) {
          publications.emplace_back(publication.data.view);
        }
      }
    }
    return welcomed;
  }

  void Note(const Joined& joined) {
    verdicts.push_back(joined.verdict);
    for (auto& [room, position] : rooms) {
      if (room == joined.room.view) position = *joined.position;
    }
  }

  std::string id;
  std::string key;
  std::string user;
  bool resumed = false;
  std::uint32_t resume_window_ms = 0;
  std::vector<std::pair<std::string, Position>> rooms;
  std::vector<Verdict> verdicts;
  std::vector<std::string> publications;

 private:
  HubRig& rig_;
  std::string token_;
  std::string producer_ = std::string(kProducerBytes, 't');
  hub::ConnectionId connection_{};
};

TEST(Resume, BringsTheSessionItsRoomsAndWhatItMissedInOneRoundTripFromAnyShardToAnyShard) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    HubRig rig({.shards = 4, .seed = seed});
    const auto speaker = rig.Greeted(0);
    rig.JoinRoom(speaker, "chat:a");
    Traveller ada(rig, "user:ada");
    ada.rooms = {{"chat:a", {}}, {"chat:b", {}}};
    // It comes back again and again, each time elsewhere: the id goes on naming the first shard.
    auto connection = ada.Connect(static_cast<std::uint16_t>(seed % 4));
    ASSERT_TRUE(ada.Welcomed());
    const std::string id = ada.id;
    EXPECT_EQ(ada.resume_window_ms, 60'000u);
    for (std::uint16_t step = 1; step <= 5; ++step) {
      rig.Close(connection);
      rig.Publish(speaker, "chat:a", "missed " + std::to_string(step));
      rig.Settle();
      connection = ada.Connect(static_cast<std::uint16_t>((seed + step * (seed / 4 + 1)) % 4));
      ASSERT_TRUE(ada.Welcomed());
      EXPECT_TRUE(ada.resumed);
      EXPECT_EQ(ada.id, id);
      EXPECT_EQ(ada.user, "ada");
      EXPECT_EQ(ada.verdicts, (std::vector{Verdict::kRecovered, Verdict::kRecovered}));
      EXPECT_EQ(ada.publications, std::vector{"missed " + std::to_string(step)});
    }
    EXPECT_EQ(rig.events().resumes[hub::ResumeOutcome::kResumed], 5);
    std::size_t parked = 0;
    for (std::uint16_t shard = 0; shard < 4; ++shard) parked += rig.shard(shard).counts().parked;
    EXPECT_EQ(parked, 0u);
  }
}

TEST(Resume, AnAnonymousSessionStaysTheSameUser) {
  HubRig rig({.shards = 2});
  Traveller nobody(rig);
  const auto connection = nobody.Connect(0);
  ASSERT_TRUE(nobody.Welcomed());
  const std::string user = nobody.user;
  rig.Close(connection);
  nobody.Connect(1);
  ASSERT_TRUE(nobody.Welcomed());
  EXPECT_TRUE(nobody.resumed);
  EXPECT_EQ(nobody.user, user);
}

TEST(Resume, AConnectionThatIsStillOpenIsClosedFirstWith3505) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    HubRig rig({.shards = 3, .seed = seed});
    Traveller ada(rig, "user:ada");
    ada.rooms = {{"chat:a", {}}};
    const auto old = ada.Connect(static_cast<std::uint16_t>(seed % 3));
    ASSERT_TRUE(ada.Welcomed());
    ada.Connect(static_cast<std::uint16_t>(seed / 3 % 3));
    ASSERT_TRUE(ada.Welcomed());
    EXPECT_TRUE(ada.resumed);
    EXPECT_EQ(rig.wire(old).code, DisconnectCode::kTakenOver);
    EXPECT_EQ(rig.Next<Disconnect>(old).action, DisconnectAction::kStop);
    std::size_t members = 0;
    for (std::uint16_t shard = 0; shard < 3; ++shard) members += rig.shard(shard).counts().members;
    EXPECT_EQ(members, 1u) << "the old connection's membership is gone";
  }
}

TEST(Resume, AnOlderConnectionWhoseMailIsLateDoesNotTakeTheSessionFromANewerOne) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    HubRig rig({.shards = 3, .seed = seed});
    Traveller ada(rig, "user:ada");
    ada.Connect(0);
    ASSERT_TRUE(ada.Welcomed());
    // The session's home is slow, and takes what two shards have sent in any order.
    rig.Hold(0, true);
    const auto older = ada.Connect(1);
    rig.Pass(4s);
    const auto newer = ada.Connect(2);
    rig.Hold(0, false);
    ASSERT_TRUE(ada.Welcomed());
    EXPECT_TRUE(ada.resumed);
    EXPECT_FALSE(rig.wire(newer).closed);
    EXPECT_EQ(rig.wire(older).code, DisconnectCode::kTakenOver);
  }
}

TEST(Resume, OfManyConnectionsThatAskAtOnceTheNewestHasTheSession) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE(seed);
    HubRig rig({.shards = 3, .seed = seed});
    Traveller ada(rig, "user:ada");
    const auto first = ada.Connect(0);
    ASSERT_TRUE(ada.Welcomed());
    const std::string id = ada.id;
    std::vector<hub::ConnectionId> all{first};
    // Nothing is carried between the shards meanwhile; some of them give up before an answer.
    for (std::uint16_t i = 0; i < 6; ++i) {
      all.push_back(ada.Connect(static_cast<std::uint16_t>((seed + i) % 3)));
      if ((seed + i) % 4 == 0) rig.Close(all.back());
    }
    rig.Settle();
    int open = 0;
    for (const auto connection : all) {
      if (rig.wire(connection).closed) continue;
      ++open;
      EXPECT_EQ(rig.Next<Welcome>(connection).session_id.view, id);
    }
    EXPECT_LE(open, 1);
    // Whoever had it last, the next one finds it.
    ada.Connect(2);
    ASSERT_TRUE(ada.Welcomed());
    EXPECT_TRUE(ada.resumed);
    EXPECT_EQ(ada.id, id);
  }
}

struct Guess {
  std::string name;
  std::optional<hub::ResumeOutcome> outcome;
  void (*change)(std::string& id, std::string& key);
};

TEST(Resume, WhoHasNotIdAndKeyGetsASessionOfItsOwnAndIsNotToldWhy) {
  const std::vector<Guess> table{
      {"a wrong key", hub::ResumeOutcome::kWrongKey,
       [](std::string&, std::string& key) { key.back() = static_cast<char>(key.back() ^ 1); }},
      {"no key", hub::ResumeOutcome::kUnknown, [](std::string&, std::string& key) { key.clear(); }},
      {"a longer key", hub::ResumeOutcome::kUnknown,
       [](std::string&, std::string& key) { key.push_back('x'); }},
      {"an id that never was", hub::ResumeOutcome::kUnknown,
       [](std::string& id, std::string&) { id.back() = id.back() == '0' ? '1' : '0'; }},
      {"an id of a shard that is not", hub::ResumeOutcome::kUnknown,
       [](std::string& id, std::string&) { id.replace(0, 4, "00ff"); }},
      {"an id with other digits", hub::ResumeOutcome::kUnknown,
       [](std::string& id, std::string&) { id.back() = 'G'; }},
      {"an id of 64 KB", hub::ResumeOutcome::kUnknown,
       [](std::string& id, std::string&) { id.assign(65536, '0'); }},
  };
  for (const Guess& row : table) {
    SCOPED_TRACE(row.name);
    HubRig rig({.shards = 2});
    Traveller ada(rig, "user:ada");
    const auto old = ada.Connect(0);
    ASSERT_TRUE(ada.Welcomed());
    const std::string id = ada.id;
    row.change(ada.id, ada.key);
    ada.Connect(1);
    ASSERT_TRUE(ada.Welcomed());
    EXPECT_FALSE(ada.resumed);
    EXPECT_NE(ada.id, id);
    EXPECT_EQ(rig.events().resumes[*row.outcome], 1);
    EXPECT_FALSE(rig.wire(old).closed) << "a guess must not end anybody's connection";
  }
}

TEST(Resume, TheTokenIsLookedAtAnew) {
  HubRig rig;
  Traveller ada(rig, "user:ada");
  rig.Close(ada.Connect(0));
  // Before Welcome was read the key was not known; again.
  const auto first = ada.Connect(0);
  ASSERT_TRUE(ada.Welcomed());
  rig.Close(first);

  Traveller late(rig, "expired:ada");
  late.id = ada.id;
  late.key = ada.key;
  const auto refused = late.Connect(0);
  rig.Settle();
  EXPECT_EQ(rig.wire(refused).code, DisconnectCode::kTokenExpired);
  EXPECT_EQ(rig.shard(0).counts().parked, 2u) << "it stays parked for a good token";

  const std::string id = ada.id;
  ada.Connect(0);
  ASSERT_TRUE(ada.Welcomed());
  EXPECT_TRUE(ada.resumed);

  Traveller bob(rig, "user:bob");
  bob.id = id;
  bob.key = ada.key;
  bob.Connect(0);
  ASSERT_TRUE(bob.Welcomed());
  EXPECT_FALSE(bob.resumed) << "the session is ada's";
  EXPECT_EQ(rig.events().resumes[hub::ResumeOutcome::kOtherUser], 1);
}

TEST(Resume, AParkedSessionIsThereUntilTheWindowIsOver) {
  for (const bool in_time : {true, false}) {
    HubRig rig;
    Traveller ada(rig, "user:ada");
    const auto connection = ada.Connect(0);
    ASSERT_TRUE(ada.Welcomed());
    rig.Close(connection);
    rig.Settle();
    EXPECT_EQ(rig.shard(0).counts().parked, 1u);
    rig.Pass(in_time ? 59'999ms : 60'000ms);
    ada.Connect(0);
    ASSERT_TRUE(ada.Welcomed());
    EXPECT_EQ(ada.resumed, in_time);
    EXPECT_EQ(rig.events().parked_dropped[hub::ParkedDrop::kExpired], in_time ? 0 : 1);
  }
}

struct Goodbye {
  std::string name;
  void (*leave)(HubRig& rig, hub::ConnectionId connection);
  bool parks;
};

TEST(Resume, HowAConnectionEndsDecidesWhetherItsSessionIsParked) {
  const std::vector<Goodbye> table{
      {"lost", [](HubRig& rig, hub::ConnectionId id) { rig.Close(id, 1006); }, true},
      {"no status", [](HubRig& rig, hub::ConnectionId id) { rig.Close(id, 1005); }, true},
      {"the page is frozen", [](HubRig& rig, hub::ConnectionId id) { rig.Close(id, 1001); }, true},
      {"closed for good", [](HubRig& rig, hub::ConnectionId id) { rig.Close(id, 1000); }, false},
      {"it broke RFC 6455", [](HubRig& rig, hub::ConnectionId id) { rig.Close(id, 1002); }, false},
      {"Bye",
       [](HubRig& rig, hub::ConnectionId id) {
         rig.Say(id, {0, Bye{}});
       },
       false},
      {"bytes that are no frame",
       [](HubRig& rig, hub::ConnectionId id) { rig.SayBytes(id, "\x0a\x7f"); }, false},
      {"silence", [](HubRig& rig, hub::ConnectionId) { rig.Pass(35s); }, true},
      {"the hub stops", [](HubRig& rig, hub::ConnectionId) { rig.shard(0).Shutdown(rig.now()); },
       false},
  };
  for (const Goodbye& row : table) {
    SCOPED_TRACE(row.name);
    HubRig rig;
    Traveller ada(rig, "user:ada");
    ada.rooms = {{"chat:a", {}}};
    const auto connection = ada.Connect(0);
    ASSERT_TRUE(ada.Welcomed());
    row.leave(rig, connection);
    rig.Settle();
    EXPECT_EQ(rig.shard(0).counts().sessions, 0u);
    EXPECT_EQ(rig.shard(0).counts().members, 0u);
    EXPECT_EQ(rig.shard(0).counts().parked, row.parks ? 1u : 0u);
    ada.Connect(0);
    ASSERT_TRUE(ada.Welcomed());
    EXPECT_EQ(ada.resumed, row.parks);
  }
}

TEST(Resume, OneThatIsLostAgainBeforeItsWelcomeIsParkedAsItWas) {
  HubRig rig({.shards = 2});
  Traveller ada(rig, "user:ada");
  ada.rooms = {{"chat:a", {}}};
  const auto connection = ada.Connect(0);
  ASSERT_TRUE(ada.Welcomed());
  rig.Close(connection);
  rig.Settle();
  for (std::uint16_t i = 0; i < 4; ++i) {
    rig.Close(ada.Connect(i % 2));
    rig.Settle();
    EXPECT_EQ(rig.shard(0).counts().parked + rig.shard(1).counts().parked, 1u);
  }
  ada.Connect(1);
  ASSERT_TRUE(ada.Welcomed());
  EXPECT_TRUE(ada.resumed);
}

TEST(Resume, ParkedSessionsAreBoundedInNumberAndInBytesAndTheOldestGoFirst) {
  for (const bool by_bytes : {false, true}) {
    SCOPED_TRACE(by_bytes);
    HubRig::Options options;
    hub::HubConfig config = HubRig::DefaultConfig(options);
    (by_bytes ? config.parked_bytes_max : config.parked_max) = by_bytes ? 3072 : 3;
    HubRig rig(options, config);
    std::vector<std::unique_ptr<Traveller>> all;
    for (int i = 0; i < 20; ++i) {
      all.push_back(std::make_unique<Traveller>(rig, "user:u" + std::to_string(i)));
      const auto connection = all.back()->Connect(0);
      ASSERT_TRUE(all.back()->Welcomed());
      rig.Close(connection);
      rig.Settle();
    }
    const std::size_t parked = rig.shard(0).counts().parked;
    EXPECT_GE(parked, 3u);
    EXPECT_LT(parked, 15u);
    EXPECT_EQ(rig.events().parked_dropped[hub::ParkedDrop::kEvicted],
              static_cast<int>(20 - parked));
    all.back()->Connect(0);
    ASSERT_TRUE(all.back()->Welcomed());
    EXPECT_TRUE(all.back()->resumed);
    all.front()->Connect(0);
    ASSERT_TRUE(all.front()->Welcomed());
    EXPECT_FALSE(all.front()->resumed);
  }
}

TEST(Resume, WithoutAWindowNothingIsParked) {
  HubRig::Options options;
  hub::HubConfig config = HubRig::DefaultConfig(options);
  config.resume_window = Duration(0);
  HubRig rig(options, config);
  Traveller ada(rig, "user:ada");
  const auto connection = ada.Connect(0);
  ASSERT_TRUE(ada.Welcomed());
  EXPECT_EQ(ada.resume_window_ms, 0u);
  rig.Close(connection);
  rig.Settle();
  EXPECT_EQ(rig.shard(0).counts().parked, 0u);
  ada.Connect(0);
  ASSERT_TRUE(ada.Welcomed());
  EXPECT_FALSE(ada.resumed);
}

TEST(Resume, ComingBackDoesNotRefillThePublishRate) {
  HubRig::Options options;
  hub::HubConfig config = HubRig::DefaultConfig(options);
  config.publish_burst = 2;
  config.publishes_per_second = 1;
  HubRig rig(options, config);
  Traveller ada(rig, "user:ada");
  ada.rooms = {{"chat:a", {}}};
  auto connection = ada.Connect(0);
  ASSERT_TRUE(ada.Welcomed());
  rig.Publish(connection, "chat:a", "one");
  rig.Publish(connection, "chat:a", "two");
  rig.Close(connection);
  connection = ada.Connect(0);
  ASSERT_TRUE(ada.Welcomed());
  rig.Publish(connection, "chat:a", "three");
  EXPECT_EQ(rig.Next<Error>(connection).code,
            static_cast<std::uint32_t>(ErrorCode::kTooManyRequests));
}

}  // namespace
}  // namespace roomcast::test
