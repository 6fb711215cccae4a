#include "proto/protocol/room_name.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "proto/protocol/limits.h"

namespace roomcast {
namespace {

using Fault = RoomNameFault;

struct Row {
  const char* what;
  std::string name;
  Fault fault;
};

const Row kRows[] = {
    {"one byte", "a", Fault::kNone},
    {"a namespace and a name", "chat:42", Fault::kNone},
    {"several colons", "chat:a:b", Fault::kNone},
    {"the hub's own", "$user:ann", Fault::kNone},
    {"a space inside", "a b", Fault::kNone},
    {"other scripts", "chat:пример-例", Fault::kNone},
    {"four-byte characters", "\xf0\x9f\x8e\x89", Fault::kNone},
    {"the longest", std::string(255, 'x'), Fault::kNone},
    {"the first character after the C1 controls", "\xc2\xa0", Fault::kNone},
    {"a lead byte as of C1, in another character", "\xc3\x82", Fault::kNone},
    {"nothing", "", Fault::kEmpty},
    {"a byte too long", std::string(256, 'x'), Fault::kTooLong},
    {"a character cut at the end", "a\xc3", Fault::kNotUtf8},
    {"a continuation byte alone", "\x80", Fault::kNotUtf8},
    {"an overlong slash", "\xc0\xaf", Fault::kNotUtf8},
    {"a surrogate", "\xed\xa0\x80", Fault::kNotUtf8},
    {"a zero byte", std::string("a\0b", 3), Fault::kControlCharacter},
    {"a newline", "a\nb", Fault::kControlCharacter},
    {"a tab", "\tb", Fault::kControlCharacter},
    {"the last C0 control", "a\x1f", Fault::kControlCharacter},
    {"DEL", "a\x7f", Fault::kControlCharacter},
    {"the first C1 control", "a\xc2\x80", Fault::kControlCharacter},
    {"the last C1 control", "a\xc2\x9f z", Fault::kControlCharacter},
    {"a leading space", " a", Fault::kSpaceAtEnds},
    {"a trailing space", "a ", Fault::kSpaceAtEnds},
    {"a space alone", " ", Fault::kSpaceAtEnds},
};

TEST(RoomNameTest, NamesAreWhatTheTableSays) {
  for (const Row& row : kRows) EXPECT_EQ(CheckRoomName(row.name), row.fault) << row.what;
}

TEST(RoomNameTest, EveryFaultIsDescribedInItsOwnWords) {
  std::set<std::string_view> seen;
  for (const Fault fault : {Fault::kNone, Fault::kEmpty, Fault::kTooLong, Fault::kNotUtf8,
                            Fault::kControlCharacter, Fault::kSpaceAtEnds}) {
    EXPECT_FALSE(Describe(fault).empty());
    EXPECT_TRUE(seen.insert(Describe(fault)).second) << Describe(fault);
  }
  EXPECT_NE(Describe(Fault::kTooLong).find(std::to_string(kRoomNameBytesMax)),
            std::string_view::npos);
}

TEST(RoomNameTest, TheNamespaceIsWhatStandsBeforeTheFirstColon) {
  EXPECT_EQ(NamespaceOf("chat:42"), "chat");
  EXPECT_EQ(NamespaceOf("chat:a:b"), "chat");
  EXPECT_EQ(NamespaceOf("lobby"), "default");
  EXPECT_EQ(NamespaceOf(":x"), "");
  EXPECT_EQ(NamespaceOf("x:"), "x");
  EXPECT_EQ(NamespaceOf("$user:ann"), "$user");
}

TEST(RoomNameTest, ADollarInFrontIsTheHubsOwn) {
  EXPECT_TRUE(IsHubsOwn("$sys:stats"));
  EXPECT_FALSE(IsHubsOwn("chat:$"));
  EXPECT_FALSE(IsHubsOwn(""));
}

}  // namespace
}  // namespace roomcast
