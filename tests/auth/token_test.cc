#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "proto/protocol/limits.h"
#include "server/auth/compact_jws.h"
#include "server/auth/token_mint.h"
#include "server/auth/token_verifier.h"

namespace roomcast::auth {
namespace {

using std::chrono::seconds;

constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";
constexpr std::string_view kHeader = R"({"alg":"HS256","typ":"JWT"})";
// Every token below is read at this second.
constexpr std::int64_t kNow = 1'700'000'000;
constexpr std::string_view kGood = R"({"sub":"alice","exp":1700000060})";

constexpr WallTime At(std::int64_t second) { return WallTime(seconds(second)); }

std::string Signed(std::string_view header, std::string_view payload,
                   std::string_view secret = kSecret) {
  std::string token = Base64Url(header) + "." + Base64Url(payload);
  return token + "." + Base64Url(TokenKey::Hs256("", secret)->Sign(token));
}

// The reason of the refusal; nullopt: believed.
std::optional<TokenRefusal> RefusalOf(const std::string& token, const TokenRules& rules = {},
                                      WallTime now = At(kNow)) {
  const TokenVerdict verdict = DevelopmentVerifier(kSecret, rules).Verify(token, now);
  if (const auto* refusal = std::get_if<TokenRefusal>(&verdict)) return *refusal;
  return std::nullopt;
}

TokenClaims ClaimsOf(const std::string& payload) {
  const TokenVerdict verdict =
      DevelopmentVerifier(kSecret, {}).Verify(Signed(kHeader, payload), At(kNow));
  EXPECT_TRUE(std::holds_alternative<TokenClaims>(verdict)) << payload;
  const auto* claims = std::get_if<TokenClaims>(&verdict);
  return claims == nullptr ? TokenClaims() : *claims;
}

// ---- What is believed
// ------------------------------------------------------------------------------

TEST(AGoodToken, SaysWhoItIsAndUntilWhen) {
  const TokenClaims claims = ClaimsOf(std::string(kGood));
  EXPECT_EQ(claims.user, "alice");
  EXPECT_EQ(claims.expires_at, At(kNow + 60));
  EXPECT_FALSE(claims.issued_at);
  EXPECT_EQ(claims.info, "");
  EXPECT_TRUE(claims.rooms.empty());
}

TEST(AGoodToken, MayGrantRoomsAndCarryInfo) {
  const TokenClaims claims = ClaimsOf(
      R"({"sub":"gr\u00fc\u00dfe","exp":1700000060.5,"nbf":1699999999,"iat":1699999990,"x":[1],)"
      R"("roomcast":{"info":{"name":"A B"},"rooms":[{"room":"chat:42","rights":["join","publish"]},)"
      R"({"room":"demo:*","rights":["history","presence","manage"]}],"later":1}})");
  EXPECT_EQ(claims.user,
            "gr\xc3\xbc\xc3\x9f"
            "e");
  EXPECT_EQ(claims.expires_at, At(kNow + 60) + std::chrono::milliseconds(500));
  EXPECT_EQ(claims.issued_at, At(kNow - 10));
  EXPECT_EQ(claims.info, R"({"name":"A B"})");
  ASSERT_EQ(claims.rooms.size(), 2U);
  EXPECT_EQ(claims.rooms[0].room, "chat:42");
  EXPECT_TRUE(claims.rooms[0].rights.join && claims.rooms[0].rights.publish);
  EXPECT_FALSE(claims.rooms[0].rights.history || claims.rooms[0].rights.presence ||
               claims.rooms[0].rights.manage);
  EXPECT_TRUE(claims.rooms[1].rights.history && claims.rooms[1].rights.presence &&
              claims.rooms[1].rights.manage);
}

TEST(AGoodToken, OfTheLongestUserIsBelieved) {
  EXPECT_EQ(ClaimsOf(R"({"exp":1e300,"sub":")" + std::string(255, 'u') + "\"}").user.size(), 255U);
}

// ---- What is not, and why
// ---------------------------------------------------------------------------

struct Row {
  std::string_view name;
  std::string token;
  TokenRefusal refusal;
};

class ABadToken : public testing::TestWithParam<Row> {};

TEST_P(ABadToken, IsRefusedForItsReason) {
  const auto refusal = RefusalOf(GetParam().token);
  ASSERT_TRUE(refusal) << "believed";
  EXPECT_EQ(Label(*refusal), Label(GetParam().refusal));
}

const auto kRowName = [](const auto& parameter) { return std::string(parameter.param.name); };

std::string Unsigned(std::string_view header) {
  return Base64Url(header) + "." + Base64Url(kGood) + ".";
}

std::string Flipped() {
  std::string token = Signed(kHeader, kGood);
  char& c = token[token.rfind('.') + 1];
  c = c == 'A' ? 'B' : 'A';
  return token;
}

// Another payload under the signature of a good one.
std::string Transplanted() {
  const std::string good = Signed(kHeader, kGood);
  return Base64Url(kHeader) + "." + Base64Url(R"({"sub":"mallory","exp":1700000060})") +
         good.substr(good.rfind('.'));
}

INSTANTIATE_TEST_SUITE_P(
    Forged, ABadToken,
    testing::Values(
        Row{"Empty", "", TokenRefusal::kMalformed},
        Row{"Words", "let me in", TokenRefusal::kMalformed},
        Row{"TooLong", std::string(kTokenBytesMax + 1, 'a'), TokenRefusal::kTooLong},
        Row{"Huge", std::string(64 * 1024, 'a'), TokenRefusal::kTooLong},
        Row{"LongestGarbage", std::string(kTokenBytesMax, 'a'), TokenRefusal::kMalformed},
        Row{"HeaderNotJson", Signed("{", kGood), TokenRefusal::kMalformed},
        Row{"HeaderNotAnObject", Signed("[]", kGood), TokenRefusal::kMalformed},
        Row{"HeaderTwiceAlg", Signed(R"({"alg":"none","alg":"HS256"})", kGood),
            TokenRefusal::kMalformed},
        Row{"None", Unsigned(R"({"alg":"none"})"), TokenRefusal::kUnsupportedAlgorithm},
        Row{"NoneInCapitals", Unsigned(R"({"alg":"NONE"})"), TokenRefusal::kUnsupportedAlgorithm},
        Row{"NoneSigned", Signed(R"({"alg":"none"})", kGood), TokenRefusal::kUnsupportedAlgorithm},
        Row{"Rs256", Signed(R"({"alg":"RS256"})", kGood), TokenRefusal::kUnsupportedAlgorithm},
        Row{"Hs512", Signed(R"({"alg":"HS512"})", kGood), TokenRefusal::kUnsupportedAlgorithm},
        Row{"LowerCase", Signed(R"({"alg":"hs256"})", kGood), TokenRefusal::kUnsupportedAlgorithm},
        Row{"AlgMissing", Signed("{}", kGood), TokenRefusal::kUnsupportedAlgorithm},
        Row{"AlgANumber", Signed(R"({"alg":1})", kGood), TokenRefusal::kUnsupportedAlgorithm},
        Row{"Critical", Signed(R"({"alg":"HS256","crit":["b64"],"b64":false})", kGood),
            TokenRefusal::kUnsupportedHeader},
        Row{"Kid", Signed(R"({"alg":"HS256","kid":"2025"})", kGood), TokenRefusal::kUnknownKey},
        Row{"KidANumber", Signed(R"({"alg":"HS256","kid":1})", kGood), TokenRefusal::kUnknownKey},
        Row{"KidHuge", Signed(R"({"alg":"HS256","kid":")" + std::string(5'000, 'k') + "\"}", kGood),
            TokenRefusal::kUnknownKey},
        Row{"OtherSecret", Signed(kHeader, kGood, "fedcba9876543210fedcba9876543210"),
            TokenRefusal::kBadSignature},
        Row{"SignatureMissing", Unsigned(kHeader), TokenRefusal::kBadSignature},
        Row{"SignatureFlipped", Flipped(), TokenRefusal::kBadSignature},
        Row{"PayloadTransplanted", Transplanted(), TokenRefusal::kBadSignature}),
    kRowName);

