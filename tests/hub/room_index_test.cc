// Rooms by name: one at once, all of them in order.
#include "server/hub/room_index.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace roomcast::hub {
namespace {

std::unique_ptr<HomeRoom> Named(std::string_view name) {
  auto room = std::make_unique<HomeRoom>();
  room->name = name;
  return room;
}

std::vector<std::string> NamesFrom(const RoomIndex& rooms, std::string_view from,
                                   std::size_t most = SIZE_MAX) {
  std::vector<std::string> names;
  rooms.VisitFrom(from, [&](const HomeRoom& room) {
    names.push_back(room.name);
    return names.size() < most;
  });
  return names;
}

TEST(RoomIndex, FindsByNameAndVisitsInOrder) {
  RoomIndex rooms(HashKey{});
  for (const char* name : {"chat:b", "chat", "chat:a", "a room whose name is no short string"}) {
    EXPECT_EQ(rooms.Add(Named(name)).name, name);
  }
  EXPECT_EQ(rooms.size(), 4U);
  ASSERT_NE(rooms.Find("chat:a"), nullptr);
  EXPECT_EQ(rooms.Find("chat:a")->name, "chat:a");
  EXPECT_EQ(rooms.Find("chat:"), nullptr);
  EXPECT_EQ(NamesFrom(rooms, "chat"), (std::vector<std::string>{"chat", "chat:a", "chat:b"}));
  EXPECT_EQ(NamesFrom(rooms, "", 2),
            (std::vector<std::string>{"a room whose name is no short string", "chat"}));
}

TEST(RoomIndex, ARoomThatIsRemovedIsInNeither) {
  RoomIndex rooms(HashKey{});
  const HomeRoom& room = rooms.Add(Named("chat:a"));
  rooms.Add(Named("chat:b"));
  rooms.Remove(room);
  EXPECT_EQ(rooms.Find("chat:a"), nullptr);
  EXPECT_EQ(NamesFrom(rooms, ""), (std::vector<std::string>{"chat:b"}));
}

}  // namespace
}  // namespace roomcast::hub
