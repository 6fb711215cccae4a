#include "proto/protocol/wire_reader.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proto/protocol/random.h"
#include "tests/protocol/every_field.h"

namespace roomcast {
namespace {

// Reads from memory of exactly its size, so that a sanitizer sees a read past the end, and writes
// what was read; nullopt if it was refused.
std::optional<std::string> Reread(std::string_view bytes) {
  const std::unique_ptr<char[]> alone(new char[bytes.size()]);
  bytes.copy(alone.get(), bytes.size());
  Arena arena(1 << 20);
  EveryField message;
  if (!MessageReader(arena).Read(std::string_view(alone.get(), bytes.size()), message)) {
    return std::nullopt;
  }
  return ToHex(Encode(message));
}

struct Row {
  const char* what;
  const char* in;
  const char* out;  // nullptr: refused
};

void Check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    const std::optional<std::string> out = Reread(FromHex(row.in));
    if (row.out == nullptr) {
      EXPECT_EQ(out, std::nullopt) << row.what;
    } else {
      EXPECT_EQ(out, std::optional(ToHex(FromHex(row.out)))) << row.what;
    }
  }
}

TEST(WireReaderTest, EveryKindOfFieldComesBack) {
  Check({
      {"nothing", "", ""},
      {"uint32", "08ac02", "08ac02"},
      {"uint64", "10ffffffffffffffffff01", "10ffffffffffffffffff01"},
      {"int64", "18feffffffffffffffff01", "18feffffffffffffffff01"},
      {"bool", "2001", "2001"},
      {"enum", "2801", "2801"},
      {"an enum value of a later version", "28b960", "28b960"},
      {"a negative enum value", "28feffffffffffffffff01", "28feffffffffffffffff01"},
      {"text", "3202c3a9", "3202c3a9"},
      {"bytes", "3a0200ff", "3a0200ff"},
      {"an empty message", "4200", "4200"},
      {"a message", "42050803120170", "42050803120170"},
      {"messages", "4a004a0208014a00", "4a004a0208014a00"},
      {"texts", "5201615200", "5201615200"},
      {"packed numbers", "5a040001ac02", "5a040001ac02"},
      {"fixed64", "610807060504030201", "610807060504030201"},
      {"arms", "6a020801", "6a020801"},
      {"a number as an arm, at its default", "7000", "7000"},
      {"a text as an arm, at its default", "7a00", "7a00"},
      {"a message of its own kind", "820102 0801", "820102 0801"},
  });
}

TEST(WireReaderTest, NumbersAreTakenAsTheOfficialRuntimeTakesThem) {
  Check({
      {"a varint longer than it must be", "088100", "0801"},
      {"a uint32 keeps the low 32 bits", "08ffffffffffffffffff01", "08ffffffff0f"},
      {"a bool is true for any number but 0", "20ffffffffffffffffff01", "2001"},
      {"a bool above 32 bits", "208080808010", "2001"},
      {"an enum keeps the low 32 bits", "288180808010", "2801"},
      {"bits above 64 are lost", "1080808080808080808002", ""},
      {"a varint of eleven bytes", "108080808080808080808001", nullptr},
      {"a varint that does not end", "1080", nullptr},
      {"a varint without a byte", "10", nullptr},
      {"fixed64 cut short", "6108070605040302", nullptr},
      {"an explicit default is not kept", "0800 1000 3200", ""},
  });
}

TEST(WireReaderTest, FieldsMayComeInAnyOrderAndTheLastOneCounts) {
  Check({
      {"in another order", "320174 0801", "0801 320174"},
      {"twice", "0801 0802", "0802"},
      {"back to its default", "0801 0800", ""},
      {"text twice", "320161 320162", "320162"},
      {"text back to nothing", "320161 3200", ""},
      {"items with others between", "4a020801 0805 4a020802", "0805 4a020801 4a020802"},
  });
}

TEST(WireReaderTest, AMessageThatComesTwiceIsMerged) {
  Check({
      {"fields of both", "42020803 4203120170", "4205 0803 120170"},
      {"the later one wins", "42020803 42020804", "42020804"},
      {"an arm of a oneof, twice the same", "6a020803 6a03120170", "6a05 0803 120170"},
  });
}