Row Bad(std::string_view name, std::string_view payload, TokenRefusal refusal) {
  return {name, Signed(kHeader, payload), refusal};
}

INSTANTIATE_TEST_SUITE_P(
    Payloads, ABadToken,
    testing::Values(
        Bad("NotJson", "sub=alice", TokenRefusal::kMalformed),
        Bad("AnArray", "[]", TokenRefusal::kMalformed),
        Bad("NotUtf8", "{\"sub\":\"\xff\",\"exp\":1700000060}", TokenRefusal::kMalformed),
        Bad("TwiceSub", R"({"sub":"alice","sub":"root","exp":1700000060})",
            TokenRefusal::kBadClaim),
        Bad("TwiceExp", R"({"sub":"alice","exp":1,"exp":1700000060})", TokenRefusal::kBadClaim),
        Bad("NoExp", R"({"sub":"alice"})", TokenRefusal::kNoExpiry),
        Bad("ExpAsText", R"({"sub":"alice","exp":"1700000060"})", TokenRefusal::kNoExpiry),
        Bad("ExpNull", R"({"sub":"alice","exp":null})", TokenRefusal::kNoExpiry),
        Bad("ExpTrue", R"({"sub":"alice","exp":true})", TokenRefusal::kNoExpiry),
        Bad("Expired", R"({"sub":"alice","exp":1699999940})", TokenRefusal::kExpired),
        Bad("ExpNegative", R"({"sub":"alice","exp":-1e300})", TokenRefusal::kExpired),
        Bad("NotYet", R"({"sub":"alice","exp":1700009999,"nbf":1700000061})",
            TokenRefusal::kNotYetValid),
        Bad("NbfAsText", R"({"sub":"alice","exp":1700000060,"nbf":"0"})", TokenRefusal::kBadClaim),
        Bad("IatAsText", R"({"sub":"alice","exp":1700000060,"iat":"0"})", TokenRefusal::kBadClaim),
        Bad("NoSub", R"({"exp":1700000060})", TokenRefusal::kBadUser),
        Bad("SubEmpty", R"({"sub":"","exp":1700000060})", TokenRefusal::kBadUser),
        Bad("SubANumber", R"({"sub":7,"exp":1700000060})", TokenRefusal::kBadUser),
        Bad("SubNul", R"({"sub":"a\u0000b","exp":1700000060})", TokenRefusal::kBadUser),
        Bad("SubLineFeed", R"({"sub":"a\nb","exp":1700000060})", TokenRefusal::kBadUser),
        Bad("SubC1", R"({"sub":"a\u0085b","exp":1700000060})", TokenRefusal::kBadUser),
        Bad("SubTooLong", R"({"exp":1700000060,"sub":")" + std::string(256, 'u') + "\"}",
            TokenRefusal::kBadUser),
        Bad("IssANumber", R"({"sub":"alice","exp":1700000060,"iss":1})", TokenRefusal::kBadClaim),
        Bad("AudANumber", R"({"sub":"alice","exp":1700000060,"aud":1})", TokenRefusal::kBadClaim),
        Bad("AudMixed", R"({"sub":"alice","exp":1700000060,"aud":["a",1]})",
            TokenRefusal::kBadClaim),
        Bad("RoomcastAnArray", R"({"sub":"alice","exp":1700000060,"roomcast":[]})",
            TokenRefusal::kBadClaim),
        Bad("InfoTooLong",
            R"({"sub":"alice","exp":1700000060,"roomcast":{"info":")" + std::string(1'023, 'i') +
                "\"}}",
            TokenRefusal::kBadClaim),
        Bad("RoomsAnObject", R"({"sub":"alice","exp":1700000060,"roomcast":{"rooms":{}}})",
            TokenRefusal::kBadClaim),
        Bad("RoomWithoutRights",
            R"({"sub":"alice","exp":1700000060,"roomcast":{"rooms":[{"room":"a"}]}})",
            TokenRefusal::kBadClaim),
        Bad("RoomEmpty",
            R"({"sub":"alice","exp":1700000060,"roomcast":{"rooms":[{"room":"","rights":[]}]}})",
            TokenRefusal::kBadClaim),
        Bad("UnknownRight",
            R"({"sub":"a","exp":1700000060,"roomcast":{"rooms":[{"room":"a","rights":["own"]}]}})",
            TokenRefusal::kBadClaim)),
    kRowName);

