#include "server/auth/token_verifier.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "proto/protocol/limits.h"
#include "server/auth/compact_jws.h"
#include "server/auth/json_object.h"

namespace roomcast::auth {
namespace {

using Json = nlohmann::json;

// Of a header, as far as it decides which key is asked (RFC 7515, section 4.1).
struct Header {
  TokenAlgorithm algorithm;
  std::string key_id;
};

std::variant<Header, TokenRefusal> ReadHeader(const std::string& text) {
  Json header;
  if (ParseJsonObject(text, header) != JsonVerdict::kGood) return TokenRefusal::kMalformed;
  if (header.contains("crit")) return TokenRefusal::kUnsupportedHeader;
  const auto alg = header.find("alg");
  if (alg == header.end() || !alg->is_string()) return TokenRefusal::kUnsupportedAlgorithm;
  const auto algorithm = AlgorithmOf(alg->get_ref<const std::string&>());
  if (!algorithm) return TokenRefusal::kUnsupportedAlgorithm;
  const auto kid = header.find("kid");
  if (kid == header.end()) return Header{*algorithm, ""};
  if (!kid->is_string()) return TokenRefusal::kUnknownKey;
  return Header{*algorithm, kid->get<std::string>()};
}

}  // namespace

TokenVerifier::TokenVerifier(std::vector<TokenKey> keys, TokenRules rules)
    : keys_(std::move(keys)), rules_(std::move(rules)) {}

TokenVerdict TokenVerifier::Verify(std::string_view token, WallTime now) const {
  if (token.size() > kTokenBytesMax) return TokenRefusal::kTooLong;
  const auto jws = ParseCompactJws(token);
  if (!jws) return TokenRefusal::kMalformed;
  const auto header = ReadHeader(jws->header);
  if (const auto* refusal = std::get_if<TokenRefusal>(&header)) return *refusal;
  const auto& [algorithm, key_id] = std::get<Header>(header);
  const TokenKey* key = FindKey(key_id);
  if (key == nullptr) return TokenRefusal::kUnknownKey;
  if (key->algorithm() != algorithm) return TokenRefusal::kUnsupportedAlgorithm;
  if (!key->Verify(jws->signing_input, jws->signature)) return TokenRefusal::kBadSignature;
  Json payload;
  switch (ParseJsonObject(jws->payload, payload)) {
    case JsonVerdict::kMalformed:
      return TokenRefusal::kMalformed;
    case JsonVerdict::kDuplicate:
      return TokenRefusal::kBadClaim;
    case JsonVerdict::kGood:
      break;
  }
  return ReadClaims(payload, rules_, now);
}

const TokenKey* TokenVerifier::FindKey(std::string_view key_id) const {
  for (const TokenKey& key : keys_) {
    if (key.key_id() == key_id) return &key;
  }
  return nullptr;
}

TokenVerifier DevelopmentVerifier(std::string_view secret, TokenRules rules) {
  std::vector<TokenKey> keys;
  if (auto key = TokenKey::Hs256("", secret)) keys.push_back(*std::move(key));
  return TokenVerifier(std::move(keys), std::move(rules));
}

}  // namespace roomcast::auth