TEST(WireReaderTest, TheLastArmOfAOneOfCounts) {
  Check({
      {"another kind", "6a020803 7005", "7005"},
      {"and back is begun anew", "6a020803 7005 6a03120170", "6a03120170"},
      {"number after number", "7005 7006", "7006"},
      {"text after message", "6a00 7a0161", "7a0161"},
  });
}

TEST(WireReaderTest, RepeatedNumbersMayBePackedOrNotOrBoth) {
  Check({
      {"one by one", "5801 5802", "5a020102"},
      {"both", "5801 5a020203 5804", "5a0401020304"},
      {"packed, and empty", "5a00", ""},
      {"packed, twice", "5a0101 5a0102", "5a020102"},
      {"packed, and cut inside a number", "5a0180", nullptr},
      {"packed, and a number over the end", "5a020180 01", nullptr},
  });
}

TEST(WireReaderTest, UnknownFieldsAreIgnoredWhateverTheirWireType) {
  Check({
      {"varint", "980601 0801", "0801"},
      {"fixed64", "99060102030405060708 0801", "0801"},
      {"bytes", "9a0603616263 0801", "0801"},
      {"bytes that are not text", "9a0601ff 0801", "0801"},
      {"a group", "9b06 0801 320161 9c06 0802", "0802"},
      {"an empty group", "9b06 9c06", ""},
      {"a group in a group", "9b06 a306 a406 9c06 0801", "0801"},
      {"fixed32", "9d0601020304 0801", "0801"},
      {"the highest number", "f8ffffff0f01 0801", "0801"},
      {"a tag longer than it must be", "8880808000 01", "0801"},
      {"bits of a tag above 32 are lost", "88808080 10 01", "0801"},
      {"inside a message", "4207 980601 0803 9806", nullptr},
      {"inside a message, whole", "4205 980601 0803", "42020803"},
  });
}

TEST(WireReaderTest, AKnownFieldOfAnotherWireTypeIsUnknown) {
  Check({
      {"a number as bytes", "0a0101", ""},
      {"a number as fixed64", "090102030405060708", ""},
      {"a number as fixed32", "0d01020304", ""},
      {"a number as a group", "0b 0c", ""},
      {"text as a varint", "3001", ""},
      {"a message as a varint", "4001", ""},
      {"fixed64 as a varint", "6001", ""},
      {"fixed64 as fixed32", "6501020304", ""},
      {"an arm as a varint leaves the oneof alone", "7005 6801", "7005"},
      {"packed numbers as fixed32", "5d01020304", ""},
  });
}

TEST(WireReaderTest, WhatIsNotAnEncodingIsRefused) {
  Check({
      {"field number 0", "0001", nullptr},
      {"field number 0 as bytes", "0200", nullptr},
      {"a zero byte alone", "00", nullptr},
      {"wire type 6", "0e", nullptr},
      {"wire type 7", "0f", nullptr},
      {"wire type 6 of an unknown field", "9e06", nullptr},
      {"a tag that does not end", "88", nullptr},
      {"a tag of six bytes", "888080808000 01", nullptr},
      {"an end without a group", "9c06", nullptr},
      {"a group without an end", "9b06 0801", nullptr},
      {"a group with another's end", "9b06 a406", nullptr},
      {"a group that ends outside its message", "4202 9b06 9c06", nullptr},
      {"field number 0 in a group", "9b06 0001 9c06", nullptr},
      {"bytes without a length", "3a", nullptr},
      {"bytes past the end", "3a0261", nullptr},
      {"unknown bytes past the end", "9a060261", nullptr},
      {"an unknown fixed32 past the end", "9d06010203", nullptr},
      {"an unknown fixed64 past the end", "9906010203", nullptr},
      {"a length of 2 GiB", "3a8080808008", nullptr},
      {"a length of 4 GiB and one", "3a8180808010 61", nullptr},
      {"a length of six bytes", "3a818080808000 61", nullptr},
      {"a length longer than it must be", "3a818000 61", "3a0161"},
      {"a message past the end", "4203 0801", nullptr},
      {"a field over its message's end", "420108 01", nullptr},
  });
}