// ---- Time, audience, issuer
// ---------------------------------------------------------------------------

TEST(TheClockSkew, IsAllowedOnBothSidesAndNotAMomentMore) {
  const std::string token = Signed(kHeader, R"({"sub":"alice","nbf":1700000000,"exp":1700000100})");
  const auto at = [&](std::int64_t ms) {
    return RefusalOf(token, {}, WallTime(std::chrono::milliseconds(ms)));
  };
  EXPECT_EQ(at(1'699'999'939'999), TokenRefusal::kNotYetValid);
  EXPECT_EQ(at(1'699'999'940'000), std::nullopt);
  EXPECT_EQ(at(1'700'000'159'999), std::nullopt);
  EXPECT_EQ(at(1'700'000'160'000), TokenRefusal::kExpired);
}

TEST(TheAudience, IsOneOfThoseThatTheTokenNames) {
  const TokenRules rules = {.audience = "hub"};
  const auto with = [&](const std::string& aud) {
    return RefusalOf(Signed(kHeader, R"({"sub":"alice","exp":1700000060)" + aud + "}"), rules);
  };
  EXPECT_EQ(with(R"(,"aud":"hub")"), std::nullopt);
  EXPECT_EQ(with(R"(,"aud":["other","hub"])"), std::nullopt);
  EXPECT_EQ(with(R"(,"aud":"Hub")"), TokenRefusal::kWrongAudience);
  EXPECT_EQ(with(R"(,"aud":[])"), TokenRefusal::kWrongAudience);
  EXPECT_EQ(with(""), TokenRefusal::kWrongAudience);
}

