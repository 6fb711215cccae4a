#include "proto/protocol/wire_writer.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/protocol/every_field.h"

namespace roomcast {
namespace {

std::string HexOf(const EveryField& message) {
  const std::string bytes = Encode(message);
  EXPECT_EQ(bytes.size(), wire::EncodedBytes(message)) << "measured and written differ";
  return ToHex(bytes);
}

TEST(WireWriterTest, VarintsAreAsLongAsTheyMustBe) {
  for (int bit = 0; bit < 64; ++bit) {
    const std::uint64_t one = std::uint64_t{1} << bit;
    for (const std::uint64_t value : {one, one - 1, one | 1}) {
      char out[16];
      const auto size = static_cast<std::size_t>(wire::WriteVarint(out, value) - out);
      ASSERT_EQ(size, wire::VarintBytes(value)) << value;
    }
  }
  EXPECT_EQ(wire::VarintBytes(0), 1u);
  EXPECT_EQ(wire::VarintBytes(127), 1u);
  EXPECT_EQ(wire::VarintBytes(128), 2u);
  EXPECT_EQ(wire::VarintBytes(UINT64_MAX), 10u);
}

TEST(WireWriterTest, DefaultsAreNotWritten) { EXPECT_EQ(HexOf(EveryField{}), ""); }

TEST(WireWriterTest, Numbers) {
  EXPECT_EQ(HexOf({.u32 = 300}), "08ac02");
  EXPECT_EQ(HexOf({.u32 = UINT32_MAX}), "08ffffffff0f");
  EXPECT_EQ(HexOf({.u64 = UINT64_MAX}), "10ffffffffffffffffff01");
  EXPECT_EQ(HexOf({.i64 = 1}), "1801");
  EXPECT_EQ(HexOf({.i64 = -1}), "18ffffffffffffffffff01");
  EXPECT_EQ(HexOf({.i64 = INT64_MIN}), "1880808080808080808001");
  EXPECT_EQ(HexOf({.flag = true}), "2001");
  EXPECT_EQ(HexOf({.colour = Colour::kRed}), "2801");
  EXPECT_EQ(HexOf({.colour = static_cast<Colour>(-2)}), "28feffffffffffffffff01");
  EXPECT_EQ(HexOf({.fixed = 0x0102030405060708u}), "610807060504030201");
}

TEST(WireWriterTest, TextAndBytes) {
  EXPECT_EQ(HexOf({.text = "é"}), "3202c3a9");
  EXPECT_EQ(HexOf({.bytes = Bytes(std::string_view("\0\xff", 2))}), "3a0200ff");
  const std::string long_text(200, 'a');
  EXPECT_EQ(HexOf({.text = Text(long_text)}), "32c801" + ToHex(long_text));
}

TEST(WireWriterTest, AMessageThatIsThereIsWrittenAlsoWhenEmpty) {
  EXPECT_EQ(HexOf({.point = Point{}}), "4200");
  EXPECT_EQ(HexOf({.point = Point{-1, "p"}}), "420e08ffffffffffffffffff01120170");
}

TEST(WireWriterTest, EveryItemIsWrittenAlsoAnEmptyOne) {
  const std::vector<Point> points{{1, ""}, {}, {0, "b"}};
  EXPECT_EQ(HexOf({.points = points}), "4a0208014a004a03120162");
  const std::vector<Text> texts{"a", "", "b"};
  EXPECT_EQ(HexOf({.texts = texts}),
            "52016152005201"
            "62");
}

TEST(WireWriterTest, RepeatedNumbersArePacked) {
  const std::vector<std::uint32_t> numbers{0, 1, 300};
  EXPECT_EQ(HexOf({.numbers = numbers}), "5a040001ac02");
}

TEST(WireWriterTest, AnArmOfAOneOfIsWrittenAlsoAtItsDefault) {
  EXPECT_EQ(HexOf({.body = Point{}}), "6a00");
  EXPECT_EQ(HexOf({.body = Count{0}}), "7000");
  EXPECT_EQ(HexOf({.body = Count{7}}), "7007");
  EXPECT_EQ(HexOf({.body = Text{}}), "7a00");
  EXPECT_EQ(HexOf({.body = Text{"x"}}), "7a0178");
}

TEST(WireWriterTest, FieldsComeInTheOrderOfTheirNumbers) {
  const std::vector<EveryField> inner{{.u32 = 1}};
  const EveryField all{.u32 = 1, .text = "t", .fixed = 1, .body = Count{1}, .inner = inner};
  EXPECT_EQ(HexOf(all),
            "0801"
            "320174"
            "610100000000000000"
            "7001"
            "8201020801");
}

TEST(WireWriterTest, DeepMessagesAreNotMeasuredAgainAtEveryLevel) {
  // If each level measured twice, this would be 2^60 visits.
  std::vector<EveryField> levels(60);
  for (std::size_t i = 1; i < levels.size(); ++i) {
    levels[i].inner = Repeated<EveryField>(&levels[i - 1], 1);
  }
  EXPECT_EQ(HexOf(levels.back()).substr(0, 12), "8201bd018201");
}

TEST(WireWriterTest, AnItemCarriesItsTagAndLength) {
  std::string out = "before";
  wire::AppendItem(out, 1, Point{1, ""});
  wire::AppendItem(out, 200, Point{});
  EXPECT_EQ(out, "before" + FromHex("0a020801 c20c00"));
}

TEST(WireWriterTest, AnItemOfAnyLengthHasTheBytesOfItsParts) {
  // Across the lengths at which a length takes another byte, and small messages become large.
  for (std::size_t bytes = 0; bytes < 1200; ++bytes) {
    const std::string label(bytes, 'x');
    EveryField message;
    message.point = Point{1, label};
    const std::string point = Encode(*message.point);
    char head[3];
    std::string inner("\x42");  // field 8
    inner.append(head, static_cast<std::size_t>(wire::WriteVarint(head, point.size()) - head));
    inner += point;
    ASSERT_EQ(Encode(message), inner) << bytes;
    std::string whole("\x0a");  // field 1
    whole.append(head, static_cast<std::size_t>(wire::WriteVarint(head, inner.size()) - head));
    whole += inner;
    std::string out;
    wire::AppendItem(out, 1, message);
    ASSERT_EQ(out, whole) << bytes;
  }
}

TEST(WireWriterTest, WhatWasThereBeforeStays) {
  std::string out = "before";
  wire::AppendEncoded(out, Point{1, "x"});
  EXPECT_EQ(out, "before" + FromHex("0801120178"));
}

}  // namespace
}  // namespace roomcast