TEST(WireReaderTest, TextMustBeUtf8WhereverItStands) {
  Check({
      {"a field", "3201ff", nullptr},
      {"a character cut", "3201c3", nullptr},
      {"an item", "520161 5201ff", nullptr},
      {"an arm", "7a01ff", nullptr},
      {"in a message", "4203 1201ff", nullptr},
      {"in an item", "4a03 1201ff", nullptr},
      {"in an arm", "6a03 1201ff", nullptr},
      {"one that a later one would replace", "3201ff 320161", nullptr},
      {"bytes need not be", "3a01ff", "3a01ff"},
  });
}

std::string Nested(int depth, std::string_view inside) {
  std::string bytes(inside);
  for (int i = 0; i < depth; ++i) {
    std::string outer = FromHex("8201");
    char length[16];
    outer.append(length,
                 static_cast<std::size_t>(wire::WriteVarint(length, bytes.size()) - length));
    bytes = outer + bytes;
  }
  return bytes;
}

std::string Groups(int depth) {
  std::string bytes;
  for (int i = 0; i < depth; ++i) bytes += FromHex("9b06");
  for (int i = 0; i < depth; ++i) bytes += FromHex("9c06");
  return bytes;
}

TEST(WireReaderTest, MessagesAndGroupsNestAHundredDeepAsInTheOfficialRuntime) {
  EXPECT_TRUE(Reread(Nested(100, "")).has_value());
  EXPECT_FALSE(Reread(Nested(101, "")).has_value());
  EXPECT_TRUE(Reread(Groups(100)).has_value());
  EXPECT_FALSE(Reread(Groups(101)).has_value());
  EXPECT_TRUE(Reread(Nested(60, Groups(40))).has_value());
  EXPECT_FALSE(Reread(Nested(60, Groups(41))).has_value());
  EXPECT_FALSE(Reread(Groups(100'000)).has_value()) << "and no stack is spent on more";
}

TEST(WireReaderTest, DepthIsGivenBackAfterEachMessage) {
  std::string bytes;
  for (int i = 0; i < 10; ++i) bytes += Nested(50, Groups(20));
  EXPECT_TRUE(Reread(bytes).has_value());
}

TEST(WireReaderTest, MoreThanTheArenaMayHoldIsRefusedAndLessIsNot) {
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes += FromHex("4a00");
  EveryField message;
  Arena small(1000 * sizeof(Point) / 2);
  EXPECT_FALSE(MessageReader(small).Read(bytes, message));
  Arena large(1 << 20);
  message = {};
  EXPECT_TRUE(MessageReader(large).Read(bytes, message));
  EXPECT_EQ(message.points.size(), 1000u);
}

TEST(WireReaderTest, PayloadsAreViewsOfTheReceivedBytes) {
  const std::string bytes = FromHex("320161 3a0162");
  Arena arena(1024);
  EveryField message;
  ASSERT_TRUE(MessageReader(arena).Read(bytes, message));
  EXPECT_EQ(message.text.view.data(), bytes.data() + 2);
  EXPECT_EQ(message.bytes.view.data(), bytes.data() + 5);
  EXPECT_EQ(arena.bytes_held(), 0u) << "nothing was copied";
}

TEST(WireReaderTest, RandomBytesAreRefusedOrReadAndNeverReadPastTheEnd) {
  int read = 0;
  for (std::uint64_t seed = 1; seed <= 50'000; ++seed) {
    Random random(seed);
    std::string bytes(random.Below(24), '\0');
    // Small numbers make likely tags and lengths.
    for (char& c : bytes) {
      c = static_cast<char>(random.Chance(700) ? random.Below(140) : random.Below(256));
    }
    const std::optional<std::string> out = Reread(bytes);
    if (!out) continue;
    ++read;
    // What was written is read again as itself.
    ASSERT_EQ(Reread(FromHex(*out)), out) << "seed " << seed << " " << ToHex(bytes);
  }
  EXPECT_GT(read, 1'000);
}

}  // namespace
}  // namespace roomcast
