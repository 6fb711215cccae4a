#include "server/auth/token_key.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <array>
#include <cstdlib>
#include <utility>

#include "server/auth/ecdsa_signature.h"

namespace roomcast::auth {
namespace {

constexpr int kRsaBitsMin = 2048;
constexpr int kEcBits = 256;

const unsigned char* Unsigned(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};

// Ed25519 hashes by itself.
const EVP_MD* DigestOf(TokenAlgorithm algorithm) {
  return algorithm == TokenAlgorithm::kEdDsa ? nullptr : EVP_sha256();
}

bool IsKeyFor(TokenAlgorithm algorithm, const EVP_PKEY* key) {
  switch (algorithm) {
    case TokenAlgorithm::kHs256:
      return EVP_PKEY_is_a(key, "HMAC") == 1;
    case TokenAlgorithm::kRs256:
      return EVP_PKEY_is_a(key, "RSA") == 1 && EVP_PKEY_get_bits(key) >= kRsaBitsMin;
    case TokenAlgorithm::kEs256: {
      std::array<char, 32> group{};
      return EVP_PKEY_is_a(key, "EC") == 1 && EVP_PKEY_get_bits(key) == kEcBits &&
             EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) == 1 &&
             std::string_view(group.data()) == "prime256v1";
    }
    case TokenAlgorithm::kEdDsa:
      return EVP_PKEY_is_a(key, "ED25519") == 1;
  }
  return false;
}

}  // namespace

std::optional<TokenAlgorithm> AlgorithmOf(std::string_view alg) {
  for (const auto algorithm : {TokenAlgorithm::kHs256, TokenAlgorithm::kRs256,
                               TokenAlgorithm::kEs256, TokenAlgorithm::kEdDsa}) {
    if (NameOf(algorithm) == alg) return algorithm;
  }
  return std::nullopt;
}

std::string_view NameOf(TokenAlgorithm algorithm) {
  switch (algorithm) {
    case TokenAlgorithm::kHs256:
      return "HS256";
    case TokenAlgorithm::kRs256:
      return "RS256";
    case TokenAlgorithm::kEs256:
      return "ES256";
    case TokenAlgorithm::kEdDsa:
      break;
  }
  return "EdDSA";
}

std::optional<TokenKey> TokenKey::Hs256(std::string key_id, std::string_view secret) {
  if (secret.empty()) return std::nullopt;
  std::shared_ptr<EVP_PKEY> key(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_HMAC, nullptr, Unsigned(secret), secret.size()),
      EVP_PKEY_free);
  return FromPkey(std::move(key_id), TokenAlgorithm::kHs256, std::move(key));
}

std::optional<TokenKey> TokenKey::FromPem(std::string key_id, TokenAlgorithm algorithm,
                                          std::string_view pem) {
  const auto read = [&](auto reader) {
    const std::unique_ptr<BIO, FreeBio> bio(
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    // Nobody is asked for a password.
    const auto no_password = [](char*, int, int, void*) { return 0; };
    EVP_PKEY* const key = reader(bio.get(), nullptr, no_password, nullptr);
    return std::shared_ptr<EVP_PKEY>(key, EVP_PKEY_free);
  };
  std::shared_ptr<EVP_PKEY> key = read(PEM_read_bio_PUBKEY);
  if (key == nullptr) key = read(PEM_read_bio_PrivateKey);
  return FromPkey(std::move(key_id), algorithm, std::move(key));
}

std::optional<TokenKey> TokenKey::FromPkey(std::string key_id, TokenAlgorithm algorithm,
                                           std::shared_ptr<EVP_PKEY> key) {
  if (key == nullptr || !IsKeyFor(algorithm, key.get())) return std::nullopt;
  return TokenKey(std::move(key_id), algorithm, std::move(key));
}

std::string TokenKey::Sign(std::string_view signing_input) const {
  const std::unique_ptr<EVP_MD_CTX, FreeDigest> context(EVP_MD_CTX_new());
  std::string signature(1024, '\0');  // of RSA with 8192 bits
  std::size_t length = signature.size();
  const bool done =
      context != nullptr &&
      EVP_DigestSignInit(context.get(), nullptr, DigestOf(algorithm_), nullptr, key_.get()) == 1 &&
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length,
                     Unsigned(signing_input), signing_input.size()) == 1;
  // A key that was accepted can sign; nothing of a peer's decides whether this works.
  if (!done) std::abort();
  signature.resize(length);
  if (algorithm_ != TokenAlgorithm::kEs256) return signature;
  const auto pair = PairFromDer(signature);
  if (!pair) std::abort();
  return *pair;
}

bool TokenKey::Verify(std::string_view signing_input, std::string_view signature) const {
  if (algorithm_ == TokenAlgorithm::kHs256) {
    const std::string expected = Sign(signing_input);
    return signature.size() == expected.size() &&
           CRYPTO_memcmp(signature.data(), expected.data(), expected.size()) == 0;
  }
  std::optional<std::string> der;
  if (algorithm_ == TokenAlgorithm::kEs256) {
    der = DerFromPair(signature);
    if (!der) return false;
    signature = *der;
  }
  const std::unique_ptr<EVP_MD_CTX, FreeDigest> context(EVP_MD_CTX_new());
  return context != nullptr &&
         EVP_DigestVerifyInit(context.get(), nullptr, DigestOf(algorithm_), nullptr, key_.get()) ==
             1 &&
         EVP_DigestVerify(context.get(), Unsigned(signature), signature.size(),
                          Unsigned(signing_input), signing_input.size()) == 1;
}

}  // namespace roomcast::auth