TEST(TheIssuer, IsTheConfiguredOne) {
  const TokenRules rules = {.issuer = "app"};
  EXPECT_EQ(RefusalOf(Signed(kHeader, R"({"sub":"a","exp":1700000060,"iss":"app"})"), rules),
            std::nullopt);
  EXPECT_EQ(RefusalOf(Signed(kHeader, R"({"sub":"a","exp":1700000060,"iss":"ap"})"), rules),
            TokenRefusal::kWrongIssuer);
  EXPECT_EQ(RefusalOf(Signed(kHeader, kGood), rules), TokenRefusal::kWrongIssuer);
}

TEST(AVerifierWithoutKeys, BelievesNobody) {
  const TokenVerdict verdict = DevelopmentVerifier("", {}).Verify(Signed(kHeader, kGood), At(kNow));
  EXPECT_EQ(std::get<TokenRefusal>(verdict), TokenRefusal::kUnknownKey);
}

TEST(Keys, AreChosenByTheirId) {
  const TokenVerifier verifier({*TokenKey::Hs256("", kSecret), *TokenKey::Hs256("new", "other")},
                               {});
  const auto believed = [&](const std::string& token) {
    return std::holds_alternative<TokenClaims>(verifier.Verify(token, At(kNow)));
  };
  constexpr std::string_view kNew = R"({"alg":"HS256","kid":"new"})";
  EXPECT_TRUE(believed(Signed(kHeader, kGood)));
  EXPECT_TRUE(believed(Signed(kNew, kGood, "other")));
  EXPECT_FALSE(believed(Signed(kNew, kGood, kSecret)));
  EXPECT_FALSE(believed(Signed(kHeader, kGood, "other")));
}

// ---- Minting
// ---------------------------------------------------------------------------------------

TEST(ADevelopmentToken, IsBelievedForItsLifetime) {
  const TokenRules rules = {.audience = "hub", .issuer = "app"};
  const auto token = MintDevelopmentToken(kSecret, "alice", At(kNow), seconds(3600), rules);
  ASSERT_TRUE(token);
  EXPECT_EQ(RefusalOf(*token, rules), std::nullopt);
  EXPECT_EQ(RefusalOf(*token, rules, At(kNow + 3659)), std::nullopt);
  EXPECT_EQ(RefusalOf(*token, rules, At(kNow + 3660)), TokenRefusal::kExpired);
}

TEST(ADevelopmentToken, IsNotMadeForWhomNoTokenMayName) {
  const auto mint = [](std::string_view secret, std::string_view user) {
    return MintDevelopmentToken(secret, user, At(kNow), seconds(60));
  };
  EXPECT_TRUE(mint(kSecret,
                   "gr\xc3\xbc\xc3\x9f"
                   "e \"x\""));
  EXPECT_FALSE(mint(kSecret, ""));
  EXPECT_FALSE(mint(kSecret, "a\nb"));
  EXPECT_FALSE(mint(kSecret, "\xff"));
  EXPECT_FALSE(mint(kSecret, std::string(256, 'u')));
  EXPECT_FALSE(mint("", "alice"));
}

TEST(EveryRefusal, HasItsOwnLabelAndWords) {
  std::vector<std::string_view> labels;
  for (const TokenRefusal refusal : kTokenRefusals) {
    EXPECT_FALSE(Describe(refusal).empty());
    EXPECT_THAT(labels, testing::Not(testing::Contains(Label(refusal))));
    labels.push_back(Label(refusal));
    EXPECT_EQ(static_cast<std::size_t>(refusal) + 1, labels.size());
  }
}

}  // namespace
}  // namespace roomcast::auth
