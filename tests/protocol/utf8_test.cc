#include "proto/protocol/utf8.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "proto/protocol/random.h"

namespace roomcast {
namespace {

unsigned char ByteAt(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

// Slow and plain: decodes each character to its number and asks whether that number is written in
// the one way it may be (Unicode 15, section 3.9).
bool IsUtf8Slow(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const unsigned char lead = ByteAt(text, i);
    std::size_t size = 1;
    std::uint32_t number = lead;
    if (lead >= 0x80) {
      if (lead < 0xc0 || lead >= 0xf8) return false;
      size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
      number = lead & (0x7fu >> size);
    }
    if (text.size() - i < size) return false;
    for (std::size_t j = 1; j < size; ++j) {
      if ((ByteAt(text, i + j) & 0xc0) != 0x80) return false;
      number = number << 6 | (ByteAt(text, i + j) & 0x3f);
    }
    const std::size_t shortest = number < 0x80 ? 1 : number < 0x800 ? 2 : number < 0x10000 ? 3 : 4;
    if (size != shortest || number > 0x10ffff) return false;
    if (number >= 0xd800 && number < 0xe000) return false;
    i += size;
  }
  return true;
}

std::string Hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    out += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    out += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

// In memory of exactly its size, so that a sanitizer sees a read past the end.
bool IsUtf8Alone(std::string_view text) {
  const std::unique_ptr<char[]> copy(new char[text.size()]);
  text.copy(copy.get(), text.size());
  return IsUtf8(std::string_view(copy.get(), text.size()));
}

TEST(Utf8Test, NothingIsText) {
  EXPECT_TRUE(IsUtf8(""));
  EXPECT_TRUE(IsUtf8(std::string_view()));
}

TEST(Utf8Test, EveryOneAndTwoBytes) {
  for (int a = 0; a < 256; ++a) {
    const std::string one(1, static_cast<char>(a));
    ASSERT_EQ(IsUtf8Alone(one), IsUtf8Slow(one)) << Hex(one);
    for (int b = 0; b < 256; ++b) {
      const std::string two = one + static_cast<char>(b);
      ASSERT_EQ(IsUtf8Alone(two), IsUtf8Slow(two)) << Hex(two);
    }
  }
}

TEST(Utf8Test, EveryThreeBytesThatBeginWithAThreeByteLead) {
  std::string text(3, '\0');
  for (int a = 0xdf; a <= 0xf5; ++a) {
    for (int b = 0; b < 256; ++b) {
      for (int c = 0; c < 256; c += (c == 0x7e || c == 0x7f || c >= 0xbe) ? 1 : 2) {
        text = {static_cast<char>(a), static_cast<char>(b), static_cast<char>(c)};
        ASSERT_EQ(IsUtf8(text), IsUtf8Slow(text)) << Hex(text);
      }
    }
  }
}

TEST(Utf8Test, FourBytesAtEveryEdge) {
  const int edges[] = {0x00, 0x7f, 0x80, 0x81, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff};
  for (int a = 0xe0; a <= 0xff; ++a) {
    for (int b = 0; b < 256; ++b) {
      for (const int c : edges) {
        for (const int d : edges) {
          const std::string text{static_cast<char>(a), static_cast<char>(b), static_cast<char>(c),
                                 static_cast<char>(d)};
          ASSERT_EQ(IsUtf8(text), IsUtf8Slow(text)) << Hex(text);
        }
      }
    }
  }
}

TEST(Utf8Test, EveryCharacterThereIs) {
  for (std::uint32_t number = 0; number <= 0x110000; ++number) {
    std::string text;
    if (number < 0x80) {
      text = {static_cast<char>(number)};
    } else if (number < 0x800) {
      text = {static_cast<char>(0xc0 | number >> 6), static_cast<char>(0x80 | (number & 0x3f))};
    } else if (number < 0x10000) {
      text = {static_cast<char>(0xe0 | number >> 12),
              static_cast<char>(0x80 | (number >> 6 & 0x3f)),
              static_cast<char>(0x80 | (number & 0x3f))};
    } else {
      text = {static_cast<char>(0xf0 | number >> 18),
              static_cast<char>(0x80 | (number >> 12 & 0x3f)),
              static_cast<char>(0x80 | (number >> 6 & 0x3f)),
              static_cast<char>(0x80 | (number & 0x3f))};
    }
    const bool surrogate = number >= 0xd800 && number < 0xe000;
    ASSERT_EQ(IsUtf8(text), !surrogate && number <= 0x10ffff) << number;
  }
}

// The reader skips eight ASCII bytes at a time: what matters may stand at any place in or after.
TEST(Utf8Test, RandomMixturesAtEveryAlignment) {
  const std::string_view pieces[] = {
      "a",    "abcdefgh",     "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x8e\x89",
      "\x80", "\xed\xa0\x80", "\xc3",     "\xf0\x9f",     "\xf4\x90\x80\x80"};
  int good = 0;
  for (std::uint64_t seed = 1; seed <= 20'000; ++seed) {
    Random random(seed);
    std::string text(random.Below(20), 'x');
    for (std::uint64_t left = random.Below(6); left > 0; --left) {
      text += pieces[random.Below(random.Chance(700) ? 5 : 10)];
      text += std::string(random.Below(10), 'y');
    }
    ASSERT_EQ(IsUtf8Alone(text), IsUtf8Slow(text)) << Hex(text);
    good += IsUtf8(text) ? 1 : 0;
  }
  EXPECT_GT(good, 2'000);
  EXPECT_LT(good, 18'000);
}

TEST(Utf8Test, TruncationNeverCutsACharacter) {
  const std::string text = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x8e\x89z";  // 1 + 2 + 3 + 4 + 1 bytes
  const std::size_t sizes[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
  for (std::size_t most = 0; most < std::size(sizes); ++most) {
    EXPECT_EQ(TruncateUtf8(text, most), text.substr(0, sizes[most])) << most;
    EXPECT_TRUE(IsUtf8(TruncateUtf8(text, most)));
  }
}

}  // namespace
}  // namespace roomcast
