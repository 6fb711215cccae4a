// Pages of a room's history: from either end, between positions, and what a position that makes no
// sense is answered with.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/support/hub_rig.h"

namespace roomcast::test {
namespace {

using Offsets = std::vector<std::uint64_t>;

// chat:a with ten publications, of which the last eight are kept.
class HistoryOf {
 public:
  explicit HistoryOf(std::uint16_t shards = 1)
      : rig({.shards = shards}, Config(shards)), reader(rig.Greeted(0)) {
    top = *rig.JoinRoom(reader, "chat:a").position;
    for (int i = 1; i <= 10; ++i) rig.Publish(reader, "chat:a", "number " + std::to_string(i));
    rig.Settle();
    rig.Take(reader);
  }
  static hub::HubConfig Config(std::uint16_t shards) {
    hub::HubConfig config = HubRig::DefaultConfig({.shards = shards});
    for (hub::NamespaceConfig& one : config.namespaces) {
      if (one.name == "chat") one.keep.messages = 8;
      if (one.name == "drop") one.keep.messages = 0;
    }
    return config;
  }

  // The answer to one command; nothing else may come.
  ServerMessage Ask(const History& history) {
    rig.Say(reader, {33, history});
    rig.Settle();
    const auto all = rig.Take(reader);
    EXPECT_EQ(all.size(), 1u);
    if (all.empty()) return {};
    EXPECT_EQ(all[0].id, 33u);
    return all[0];
  }
  Position at(std::uint64_t offset) const { return {top.epoch, offset}; }

  HubRig rig;
  hub::ConnectionId reader;
  Position top;
};

Offsets OffsetsOf(const HistoryPage& page) {
  Offsets offsets;
  for (const Publication& publication : page.publications) {
    EXPECT_EQ(publication.data.view, "number " + std::to_string(publication.offset));
    offsets.push_back(publication.offset);
  }
  return offsets;
}

struct Asked {
  std::string name;
  std::optional<std::uint64_t> since;
  std::optional<std::uint64_t> before;
  std::uint32_t limit;
  bool reverse;
  Offsets offsets;
  bool more;
  bool lost;
};

TEST(History, PagesRunFromEitherEnd) {
  HistoryOf room(3);
  const std::vector<Asked> table{
      {"the position alone", {}, {}, 0, false, {}, false, false},
      {"from the beginning", {}, {}, 3, false, {3, 4, 5}, true, false},
      {"all of it", {}, {}, 100, false, {3, 4, 5, 6, 7, 8, 9, 10}, false, false},
      {"since a position", 7, {}, 2, false, {8, 9}, true, false},
      {"to the top", 7, {}, 3, false, {8, 9, 10}, false, false},
      {"since the top", 10, {}, 5, false, {}, false, false},
      {"the newest first", {}, {}, 3, true, {10, 9, 8}, true, false},
      {"before a position", {}, 6, 2, true, {5, 4}, true, false},
      {"down to the oldest", {}, 6, 3, true, {5, 4, 3}, false, false},
      {"between two", 4, 7, 100, false, {5, 6}, false, false},
      {"between two, downwards", 4, 7, 1, true, {6}, true, false},
      {"nothing between", 4, 5, 100, false, {}, false, false},
      {"since before what is kept", 1, {}, 2, false, {3, 4}, true, true},
      {"since just before it", 2, {}, 2, false, {3, 4}, true, false},
      {"before what is kept", {}, 3, 5, true, {}, false, true},
      {"before the first of all", {}, 1, 5, true, {}, false, false},
      {"since the future", 11, {}, 5, false, {}, false, true},
      {"since the far future", UINT64_MAX, {}, 5, false, {}, false, true},
      {"before the next", {}, 11, 1, true, {10}, true, false},
      {"before the future", {}, 12, 1, true, {10}, true, true},
      {"before offset 0", {}, 0, 5, true, {}, false, false},
  };
  for (const Asked& row : table) {
    SCOPED_TRACE(row.name);
    History history{.room = "chat:a", .limit = row.limit, .reverse = row.reverse};
    if (row.since) history.since = room.at(*row.since);
    if (row.before) history.before = room.at(*row.before);
    const auto answer = room.Ask(history);
    const auto* page = std::get_if<HistoryPage>(&answer.body);
    ASSERT_NE(page, nullptr);
    EXPECT_EQ(*page->position, room.at(10));
    EXPECT_EQ(OffsetsOf(*page), row.offsets);
    EXPECT_EQ(page->more, row.more);
    EXPECT_EQ(page->lost, row.lost);
  }
}

TEST(History, PagesOneAfterTheOtherAreTheWholeHistory) {
  HistoryOf room;
  Offsets all;
  History history{.room = "chat:a", .limit = 3};
  for (bool more = true; more;) {
    const auto answer = room.Ask(history);
    const auto& page = std::get<HistoryPage>(answer.body);
    for (const std::uint64_t offset : OffsetsOf(page)) all.push_back(offset);
    more = page.more;
    history.since = room.at(all.back());
  }
  EXPECT_EQ(all, (Offsets{3, 4, 5, 6, 7, 8, 9, 10}));
}

TEST(History, APositionOfAnotherEpochIsLostAndReadingBeginsWhereItCan) {
  HistoryOf room;
  History history{.room = "chat:a", .since = Position{room.top.epoch + 1, 9}, .limit = 2};
  const auto answer = room.Ask(history);
  const auto& page = std::get<HistoryPage>(answer.body);
  EXPECT_EQ(OffsetsOf(page), (Offsets{3, 4}));
  EXPECT_TRUE(page.lost);
}

TEST(History, APageIsBoundedInBytes) {
  HubRig::Options options;
  hub::HubConfig config = HubRig::DefaultConfig(options);
  config.recovery_page_bytes = 4096;
  HubRig rig(options, config);
  const auto reader = rig.Greeted();
  rig.JoinRoom(reader, "chat:a");
  for (int i = 0; i < 10; ++i) rig.Publish(reader, "chat:a", std::string(1000, 'x'));
  rig.Settle();
  rig.Take(reader);
  rig.Say(reader, {5, History{.room = "chat:a", .limit = 1000}});
  const auto page = rig.Next<HistoryPage>(reader);
  EXPECT_EQ(page.publications.size(), 3u);
  EXPECT_TRUE(page.more);
}

struct Refused {
  std::string room;
  ErrorCode code;
  std::uint32_t limit = 10;
};

TEST(History, IsForThoseWhoMayReadIt) {
  HistoryOf room;
  const std::vector<Refused> table{
      {"chat:other", ErrorCode::kPermissionDenied},  // no member
      {"nowhere:a", ErrorCode::kUnknownNamespace},
      {"$sys:stats", ErrorCode::kUnknownNamespace},
      {"", ErrorCode::kBadRoomName},
      {"drop:a", ErrorCode::kNotAvailable},  // a member, but nothing is kept
  };
  room.rig.JoinRoom(room.reader, "drop:a");
  for (const Refused& row : table) {
    SCOPED_TRACE(row.room);
    const auto answer = room.Ask({.room = row.room, .limit = row.limit});
    ASSERT_TRUE(std::holds_alternative<Error>(answer.body));
    EXPECT_EQ(std::get<Error>(answer.body).code, static_cast<std::uint32_t>(row.code));
  }
  const auto answer = room.Ask({.room = "drop:a", .limit = 0});
  EXPECT_TRUE(std::holds_alternative<HistoryPage>(answer.body)) << "there is always a position";
}

}  // namespace
}  // namespace roomcast::test
