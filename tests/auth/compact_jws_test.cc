#include "server/auth/compact_jws.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "server/auth/json_object.h"
#include "server/auth/token_key.h"

namespace roomcast::auth {
namespace {

using namespace std::string_literals;

// RFC 7515, appendix A.1: the key, and what it signs.
constexpr std::string_view kRfcToken =
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
    "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const std::string kRfcKey =
    "\x03\x23\x35\x4b\x2b\x0f\xa5\xbc\x83\x7e\x06\x65\x77\x7b\xa6\x8f\x5a\xb3\x28\xe6\xf0\x54\xc9"
    "\x28\xa9\x0f\x84\xb2\xd2\x50\x2e\xbf\xd3\xfb\x5a\x92\xd2\x06\x47\xef\x96\x8a\xb4\xc3\x77\x62"
    "\x3d\x22\x3d\x2e\x21\x72\x05\x2e\x4f\x08\xc0\xcd\x9a\xf5\x67\xd0\x80\xa3"s;

TEST(TheExampleOfTheRfc, IsReadAndItsSignatureFits) {
  const auto jws = ParseCompactJws(kRfcToken);
  ASSERT_TRUE(jws);
  EXPECT_EQ(jws->header, "{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}");
  EXPECT_EQ(jws->signing_input, kRfcToken.substr(0, kRfcToken.rfind('.')));
  const auto key = TokenKey::Hs256("", kRfcKey);
  ASSERT_TRUE(key);
  EXPECT_TRUE(key->Verify(jws->signing_input, jws->signature));
  EXPECT_EQ(key->Sign(jws->signing_input), jws->signature);
}

TEST(ASignature, FitsOnlyWhole) {
  const auto key = TokenKey::Hs256("", kRfcKey);
  const std::string good = key->Sign("text");
  EXPECT_FALSE(key->Verify("texT", good));
  EXPECT_FALSE(key->Verify("text", good.substr(1)));
  EXPECT_FALSE(key->Verify("text", good + "x"));
  EXPECT_FALSE(key->Verify("text", ""));
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(key->Verify("text", bad)) << "bit " << bit;
  }
}

TEST(AnEmptySecret, IsNoKey) { EXPECT_FALSE(TokenKey::Hs256("", "")); }

struct Row {
  std::string_view name;
  std::string text;
};

class ABadSpelling : public testing::TestWithParam<Row> {};

TEST_P(ABadSpelling, IsNoToken) { EXPECT_FALSE(ParseCompactJws(GetParam().text)); }

INSTANTIATE_TEST_SUITE_P(
    Table, ABadSpelling,
    testing::Values(Row{"Nothing", ""}, Row{"OnePart", "YQ"}, Row{"TwoParts", "YQ.YQ"},
                    Row{"FourParts", "YQ.YQ.YQ.YQ"}, Row{"FiveParts", "YQ.YQ.YQ.YQ.YQ"},
                    Row{"Padding", "YQ==.YQ.YQ"}, Row{"OtherAlphabet", "a+a/.YQ.YQ"},
                    Row{"Space", "YQ .YQ.YQ"}, Row{"LineFeed", "YQ.YQ.YQ\n"},
                    Row{"StrayBits", "YR.YQ.YQ"}, Row{"HalfAByte", "Y.YQ.YQ"},
                    Row{"Nul", "YQ.Y\0Q.YQ"s}, Row{"HighBytes", "\xff\xff.YQ.YQ"},
                    Row{"DotPadding", "YQ..YQ.YQ"}),
    [](const auto& parameter) { return std::string(parameter.param.name); });

TEST(EmptyParts, AreSpelledRightly) {
  const auto jws = ParseCompactJws("..");
  ASSERT_TRUE(jws);
  EXPECT_EQ(jws->header + jws->payload + jws->signature, "");
}

TEST(Base64Url, HasNoPaddingAndItsOwnAlphabet) {
  EXPECT_EQ(Base64Url(""), "");
  EXPECT_EQ(Base64Url("a"), "YQ");
  EXPECT_EQ(Base64Url("\xfb\xff"), "-_8");
}

struct JsonRow {
  std::string text;
  JsonVerdict verdict;
};

class AJsonText : public testing::TestWithParam<JsonRow> {};

TEST_P(AJsonText, IsOneObjectOrRefused) {
  nlohmann::json object;
  EXPECT_EQ(ParseJsonObject(GetParam().text, object), GetParam().verdict) << GetParam().text;
  EXPECT_EQ(object.is_object(), GetParam().verdict == JsonVerdict::kGood);
}

std::string Nested(int depth) {
  return R"({"a":)" + std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']') + "}";
}

INSTANTIATE_TEST_SUITE_P(
    Table, AJsonText,
    testing::Values(
        JsonRow{"{}", JsonVerdict::kGood},
        JsonRow{R"({"a":{"a":1},"b":{"a":1}})", JsonVerdict::kGood},
        JsonRow{R"({"a":[{"a":1},{"a":1}]})", JsonVerdict::kGood},
        JsonRow{Nested(15), JsonVerdict::kGood}, JsonRow{Nested(17), JsonVerdict::kMalformed},
        JsonRow{Nested(4000), JsonVerdict::kMalformed},
        JsonRow{R"({"a":1,"a":1})", JsonVerdict::kDuplicate},
        JsonRow{R"({"a":1,"\u0061":2})", JsonVerdict::kDuplicate},
        JsonRow{R"({"b":{"a":1,"a":2}})", JsonVerdict::kDuplicate},
        JsonRow{"", JsonVerdict::kMalformed}, JsonRow{"[]", JsonVerdict::kMalformed},
        JsonRow{"1", JsonVerdict::kMalformed}, JsonRow{"{} {}", JsonVerdict::kMalformed},
        JsonRow{"{", JsonVerdict::kMalformed}, JsonRow{"{'a':1}", JsonVerdict::kMalformed},
        JsonRow{R"({"a":NaN})", JsonVerdict::kMalformed},
        JsonRow{"{/**/}", JsonVerdict::kMalformed},
        JsonRow{"{\"a\":\"\xff\"}", JsonVerdict::kMalformed},
        JsonRow{R"({"a":"\ud800"})", JsonVerdict::kMalformed}));

}  // namespace
}  // namespace roomcast::auth
