// Keys of every algorithm: what they sign they verify, what another signed they do not, and a token
// cannot choose how it is verified.
#include "server/auth/token_key.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "server/auth/compact_jws.h"
#include "server/auth/jwks.h"
#include "server/auth/token_verifier.h"

namespace roomcast::auth {
namespace {

using Pkey = std::shared_ptr<EVP_PKEY>;
constexpr WallTime kNow{std::chrono::seconds(1'700'000'000)};
constexpr std::string_view kPayload = R"({"sub":"alice","exp":1700000060})";

Pkey Own(EVP_PKEY* key) { return {key, EVP_PKEY_free}; }

// Made once: RSA keys take their time.
const Pkey& RsaPkey() {
  static const Pkey key = Own(EVP_RSA_gen(2048));
  return key;
}
const Pkey& EcPkey() {
  static const Pkey key = Own(EVP_EC_gen("P-256"));
  return key;
}
const Pkey& EdPkey() {
  static const Pkey key = Own(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  return key;
}

std::string PublicPem(const Pkey& key) {
  BIO* const bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(bio, key.get());
  char* text = nullptr;
  const long length = BIO_get_mem_data(bio, &text);
  std::string pem(text, static_cast<std::size_t>(length));
  BIO_free(bio);
  return pem;
}

std::string TokenOf(const TokenKey& key, const std::string& header) {
  const std::string input = Base64Url(header) + "." + Base64Url(kPayload);
  return input + "." + Base64Url(key.Sign(input));
}

std::string HeaderOf(std::string_view algorithm, std::string_view key_id) {
  return R"({"alg":")" + std::string(algorithm) + R"(","kid":")" + std::string(key_id) + "\"}";
}

struct Kind {
  TokenAlgorithm algorithm;
  const Pkey& (*key)();
};
const Kind kKinds[] = {{TokenAlgorithm::kRs256, RsaPkey},
                       {TokenAlgorithm::kEs256, EcPkey},
                       {TokenAlgorithm::kEdDsa, EdPkey}};

TEST(AKeyPair, VerifiesWithThePublicHalfWhatThePrivateHalfSigned) {
  for (const Kind& kind : kKinds) {
    SCOPED_TRACE(NameOf(kind.algorithm));
    const auto secret = TokenKey::FromPkey("k", kind.algorithm, kind.key());
    const auto known = TokenKey::FromPem("k", kind.algorithm, PublicPem(kind.key()));
    ASSERT_TRUE(secret && known);
    std::string signature = secret->Sign("words");
    EXPECT_TRUE(known->Verify("words", signature));
    EXPECT_FALSE(known->Verify("Words", signature));
    for (std::size_t i = 0; i < signature.size(); i += 7) {
      std::string flipped = signature;
      flipped[i] = static_cast<char>(flipped[i] ^ 4);
      EXPECT_FALSE(known->Verify("words", flipped)) << i;
    }
    EXPECT_FALSE(known->Verify("words", ""));
    EXPECT_FALSE(known->Verify("words", signature + "x"));
    EXPECT_FALSE(known->Verify("words", std::string(signature.size(), '\0')));
    signature.pop_back();
    EXPECT_FALSE(known->Verify("words", signature));
  }
}

TEST(AKey, IsForItsAlgorithmOnly) {
  for (const Kind& kind : kKinds) {
    for (const Kind& other : kKinds) {
      EXPECT_EQ(TokenKey::FromPem("", other.algorithm, PublicPem(kind.key())).has_value(),
                kind.algorithm == other.algorithm);
    }
  }
  EXPECT_FALSE(TokenKey::FromPem("", TokenAlgorithm::kRs256, PublicPem(Own(EVP_RSA_gen(1024)))))
      << "too short";
  EXPECT_FALSE(TokenKey::FromPem("", TokenAlgorithm::kEs256, PublicPem(Own(EVP_EC_gen("P-384")))));
  EXPECT_FALSE(
      TokenKey::FromPem("", TokenAlgorithm::kEs256, PublicPem(Own(EVP_EC_gen("secp256k1")))));
  EXPECT_FALSE(TokenKey::FromPem("", TokenAlgorithm::kRs256, "not PEM"));
  EXPECT_FALSE(TokenKey::FromPem("", TokenAlgorithm::kRs256, ""));
}

class AVerifierOfManyKeys : public testing::Test {
 protected:
  static TokenVerifier Verifier() {
    std::vector<TokenKey> keys;
    for (const Kind& kind : kKinds) {
      keys.push_back(*TokenKey::FromPem(std::string(NameOf(kind.algorithm)), kind.algorithm,
                                        PublicPem(kind.key())));
    }
    keys.push_back(*TokenKey::Hs256("old", "0123456789abcdef0123456789abcdef"));
    keys.push_back(*TokenKey::Hs256("new", "fedcba9876543210fedcba9876543210"));
    return TokenVerifier(std::move(keys), {});
  }
  // nullopt: believed.
  static std::optional<TokenRefusal> RefusalOf(const std::string& token) {
    const TokenVerdict verdict = Verifier().Verify(token, kNow);
    if (const auto* refusal = std::get_if<TokenRefusal>(&verdict)) return *refusal;
    return std::nullopt;
  }
};

TEST_F(AVerifierOfManyKeys, BelievesWhatTheNamedKeySigned) {
  for (const Kind& kind : kKinds) {
    const auto key = TokenKey::FromPkey("", kind.algorithm, kind.key());
    const std::string name(NameOf(kind.algorithm));
    EXPECT_EQ(RefusalOf(TokenOf(*key, HeaderOf(name, name))), std::nullopt) << name;
  }
  for (const auto& [id, secret] : std::vector<std::pair<std::string, std::string>>{
           {"old", "0123456789abcdef0123456789abcdef"},
           {"new", "fedcba9876543210fedcba9876543210"}}) {
    EXPECT_EQ(RefusalOf(TokenOf(*TokenKey::Hs256("", secret), HeaderOf("HS256", id))),
              std::nullopt);
  }
}

TEST_F(AVerifierOfManyKeys, DoesNotLetATokenChooseHowItIsVerified) {
  // The public key is known to all: as an HMAC's secret it must open nothing.
  for (const Kind& kind : kKinds) {
    const std::string name(NameOf(kind.algorithm));
    const auto forger = TokenKey::Hs256("", PublicPem(kind.key()));
    EXPECT_EQ(RefusalOf(TokenOf(*forger, HeaderOf("HS256", name))),
              TokenRefusal::kUnsupportedAlgorithm);
    EXPECT_EQ(RefusalOf(TokenOf(*forger, HeaderOf(name, name))), TokenRefusal::kBadSignature);
    EXPECT_EQ(RefusalOf(TokenOf(*forger, HeaderOf("none", name))),
              TokenRefusal::kUnsupportedAlgorithm);
  }
  const auto ec = TokenKey::FromPkey("", TokenAlgorithm::kEs256, EcPkey());
  EXPECT_EQ(RefusalOf(TokenOf(*ec, HeaderOf("ES256", "RS256"))),
            TokenRefusal::kUnsupportedAlgorithm);
  EXPECT_EQ(RefusalOf(TokenOf(*ec, HeaderOf("ES256", "gone"))), TokenRefusal::kUnknownKey);
  EXPECT_EQ(RefusalOf(TokenOf(*ec, HeaderOf("ES256", std::string(4000, 'k')))),
            TokenRefusal::kUnknownKey);
  EXPECT_EQ(RefusalOf(TokenOf(*ec, R"({"alg":"ES256"})")), TokenRefusal::kUnknownKey);
}

// ---- Key sets
// ---------------------------------------------------------------------------------------

std::vector<TokenKey> KeysOf(const std::string& text) {
  auto read = ReadJwks(text);
  const auto* why = std::get_if<std::string>(&read);
  EXPECT_EQ(why, nullptr) << *why;
  return why == nullptr ? std::get<std::vector<TokenKey>>(read) : std::vector<TokenKey>();
}

TEST(AKeySet, HasTheExamplesOfTheStandards) {
  // RFC 7515, appendix A.3, and RFC 8037, appendix A.
  const auto keys = KeysOf(R"({"keys":[
      {"kty":"EC","crv":"P-256","kid":"ec","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
       "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},
      {"kty":"OKP","crv":"Ed25519","kid":"ed","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})");
  ASSERT_EQ(keys.size(), 2u);
  const auto verify = [](const TokenKey& key, std::string_view token) {
    const auto jws = ParseCompactJws(token);
    return jws && key.Verify(jws->signing_input, jws->signature);
  };
  EXPECT_TRUE(verify(
      keys[0],
      "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
      "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djx"
      "La8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"));
  EXPECT_TRUE(verify(keys[1],
                     "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0Jz"
                     "lnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"));
}

TEST(AKeySet, HasRsaKeys) {
  BIGNUM* n = nullptr;
  EVP_PKEY_get_bn_param(RsaPkey().get(), "n", &n);
  std::string modulus(static_cast<std::size_t>(BN_num_bytes(n)), '\0');
  BN_bn2bin(n, reinterpret_cast<unsigned char*>(modulus.data()));
  BN_free(n);
  const auto keys =
      KeysOf(R"({"keys":[{"kty":"RSA","kid":"r","use":"sig","alg":"RS256","e":"AQAB","n":")" +
             Base64Url(modulus) + "\"}]}");
  ASSERT_EQ(keys.size(), 1u);
  const auto secret = TokenKey::FromPkey("", TokenAlgorithm::kRs256, RsaPkey());
  EXPECT_TRUE(keys[0].Verify("words", secret->Sign("words")));
}

TEST(AKeySet, PassesOverWhatItCannotUse) {
  const std::string secret = Base64Url("0123456789abcdef0123456789abcdef");
  const auto keys = KeysOf(R"({"keys":[{"kty":"oct","kid":"a","k":")" + secret + R"("},
      {"kty":"new","kid":"b"}, {"kty":"EC","crv":"P-521","kid":"c"}, {"kid":"d"},
      {"kty":"RSA","use":"enc","kid":"e"}, {"kty":"RSA","alg":"PS256","kid":"f"}],"more":1})");
  ASSERT_EQ(keys.size(), 1u);
  EXPECT_EQ(keys[0].key_id(), "a");
}

struct BadSet {
  std::string text;
  std::string why;
};

TEST(AKeySet, SaysWhatIsWrongWithIt) {
  const std::string secret = Base64Url("0123456789abcdef0123456789abcdef");
  const std::string good = R"({"kty":"oct","kid":"a","k":")" + secret + "\"}";
  const std::vector<BadSet> table{
      {"", "not one JSON object"},
      {"[]", "not one JSON object"},
      {R"({"keys":{}})", "no array"},
      {R"({"keys":[]})", "no key for"},
      {R"({"keys":[7]})", "keys[0] is not an object"},
      {R"({"keys":[{"kty":"EC","crv":"P-521"}]})", "no key for"},
      {R"({"keys":[)" + good + "," + good + "]}", "keys[1] has the kid of another"},
      {R"({"keys":[{"kty":"oct","k":"c2hvcnQ"}]})", "keys[0] is no good key for HS256"},
      {R"({"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]})", "keys[0] is no good key for RS256"},
      {R"({"keys":[{"kty":"RSA"}]})", "keys[0] is no good key for RS256"},
      {R"({"keys":[{"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"}]})", "no good key for ES256"},
      {R"({"keys":[{"kty":"EC","crv":"P-256","x":")" + secret + R"(","y":")" + secret + R"("}]})",
       "no good key for ES256"},  // not on the curve
      {R"({"keys":[{"kty":"OKP","crv":"Ed25519","x":"AAAA"}]})", "no good key for EdDSA"},
  };
  for (const BadSet& row : table) {
    const auto read = ReadJwks(row.text);
    const auto* why = std::get_if<std::string>(&read);
    ASSERT_NE(why, nullptr) << row.text;
    EXPECT_NE(why->find(row.why), std::string::npos) << *why;
  }
}

}  // namespace
}  // namespace roomcast::auth
