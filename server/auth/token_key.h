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

  [[nodiscard]] const std::string& key_id() const { return key_id_; }
  [[nodiscard]] TokenAlgorithm algorithm() const { return algorithm_; }

  // Takes the same time for every wrong signature of the right length.
  [[nodiscard]] bool Verify(std::string_view signing_input, std::string_view signature) const;
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
