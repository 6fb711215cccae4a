// One row per way to break RFC 6455: what is sent, and how it ends. Each is read whole, byte by
// byte, and with a good frame before and behind it, which must come out and must not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "server/websocket/frame_parser.h"
#include "tests/websocket/frame_lines.h"

namespace roomcast::websocket {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string Bytes(std::initializer_list<int> bytes) {
  std::string out;
  for (const int byte : bytes) out.push_back(static_cast<char>(byte));
  return out;
}

// A client's header that declares `length` in a field of 8 bytes.
std::string Declares(int first_byte, std::uint64_t length) {
  std::string out = Bytes({first_byte, 0x80 | 127});
  for (int shift = 56; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>((length >> shift) & 0xFF));
  }
  return out + Bytes({0x37, 0xFA, 0x21, 0x3D});
}

std::string EmptyFragments(int count) {
  std::string wire = ClientFrame({Opcode::kBinary, false}, "");
  for (int i = 1; i < count; ++i) wire += ClientFrame({Opcode::kContinuation, false}, "");
  return wire;
}

struct Attack {
  std::string name;
  std::string wire;
  std::string end;
  FrameParserConfig config = {};
};

void PrintTo(const Attack& attack, std::ostream* out) { *out << attack.name; }

class HostileBytes : public testing::TestWithParam<Attack> {};

TEST_P(HostileBytes, EndTheConnectionWithTheRightCodeHoweverTheyAreCut) {
  const Attack& attack = GetParam();
  const FrameShape shape{Opcode::kBinary};
  const auto good = [&](std::string_view payload) {
    return attack.config.role == Role::kServer ? ClientFrame(shape, payload)
                                               : ServerFrame(shape, payload);
  };
  for (const std::size_t piece : {1u, 2u, 3u, 11u, 1u << 20}) {
    FrameParser parser(attack.config);
    const Reading reading = Read(parser, attack.wire, piece);
    EXPECT_THAT(reading.lines, ElementsAre(attack.end)) << "in pieces of " << piece;
    EXPECT_TRUE(parser.Ended());
    EXPECT_LE(reading.held_bytes_most, attack.config.message_bytes_max + kControlPayloadBytesMax);
    EXPECT_THAT(Read(parser, good("ignored"), 100).lines, IsEmpty());
    EXPECT_EQ(parser.HeldBytes(), 0u);

    EXPECT_THAT(ReadLines(attack.config, good("before") + attack.wire + good("behind"), piece),
                ElementsAre("binary before", attack.end));
  }
}

constexpr FrameParserConfig kAsClient{.role = Role::kClient};
constexpr FrameParserConfig kDeflate{.compression = true};
constexpr FrameParserConfig kBinaryOnly{.text = false};
constexpr FrameParserConfig kSmall{.message_bytes_max = 10, .fragments_max = 3};

