#include "server/auth/jwks.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "server/auth/compact_jws.h"
#include "server/auth/json_object.h"

namespace roomcast::auth {
namespace {

using Json = nlohmann::json;
using Pkey = std::shared_ptr<EVP_PKEY>;

constexpr std::size_t kP256Bytes = 32;

std::string TextOf(const Json& key, const char* name) {
  const auto found = key.find(name);
  return found != key.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// A member in base64url; empty: it is missing or is not that.
std::string BytesOf(const Json& key, const char* name) {
  return DecodeBase64Url(TextOf(key, name)).value_or(std::string());
}

struct FreeBuild {
  void operator()(OSSL_PARAM_BLD* build) const { OSSL_PARAM_BLD_free(build); }
};
struct FreeParams {
  void operator()(OSSL_PARAM* params) const { OSSL_PARAM_free(params); }
};
struct FreeContext {
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};
struct FreeNumber {
  void operator()(BIGNUM* number) const { BN_free(number); }
};
using Number = std::unique_ptr<BIGNUM, FreeNumber>;

Number NumberOf(const std::string& bytes) {
  return Number(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                          static_cast<int>(bytes.size()), nullptr));
}

Pkey PublicKeyFrom(const char* kind, OSSL_PARAM_BLD* build) {
  const std::unique_ptr<OSSL_PARAM, FreeParams> params(OSSL_PARAM_BLD_to_param(build));
  const std::unique_ptr<EVP_PKEY_CTX, FreeContext> context(
      EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  EVP_PKEY* key = nullptr;
  if (params == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    return nullptr;
  }
  return {key, EVP_PKEY_free};
}

// RFC 7518, section 6.3.1.
Pkey RsaKey(const Json& jwk) {
  const Number n = NumberOf(BytesOf(jwk, "n"));
  const Number e = NumberOf(BytesOf(jwk, "e"));
  const std::unique_ptr<OSSL_PARAM_BLD, FreeBuild> build(OSSL_PARAM_BLD_new());
  if (build == nullptr || BN_is_zero(n.get()) || BN_is_zero(e.get()) ||
      OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return nullptr;
  }
  return PublicKeyFrom("RSA", build.get());
}

// RFC 7518, section 6.2.1; the point as SEC 1 writes it, uncompressed.
Pkey EcKey(const Json& jwk) {
  const std::string x = BytesOf(jwk, "x");
  const std::string y = BytesOf(jwk, "y");
  if (x.size() != kP256Bytes || y.size() != kP256Bytes) return nullptr;
  const std::string point = "\x04" + x + y;
  const std::unique_ptr<OSSL_PARAM_BLD, FreeBuild> build(OSSL_PARAM_BLD_new());
  if (build == nullptr ||
      OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) !=
          1 ||
      OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1) {
    return nullptr;
  }
  return PublicKeyFrom("EC", build.get());
}

// RFC 8037, section 2.
Pkey EdKey(const Json& jwk) {
  const std::string x = BytesOf(jwk, "x");
  return {EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr,
                                      reinterpret_cast<const unsigned char*>(x.data()), x.size()),
          EVP_PKEY_free};
}

// What this hub can do with a key of this kind. nullopt: nothing.
std::optional<TokenAlgorithm> AlgorithmFor(const Json& jwk) {
  const std::string kind = TextOf(jwk, "kty");
  const std::string curve = TextOf(jwk, "crv");
  std::optional<TokenAlgorithm> algorithm;
  if (kind == "oct") algorithm = TokenAlgorithm::kHs256;
  if (kind == "RSA") algorithm = TokenAlgorithm::kRs256;
  if (kind == "EC" && curve == "P-256") algorithm = TokenAlgorithm::kEs256;
  if (kind == "OKP" && curve == "Ed25519") algorithm = TokenAlgorithm::kEdDsa;
  const std::string use = TextOf(jwk, "use");
  if (!algorithm || (!use.empty() && use != "sig")) return std::nullopt;
  const std::string alg = TextOf(jwk, "alg");
  if (!alg.empty() && alg != NameOf(*algorithm)) return std::nullopt;
  return algorithm;
}

std::optional<TokenKey> KeyFrom(const Json& jwk, TokenAlgorithm algorithm) {
  // The least length of an HS256 secret is that of its hash (RFC 7518, section 3.2).
  constexpr std::size_t kSecretBytesMin = 32;
  std::string key_id = TextOf(jwk, "kid");
  switch (algorithm) {
    case TokenAlgorithm::kHs256: {
      const std::string secret = BytesOf(jwk, "k");
      if (secret.size() < kSecretBytesMin) return std::nullopt;
      return TokenKey::Hs256(std::move(key_id), secret);
    }
    case TokenAlgorithm::kRs256:
      return TokenKey::FromPkey(std::move(key_id), algorithm, RsaKey(jwk));
    case TokenAlgorithm::kEs256:
      return TokenKey::FromPkey(std::move(key_id), algorithm, EcKey(jwk));
    case TokenAlgorithm::kEdDsa:
      break;
  }
  return TokenKey::FromPkey(std::move(key_id), algorithm, EdKey(jwk));
}

}  // namespace

std::variant<std::vector<TokenKey>, std::string> ReadJwks(std::string_view text) {
  Json set;
  if (ParseJsonObject(text, set) != JsonVerdict::kGood) return "it is not one JSON object";
  const auto found = set.find("keys");
  if (found == set.end() || !found->is_array()) return "it has no array `keys`";
  std::vector<TokenKey> keys;
  for (std::size_t i = 0; i < found->size(); ++i) {
    const Json& jwk = (*found)[i];
    const std::string which = "keys[" + std::to_string(i) + "]";
    if (!jwk.is_object()) return which + " is not an object";
    const auto algorithm = AlgorithmFor(jwk);
    if (!algorithm) continue;
    auto key = KeyFrom(jwk, *algorithm);
    if (!key) return which + " is no good key for " + std::string(NameOf(*algorithm));
    const bool twice = std::any_of(keys.begin(), keys.end(), [&](const TokenKey& other) {
      return other.key_id() == key->key_id();
    });
    if (twice) return which + " has the kid of another one";
    keys.push_back(*std::move(key));
  }
  if (keys.empty()) return "it has no key for HS256, RS256, ES256 or EdDSA";
  return keys;
}

}  // namespace roomcast::auth
