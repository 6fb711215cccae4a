// Messages deflated and inflated: RFC 7692's own examples, what zlib makes, and what a stranger
// may.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <random>
#include <string>
#include <vector>

#include "server/websocket/deflater.h"
#include "server/websocket/inflater.h"
#include "tests/websocket/frame_lines.h"

namespace roomcast::websocket {
namespace {

std::string Bytes(std::initializer_list<int> bytes) {
  std::string out;
  for (const int byte : bytes) out.push_back(static_cast<char>(byte));
  return out;
}

// "inflated …", or "error CODE reason".
std::string Line(const Inflater::Answer& answer) {
  if (const auto* error = std::get_if<FrameError>(&answer)) return EventLine(*error);
  return "inflated " + AsString(std::get<0>(answer));
}

std::string Inflated(std::string_view deflated, std::size_t bytes_max = 1000) {
  Inflater inflater;
  return Line(inflater.Inflate(AsBytes(deflated), bytes_max));
}

std::string Deflated(std::string_view payload, int level = 6) {
  Deflater deflater(level);
  return std::string(deflater.Deflate(payload).value_or("not shorter"));
}

// Anything that another end might make: any window, any block's end, last blocks too.
std::string AsAnotherEndDeflates(std::string_view payload, int window_bits, int flush) {
  z_stream z{};
  EXPECT_EQ(deflateInit2(&z, 6, Z_DEFLATED, -window_bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&z, payload.size()) + 100, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(payload.data()));
  z.avail_in = static_cast<uInt>(payload.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, flush);
  out.resize(out.size() - z.avail_out);
  deflateEnd(&z);
  return out;
}

struct Row {
  std::string name;
  std::string deflated;
  std::string line;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class Payloads : public testing::TestWithParam<Row> {};

TEST_P(Payloads, InflateOrAreRefusedAndDoNoHarmToTheNext) {
  Inflater inflater;
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(Line(inflater.Inflate(AsBytes(GetParam().deflated), 1000)), GetParam().line);
    EXPECT_EQ(
        Line(inflater.Inflate(AsBytes(Bytes({0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00})), 1000)),
        "inflated Hello");
  }
}

// RFC 7692 section 7.2.3: each is a whole message's payload.
INSTANTIATE_TEST_SUITE_P(
    ExamplesOfTheRfc, Payloads,
    testing::Values(
        Row{"OneBlock", Bytes({0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00}), "inflated Hello"},
        Row{"NoCompression",
            Bytes({0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00}),
            "inflated Hello"},
        Row{"LastBlock", Bytes({0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00}), "inflated Hello"},
        Row{"TwoBlocks",
            Bytes({0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00}),
            "inflated Hello"},
        Row{"EmptyFragment", Bytes({0x00}), "inflated "}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Odd, Payloads,
    testing::Values(Row{"Nothing", "", "inflated "},
                    Row{"ALastBlockAndNoMore", Bytes({0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00}),
                        "inflated Hello"},
                    Row{"TwoLastBlocks",
                        Bytes({0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0xf3, 0x48, 0xcd, 0xc9,
                               0xc9, 0x07, 0x00}),
                        "inflated HelloHello"},
                    Row{"TheTailLeftOn",
                        Bytes({0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00, 0x00, 0xff, 0xff}),
                        "error 1007 deflate_truncated"}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Hostile, Payloads,
    testing::Values(
        Row{"NoSuchBlock", Bytes({0x06}), "error 1007 deflate_corrupt"},
        Row{"Text", "this is no deflated message at all", "error 1007 deflate_corrupt"},
        Row{"AFarDistance", Bytes({0x02, 0x01, 0x00}), "error 1007 deflate_corrupt"},
        Row{"ALengthThatIsNotItsComplement", Bytes({0x00, 0x05, 0x00, 0x05, 0x00, 0x48}),
            "error 1007 deflate_corrupt"},
        Row{"InsideOfAFixedBlock", Bytes({0xf2, 0x48, 0xcd}), "error 1007 deflate_truncated"},
        Row{"InsideOfAStoredBlock", Bytes({0x00, 0x50, 0x00, 0xaf, 0xff, 0x48}),
            "error 1007 deflate_truncated"},
        Row{"WithoutTheFlushesFirstByte", Bytes({0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0xf2}),
            "error 1007 deflate_truncated"},
        Row{"GarbageBehindALastBlock",
            Bytes({0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0xff, 0xff}),
            "error 1007 deflate_corrupt"},
        Row{"OneByteTooMany", Deflated(std::string(1001, 'x')), "error 1009 inflated_too_long"}),
    [](const auto& row) { return row.param.name; });

TEST(Inflating, GivesBackWhateverAnotherEndDeflatedWithAnyWindowAndAnyFlush) {
  std::string text;
  std::minstd_rand random(7);
  while (text.size() < 200'000) text += std::to_string(random() % 5000) + " ";
  const std::string tail = Bytes({0x00, 0x00, 0xff, 0xff});
  for (int window_bits = 9; window_bits <= 15; ++window_bits) {
    for (const std::size_t size : {1u, 100u, 4095u, 4096u, 70'000u, 200'000u}) {
      const std::string payload = text.substr(0, size);
      std::string flushed = AsAnotherEndDeflates(payload, window_bits, Z_SYNC_FLUSH);
      ASSERT_TRUE(flushed.ends_with(tail));
      flushed.resize(flushed.size() - tail.size());
      EXPECT_EQ(Inflated(flushed, 200'000), "inflated " + payload);
      const std::string finished = AsAnotherEndDeflates(payload, window_bits, Z_FINISH) + '\0';
      EXPECT_EQ(Inflated(finished, 200'000), "inflated " + payload);
    }
  }
}

TEST(Inflating, EndsAtTheLimitAndNotAtTheEndOfABomb) {
  const std::string bomb = Deflated(std::string(200 << 20, '\0'), 9);
  EXPECT_LT(bomb.size(), 210'000u);
  Inflater inflater;
  const auto answer = inflater.Inflate(AsBytes(bomb), 64 * 1024);
  const auto& error = std::get<FrameError>(answer);
  EXPECT_EQ(error.CloseCode(), kCloseMessageTooBig);
  EXPECT_EQ(error.Text(), "the message inflates to at least 65537 bytes, the most is 65536");
}

TEST(Inflating, TakesWhatIsJustLongEnough) {
  const std::string deflated = Deflated(std::string(1000, 'x'));
  EXPECT_EQ(Inflated(deflated, 1000), "inflated " + std::string(1000, 'x'));
  EXPECT_EQ(Inflated(deflated, 999), "error 1009 inflated_too_long");
}

TEST(Deflating, IsUndoneByInflating) {
  std::string text;
  std::minstd_rand random(9);
  Deflater deflater(1);
  Inflater inflater;
  for (const std::size_t size : {40u, 300u, 5000u, 65536u, 300'000u}) {
    while (text.size() < size) text += "{\"user\": \"u" + std::to_string(random() % 100) + "\"} ";
    const std::string payload = text.substr(0, size);
    const auto deflated = deflater.Deflate(payload);
    ASSERT_TRUE(deflated.has_value()) << size;
    EXPECT_LT(deflated->size(), payload.size());
    EXPECT_EQ(Line(inflater.Inflate(AsBytes(*deflated), size)), "inflated " + payload);
  }
}

TEST(Deflating, GivesTheSameBytesWhateverCameBefore) {
  Deflater used(6);
  Deflater fresh(6);
  const std::string payload(500, 'y');
  EXPECT_TRUE(used.Deflate(std::string(1000, 'x') + payload).has_value());
  EXPECT_EQ(used.Deflate(payload), fresh.Deflate(payload));
}

TEST(Deflating, IsNotDoneWhereItGainsNothing) {
  std::string noise;
  std::minstd_rand random(11);
  for (int i = 0; i < 1000; ++i) noise.push_back(static_cast<char>(random() >> 8));
  Deflater deflater(9);
  EXPECT_EQ(deflater.Deflate(noise), std::nullopt);
  EXPECT_EQ(deflater.Deflate("ab"), std::nullopt);
  EXPECT_EQ(deflater.Deflate(""), std::nullopt);
  // And what comes next is not spoilt by it.
  EXPECT_TRUE(deflater.Deflate(std::string(100, 'z')).has_value());
}

TEST(Deflating, NeverLooksBackFurtherThanTheMessageIsLong) {
  // So a message of at most 2^N bytes may go to a client with a window of 2^N.
  const std::string half = "the first half of a message, which comes again: ";
  const std::string payload = half + half;
  const std::string deflated = Deflated(payload, 9) + Bytes({0x00, 0x00, 0xff, 0xff});
  z_stream z{};
  ASSERT_EQ(inflateInit2(&z, -9), Z_OK);
  std::string out(payload.size(), '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(deflated.data()));
  z.avail_in = static_cast<uInt>(deflated.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&z, Z_SYNC_FLUSH), Z_OK);
  inflateEnd(&z);
  EXPECT_EQ(out, payload);
}

}  // namespace
}  // namespace roomcast::websocket
