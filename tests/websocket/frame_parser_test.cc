// What an honest peer sends, read in both roles and in pieces of every size.
#include "server/websocket/frame_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/websocket/frame_lines.h"

namespace roomcast::websocket {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::size_t kPieceSizes[] = {1, 2, 3, 5, 7, 64, 1 << 20};

constexpr FrameShape kBinary{Opcode::kBinary};
constexpr FrameShape kText{Opcode::kText};
constexpr FrameShape kPing{Opcode::kPing};
constexpr FrameShape kPong{Opcode::kPong};
constexpr FrameShape kClose{Opcode::kClose};
constexpr FrameShape kFirst{Opcode::kBinary, false};
constexpr FrameShape kFirstText{Opcode::kText, false};
constexpr FrameShape kMiddle{Opcode::kContinuation, false};
constexpr FrameShape kLast{Opcode::kContinuation, true};

struct Part {
  FrameShape shape;
  std::string payload;
};

struct Story {
  std::string name;
  std::vector<Part> parts;
  Lines lines;
};

void PrintTo(const Story& story, std::ostream* out) { *out << story.name; }

class Conversation : public testing::TestWithParam<Story> {};

TEST_P(Conversation, IsReadAlikeInBothRolesAndInPiecesOfEverySize) {
  for (const Role role : {Role::kServer, Role::kClient}) {
    std::string wire;
    for (const Part& part : GetParam().parts) {
      wire += role == Role::kServer ? ClientFrame(part.shape, part.payload)
                                    : ServerFrame(part.shape, part.payload);
    }
    for (const std::size_t piece : kPieceSizes) {
      FrameParser parser({.role = role});
      EXPECT_EQ(Read(parser, wire, piece).lines, GetParam().lines) << "in pieces of " << piece;
      EXPECT_EQ(parser.HeldBytes(), 0u) << "an idle connection holds no buffer";
      EXPECT_FALSE(parser.MidMessage());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    FrameParser, Conversation,
    testing::Values(
        Story{"OneBinaryMessage", {{kBinary, "abc"}}, {"binary abc"}},
        Story{"OneTextMessage", {{kText, "h\xC3\xA9llo"}}, {"text h\xC3\xA9llo"}},
        Story{"EmptyMessages", {{kBinary, ""}, {kText, ""}}, {"binary ", "text "}},
        Story{"ManyMessagesInOnePiece",
              {{kBinary, "a"}, {kBinary, "bb"}, {kBinary, "ccc"}},
              {"binary a", "binary bb", "binary ccc"}},
        Story{"Length125", {{kBinary, std::string(125, 'x')}}, {"binary " + std::string(125, 'x')}},
        Story{"Length126", {{kBinary, std::string(126, 'x')}}, {"binary " + std::string(126, 'x')}},
        Story{"Length65535",
              {{kBinary, std::string(65535, 'x')}},
              {"binary " + std::string(65535, 'x')}},
        Story{"Length65536IsTheMost",
              {{kText, std::string(65536, 'x')}},
              {"text " + std::string(65536, 'x')}},
        Story{"Fragments",
              {{kFirst, "ab"}, {kMiddle, ""}, {kMiddle, "cd"}, {kLast, "e"}, {kBinary, "next"}},
              {"binary abcde", "binary next"}},
        Story{"TheWholeLimitInTwoFragments",
              {{kFirst, std::string(32768, 'x')}, {kLast, std::string(32768, 'y')}},
              {"binary " + std::string(32768, 'x') + std::string(32768, 'y')}},
        Story{"ACharacterCutByFragments",
              {{kFirstText, "\xF0\x9F"}, {kMiddle, "\x98"}, {kLast, "\x80!"}},
              {"text \xF0\x9F\x98\x80!"}},
        Story{
            "ControlFramesBetweenFragments",
            {{kFirst, "ab"}, {kPing, "p"}, {kMiddle, "c"}, {kPong, ""}, {kPing, ""}, {kLast, "d"}},
            {"ping p", "pong ", "ping ", "binary abcd"}},
        Story{"ALongPing",
              {{kPing, std::string(125, 'p')}, {kBinary, "a"}},
              {"ping " + std::string(125, 'p'), "binary a"}},
        Story{"CloseWithoutCode", {{kClose, ""}}, {"close 1005 "}},
        Story{"CloseWithCodeAndReason", {{kClose, ClosePayload(1000, "bye")}}, {"close 1000 bye"}},
        Story{"CloseInTheMiddleOfAMessage",
              {{kFirst, "ab"}, {kClose, ClosePayload(4999, "")}},
              {"close 4999 "}},
        Story{"NothingAfterCloseIsRead",
              {{kBinary, "a"}, {kClose, ClosePayload(1001, "")}, {kBinary, "b"}, {kPing, "c"}},
              {"binary a", "close 1001 "}}),
    [](const auto& row) { return row.param.name; });

TEST(FrameParser, AMessageWhollyInTheLentBufferIsAViewOfIt) {
  std::string lent = ClientFrame(kBinary, "hello") + ClientFrame(kPing, "p");
  std::span<std::byte> input = std::as_writable_bytes(std::span(lent));
  FrameParser parser({});
  const FrameEvent first = parser.Next(input);
  const auto& message = std::get<Message>(first);
  EXPECT_EQ(AsString(message.bytes), "hello");
  EXPECT_EQ(static_cast<void*>(message.bytes.data()), lent.data() + 6);
  EXPECT_EQ(parser.HeldBytes(), 0u);
  EXPECT_EQ(EventLine(parser.Next(input)), "ping p");
  EXPECT_EQ(parser.HeldBytes(), 0u);
}

TEST(FrameParser, BytesBehindAFrameStayInTheInput) {
  std::string lent = ClientFrame(kBinary, "a") + "tail";
  std::span<std::byte> input = std::as_writable_bytes(std::span(lent));
  FrameParser parser({});
  EXPECT_EQ(EventLine(parser.Next(input)), "binary a");
  EXPECT_EQ(AsString(input), "tail");
}

TEST(FrameParser, MemoryFollowsWhatArrivedAndNotWhatWasDeclared) {
  const std::string wire = ClientFrame(kBinary, std::string(65536, 'x'));
  FrameParser parser({});
  Read(parser, std::string_view(wire).substr(0, 1000), 1000);
  EXPECT_TRUE(parser.MidMessage());
  EXPECT_LT(parser.HeldBytes(), 2000u);
}

TEST(FrameParser, MemoryNeverExceedsTheLimitsHoweverTheMessageIsCut) {
  for (const std::size_t fragment : {1000u, 1025u, 4096u, 40000u}) {
    std::string wire;
    std::size_t written = 0;
    while (written < 65536) {
      const std::size_t size = std::min<std::size_t>(fragment, 65536 - written);
      const bool last = written + size == 65536;
      wire += ClientFrame({written == 0 ? Opcode::kBinary : Opcode::kContinuation, last},
                          std::string(size, 'x'));
      wire += ClientFrame(kPing, std::string(125, 'p'));
      written += size;
    }
    for (const std::size_t piece : {1u, 100u, 1500u, 65536u}) {
      FrameParser parser({.fragments_max = 66});
      const Reading reading = Read(parser, wire, piece);
      EXPECT_LE(reading.held_bytes_most, 65536 + kControlPayloadBytesMax);
      EXPECT_EQ(parser.HeldBytes(), 0u);
    }
  }
}

TEST(FrameParser, AMessageOf16MiBInFragmentsOfOneByteIsTakenWhereTheLimitsAllowIt) {
  FrameParser parser({.message_bytes_max = 16 << 20, .fragments_max = 1 << 24});
  std::string first = ClientFrame(kFirst, "a");
  const std::string middle = ClientFrame(kMiddle, "b");
  Read(parser, first, first.size());
  for (int i = 0; i < 100'000; ++i) Read(parser, middle, middle.size());
  const Reading end = Read(parser, ClientFrame(kLast, "c"), 100);
  EXPECT_THAT(end.lines, ElementsAre("binary a" + std::string(100'000, 'b') + "c"));
}

TEST(FrameParser, AFragmentCountAtTheLimitIsTaken) {
  std::string wire = ClientFrame(kFirst, "");
  for (int i = 0; i < 62; ++i) wire += ClientFrame(kMiddle, "x");
  wire += ClientFrame(kLast, "y");
  EXPECT_THAT(ReadLines({}, wire, 7), ElementsAre("binary " + std::string(62, 'x') + "y"));
}

TEST(FrameParser, ADeflatedMessageMayTravelInAnEighthMore) {
  const FrameParserConfig config{.compression = true, .message_bytes_max = 1000};
  const auto read = [&](bool compressed, std::size_t bytes) {
    const FrameShape shape{Opcode::kBinary, true, compressed};
    return ReadLines(config, ClientFrame(shape, std::string(bytes, 'x')), 1 << 20).front();
  };
  EXPECT_THAT(read(true, 1000 + 125 + 64), testing::StartsWith("deflated binary"));
  EXPECT_EQ(read(true, 1000 + 125 + 65), "error 1009 message_too_long");
  EXPECT_EQ(read(false, 1001), "error 1009 message_too_long");
}

TEST(FrameParser, TheLimitMayChangeBetweenMessages) {
  FrameParser parser({.message_bytes_max = 10});
  const std::string five = ClientFrame({Opcode::kBinary}, "12345");
  EXPECT_THAT(Read(parser, five, 100).lines, ElementsAre("binary 12345"));
  parser.LimitMessages(0);
  EXPECT_THAT(Read(parser, ClientFrame({Opcode::kBinary}, ""), 100).lines, ElementsAre("binary "));
  parser.LimitMessages(5);
  EXPECT_THAT(Read(parser, five, 1).lines, ElementsAre("binary 12345"));
  parser.LimitMessages(4);
  EXPECT_THAT(Read(parser, five, 1).lines, ElementsAre("error 1009 message_too_long"));
}

TEST(FrameParser, CompressedMessagesAreMarkedAndTheirBytesAreNotCheckedAsText) {
  const std::string wire = ClientFrame({Opcode::kText, false, true}, "\xFF") +
                           ClientFrame(kLast, "\xFE") + ClientFrame(kText, "plain");
  for (const std::size_t piece : kPieceSizes) {
    EXPECT_THAT(ReadLines({.compression = true}, wire, piece),
                ElementsAre("deflated text \xFF\xFE", "text plain"));
  }
}

TEST(FrameParser, EveryCodeThatMayTravelIsTakenAndEveryOtherRefused) {
  for (std::uint32_t code = 0; code <= 65535; ++code) {
    const auto wire_code = static_cast<std::uint16_t>(code);
    const std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
    const Lines lines = ReadLines({}, ClientFrame(kClose, payload), 100);
    const std::string expected = MayTravelInCloseFrame(wire_code)
                                     ? "close " + std::to_string(code) + " "
                                     : std::string("error 1002 close_code");
    ASSERT_THAT(lines, ElementsAre(expected)) << code;
  }
}

TEST(FrameParser, HalfAFrameIsNoEventAndIsKnownToBeOne) {
  const std::string wire = ClientFrame(kBinary, "abc");
  for (std::size_t size = 1; size < wire.size(); ++size) {
    FrameParser parser({});
    EXPECT_THAT(Read(parser, std::string_view(wire).substr(0, size), 100).lines, IsEmpty());
    EXPECT_TRUE(parser.MidMessage());
    EXPECT_FALSE(parser.Ended());
  }
}

}  // namespace
}  // namespace roomcast::websocket
