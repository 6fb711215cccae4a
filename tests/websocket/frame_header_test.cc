#include "server/websocket/frame_header.h"

#include <gtest/gtest.h>

#include <string>

#include "server/websocket/mask.h"
#include "tests/websocket/frame_lines.h"

namespace roomcast::websocket {
namespace {

struct Row {
  FrameShape shape;
  std::uint64_t payload_bytes;
  std::string hex;
};

std::string Hex(std::span<const std::byte> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const std::byte byte : bytes) {
    hex += kDigits[std::to_integer<std::size_t>(byte >> 4)];
    hex += kDigits[std::to_integer<std::size_t>(byte & std::byte{15})];
  }
  return hex;
}

TEST(FrameHeader, LengthsAreWrittenInTheirShortestForm) {
  const Row rows[] = {
      {{Opcode::kBinary}, 0, "8200"},
      {{Opcode::kBinary}, 125, "827d"},
      {{Opcode::kBinary}, 126, "827e007e"},
      {{Opcode::kBinary}, 65535, "827effff"},
      {{Opcode::kBinary}, 65536, "827f0000000000010000"},
      {{Opcode::kBinary}, (1ull << 31) - 1, "827f000000007fffffff"},
      {{Opcode::kBinary}, (1ull << 31) + 1, "827f0000000080000001"},
      {{Opcode::kBinary}, (1ull << 63) - 1, "827f7fffffffffffffff"},
      {{Opcode::kText}, 5, "8105"},
      {{Opcode::kText, false}, 5, "0105"},
      {{Opcode::kContinuation, true}, 5, "8005"},
      {{Opcode::kBinary, true, true}, 5, "c205"},
      {{Opcode::kClose}, 2, "8802"},
      {{Opcode::kPing}, 0, "8900"},
      {{Opcode::kPong}, 0, "8a00"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Hex(ServerFrameHeader(row.shape, row.payload_bytes).bytes()), row.hex);
    EXPECT_LE(ServerFrameHeader(row.shape, row.payload_bytes).size, kServerHeaderBytesMax);
  }
}

TEST(FrameHeader, TheExamplesOfTheRfcComeOutAsPrinted) {
  // RFC 6455 section 5.7.
  EXPECT_EQ(Hex(AsBytes(ServerFrame({Opcode::kText}, "Hello"))), "810548656c6c6f");
  EXPECT_EQ(Hex(AsBytes(ClientFrame({Opcode::kText}, "Hello"))), "818537fa213d7f9f4d5158");
  EXPECT_EQ(Hex(AsBytes(ServerFrame({Opcode::kText, false}, "Hel"))), "010348656c");
  EXPECT_EQ(Hex(AsBytes(ClientFrame({Opcode::kPong}, "Hello"))), "8a8537fa213d7f9f4d5158");
}

TEST(Mask, APayloadInPiecesIsMaskedAsAWholeOneIs) {
  std::string whole;
  for (int i = 0; i < 100; ++i) whole.push_back(static_cast<char>(i * 37));
  std::string naive = whole;
  for (std::size_t i = 0; i < naive.size(); ++i) {
    naive[i] = static_cast<char>(naive[i] ^ std::to_integer<char>(kTestKey[i % 4]));
  }
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    std::string pieces = whole;
    const auto bytes = std::as_writable_bytes(std::span(pieces));
    ApplyMask(bytes.first(cut), kTestKey, 0);
    ApplyMask(bytes.subspan(cut), kTestKey, cut);
    ASSERT_EQ(pieces, naive) << "cut at " << cut;
  }
}

}  // namespace
}  // namespace roomcast::websocket
