#ifndef ROOMCAST_SERVER_AUTH_TOKEN_KEY_H_
#define ROOMCAST_SERVER_AUTH_TOKEN_KEY_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

typedef struct evp_pkey_st EVP_PKEY;

namespace roomcast::auth {

// The algorithm belongs to the key: a token's header may only agree with it (RFC 8725,
// section 3.1).
enum class TokenAlgorithm {
  kHs256,  // HMAC with SHA-256 (RFC 7518, section 3.2)
  kRs256,  // RSASSA-PKCS1-v1_5 with SHA-256 (section 3.3), of at least 2048 bits
  kEs256,  // ECDSA on P-256 with SHA-256 (section 3.4)
  kEdDsa,  // Ed25519 (RFC 8037, section 3.1)
};

// The `alg` of a header. nullopt: none that this hub verifies; `none` is one of those.
std::optional<TokenAlgorithm> AlgorithmOf(std::string_view alg);
std::string_view NameOf(TokenAlgorithm algorithm);

// One key, with the `kid` by which tokens name it; empty: for tokens that name none. Immutable: any
// thread. Copies share the key.
class TokenKey {
 public:
  // nullopt: the secret is empty.
  static std::optional<TokenKey> Hs256(std::string key_id, std::string_view secret);
  // A public key (or a private one, which can sign too). nullopt: it is not a key for the
  // algorithm.
  static std::optional<TokenKey> FromPem(std::string key_id, TokenAlgorithm algorithm,
                                         std::string_view pem);
  // `key` as OpenSSL holds it. nullopt as above.
  static std::optional<TokenKey> FromPkey(std::string key_id, TokenAlgorithm algorithm,
                                          std::shared_ptr<EVP_PKEY> key);

  [[nodiscard]] const std::string& key_id() const { return key_id_; }
  [[nodiscard]] TokenAlgorithm algorithm() const { return algorithm_; }

  // An HMAC takes the same time for every wrong signature of the right length.
  [[nodiscard]] bool Verify(std::string_view signing_input, std::string_view signature) const;
  // Only with a secret or a private key: the process stops without.
  [[nodiscard]] std::string Sign(std::string_view signing_input) const;

 private:
  TokenKey(std::string key_id, TokenAlgorithm algorithm, std::shared_ptr<EVP_PKEY> key)
      : key_id_(std::move(key_id)), algorithm_(algorithm), key_(std::move(key)) {}

  std::string key_id_;
  TokenAlgorithm algorithm_;
  std::shared_ptr<EVP_PKEY> key_;
};

}  // namespace roomcast::auth

#endif  // ROOMCAST_SERVER_AUTH_TOKEN_KEY_H_
