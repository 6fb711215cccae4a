#include "server/auth/token_key.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <cstdlib>
#include <utility>

namespace roomcast::auth {
namespace {

const unsigned char* Unsigned(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

}  // namespace

std::optional<TokenAlgorithm> AlgorithmOf(std::string_view alg) {
  if (alg == NameOf(TokenAlgorithm::kHs256)) return TokenAlgorithm::kHs256;
  return std::nullopt;
}

std::string_view NameOf(TokenAlgorithm algorithm) {
  switch (algorithm) {
    case TokenAlgorithm::kHs256:
      break;
  }
  return "HS256";
}

std::optional<TokenKey> TokenKey::Hs256(std::string key_id, std::string_view secret) {
  if (secret.empty()) return std::nullopt;
  std::shared_ptr<EVP_PKEY> key(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_HMAC, nullptr, Unsigned(secret), secret.size()),
      EVP_PKEY_free);
  if (key == nullptr) return std::nullopt;
  return TokenKey(std::move(key_id), TokenAlgorithm::kHs256, std::move(key));
}

std::string TokenKey::Sign(std::string_view signing_input) const {
  const std::unique_ptr<EVP_MD_CTX, FreeDigest> context(EVP_MD_CTX_new());
  unsigned char signature[EVP_MAX_MD_SIZE];
  std::size_t length = sizeof(signature);
  const bool done =
      context != nullptr &&
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
      EVP_DigestSign(context.get(), signature, &length, Unsigned(signing_input),
                     signing_input.size()) == 1;
  // A key that was accepted can sign; nothing of a peer's decides whether this works.
  if (!done) std::abort();
  return {reinterpret_cast<const char*>(signature), length};
}

bool TokenKey::Verify(std::string_view signing_input, std::string_view signature) const {
  const std::string expected = Sign(signing_input);
  return signature.size() == expected.size() &&
         CRYPTO_memcmp(signature.data(), expected.data(), expected.size()) == 0;
}

}  // namespace roomcast::auth