INSTANTIATE_TEST_SUITE_P(
    FirstByte, HostileBytes,
    testing::Values(
        Attack{"Rsv1WithoutCompression", Bytes({0xC2}), "error 1002 reserved_bit"},
        Attack{"Rsv2", Bytes({0xA2}), "error 1002 reserved_bit"},
        Attack{"Rsv3", Bytes({0x92}), "error 1002 reserved_bit"},
        Attack{"Rsv2WithCompression", Bytes({0xA2}), "error 1002 reserved_bit", kDeflate},
        Attack{"Rsv1OnAControlFrame", Bytes({0xC9}), "error 1002 reserved_bit", kDeflate},
        Attack{"Rsv1OnAContinuation", ClientFrame({Opcode::kBinary, false}, "a") + Bytes({0xC0}),
               "error 1002 reserved_bit", kDeflate},
        Attack{"Opcode3", Bytes({0x83}), "error 1002 reserved_opcode"},
        Attack{"Opcode7", Bytes({0x07}), "error 1002 reserved_opcode"},
        Attack{"Opcode11", Bytes({0x8B}), "error 1002 reserved_opcode"},
        Attack{"Opcode15", Bytes({0x8F}), "error 1002 reserved_opcode"},
        Attack{"FragmentedPing", Bytes({0x09}), "error 1002 control_fragmented"},
        Attack{"FragmentedClose", Bytes({0x08}), "error 1002 control_fragmented"},
        Attack{"ContinuationOfNothing", Bytes({0x80}), "error 1002 continuation_of_nothing"},
        Attack{"MessageInsideMessage", ClientFrame({Opcode::kBinary, false}, "a") + Bytes({0x82}),
               "error 1002 message_inside_message"},
        Attack{"TextWhereOnlyBinaryIsTaken", Bytes({0x81}), "error 1003 text_refused", kBinaryOnly},
        Attack{"AnHttpRequest", "GET / HTTP/1.1\r\n\r\n", "error 1002 reserved_opcode"}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Lengths, HostileBytes,
    testing::Values(
        Attack{"UnmaskedFromAClient", ServerFrame({}, "abc"), "error 1002 unmasked"},
        Attack{"UnmaskedEmptyFromAClient", Bytes({0x82, 0x00}), "error 1002 unmasked"},
        Attack{"MaskedFromAServer", ClientFrame({}, "abc"), "error 1002 masked", kAsClient},
        Attack{"PingOf126", Bytes({0x89, 0x80 | 126}), "error 1002 control_too_long"},
        Attack{"CloseWithEightBytesOfLength", Bytes({0x88, 0x80 | 127}),
               "error 1002 control_too_long"},
        Attack{"Length125InTwoBytes", Bytes({0x82, 0x80 | 126, 0, 125}),
               "error 1002 length_not_minimal"},
        Attack{"Length0InTwoBytes", Bytes({0x82, 0x80 | 126, 0, 0}),
               "error 1002 length_not_minimal"},
        Attack{"Length65535InEightBytes", Declares(0x82, 65535), "error 1002 length_not_minimal"},
        Attack{"Length0InEightBytes", Declares(0x82, 0), "error 1002 length_not_minimal"},
        Attack{"OneMoreThanTheLimit", Declares(0x82, 65537), "error 1009 message_too_long"},
        Attack{"Length2To31Less1", Declares(0x82, (1ull << 31) - 1), "error 1009 message_too_long"},
        Attack{"Length2To31", Declares(0x82, 1ull << 31), "error 1009 message_too_long"},
        Attack{"Length2To31And1", Declares(0x82, (1ull << 31) + 1), "error 1009 message_too_long"},
        Attack{"Length2To32Less1", Declares(0x82, (1ull << 32) - 1), "error 1009 message_too_long"},
        Attack{"Length2To32", Declares(0x82, 1ull << 32), "error 1009 message_too_long"},
        Attack{"Length2To32And1", Declares(0x82, (1ull << 32) + 1), "error 1009 message_too_long"},
        Attack{"Length2To63Less1", Declares(0x82, (1ull << 63) - 1), "error 1009 message_too_long"},
        Attack{"Length2To63", Declares(0x82, 1ull << 63), "error 1002 length_top_bit"},
        Attack{"Length2To64Less1", Declares(0x82, ~0ull), "error 1002 length_top_bit"},
        Attack{"FragmentsThatTogetherAreTooLong",
               ClientFrame({Opcode::kBinary, false}, "12345678") +
                   ClientFrame({Opcode::kContinuation, true}, "9ab"),
               "error 1009 message_too_long", kSmall},
        Attack{"FragmentsWhoseSumWouldWrapAround",
               ClientFrame({Opcode::kBinary, false}, "12345678") + Declares(0x80, (1ull << 63) - 1),
               "error 1009 message_too_long"},
        Attack{"OneFragmentTooMany", EmptyFragments(4), "error 1009 too_many_fragments", kSmall},
        Attack{"AHundredThousandEmptyFragments", EmptyFragments(100'000),
               "error 1009 too_many_fragments"}),
    [](const auto& row) { return row.param.name; });

std::string CloseFrame(std::string_view payload) { return ClientFrame({Opcode::kClose}, payload); }

INSTANTIATE_TEST_SUITE_P(
    CloseAndText, HostileBytes,
    testing::Values(Attack{"CloseOfOneByte", CloseFrame("\x03"), "error 1002 close_one_byte"},
                    Attack{"CloseCode999", CloseFrame("\x03\xE7"), "error 1002 close_code"},
                    Attack{"CloseCode1004", CloseFrame("\x03\xEC"), "error 1002 close_code"},
                    Attack{"CloseCode1005", CloseFrame("\x03\xED"), "error 1002 close_code"},
                    Attack{"CloseCode1006", CloseFrame("\x03\xEE"), "error 1002 close_code"},
                    Attack{"CloseCode1015", CloseFrame("\x03\xF7"), "error 1002 close_code"},
                    Attack{"CloseCode2999", CloseFrame("\x0B\xB7"), "error 1002 close_code"},
                    Attack{"CloseCode5000", CloseFrame("\x13\x88"), "error 1002 close_code"},
                    Attack{"CloseReasonNotUtf8", CloseFrame("\x03\xE8 \xC3\x28"),
                           "error 1007 close_reason_not_utf8"},
                    Attack{"CloseReasonCutInACharacter", CloseFrame("\x03\xE8 \xC3"),
                           "error 1007 close_reason_not_utf8"},
                    Attack{"TextNotUtf8", ClientFrame({Opcode::kText}, "ab\xFF"),
                           "error 1007 text_not_utf8"},
                    Attack{"TextEndsInACharacter", ClientFrame({Opcode::kText}, "ab\xE2\x82"),
                           "error 1007 text_not_utf8"},
                    Attack{"TextWithASurrogate", ClientFrame({Opcode::kText}, "\xED\xA0\x80"),
                           "error 1007 text_not_utf8"},
                    Attack{"FragmentedTextNotUtf8",
                           ClientFrame({Opcode::kText, false}, "\xF0\x9F") +
                               ClientFrame({Opcode::kContinuation, true}, "x"),
                           "error 1007 text_not_utf8"},
                    Attack{"FragmentedTextEndsInACharacter",
                           ClientFrame({Opcode::kText, false}, "\xF0\x9F") +
                               ClientFrame({Opcode::kContinuation, true}, ""),
                           "error 1007 text_not_utf8"}),
    [](const auto& row) { return row.param.name; });

TEST(HostileBytesInTime, BadTextIsRefusedAtTheBadByteAndNotAtTheEnd) {
  const std::string wire =
      ClientFrame({Opcode::kText, false}, std::string(1000, 'x') + "\xFF" + std::string(1000, 'y'));
  FrameParser parser({});
  // Eight bytes are header; the 1001st of the message is bad.
  EXPECT_THAT(Read(parser, std::string_view(wire).substr(0, 8 + 1000), 300).lines, IsEmpty());
  EXPECT_THAT(Read(parser, std::string_view(wire).substr(8 + 1000, 1), 1).lines,
              ElementsAre("error 1007 text_not_utf8"));
}

TEST(HostileBytesInTime, ATooLongMessageIsRefusedBeforeItsMaskingKeyArrives) {
  const std::string wire = Declares(0x82, 1ull << 40);
  FrameParser parser({});
  EXPECT_THAT(Read(parser, std::string_view(wire).substr(0, 10), 1).lines,
              ElementsAre("error 1009 message_too_long"));
}

TEST(HostileBytesInTime, ErrorsTellTheirNumbers) {
  std::string wire = Declares(0x82, 70000);
  std::span<std::byte> input = std::as_writable_bytes(std::span(wire));
  FrameParser parser({});
  const FrameEvent event = parser.Next(input);
  EXPECT_EQ(std::get<FrameError>(event).Text(),
            "the message has at least 70000 bytes, the most is 65536");
}

}  // namespace
}  // namespace roomcast::websocket
